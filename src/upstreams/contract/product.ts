import type { Clock, Operation, Provider, Source, Telemetry } from "#domain";
import type { Call } from "#wire";
import type { ZonePolicy } from "../mapping/index.ts";
import type { Upstream } from "./upstream.ts";

/** What is special about one product: all who need such a fact take it from here. */
export interface ProductDescription {
  readonly provider: Provider;
  /** API version that every call names. */
  readonly version: string;
  /** The vendor's endpoint for a region, as an https URL. */
  endpointOf(regionId: string): string;
  /** Calls a minute of an action that has no figure of its own, per account and region. */
  readonly callsPerMinute: number;
  /** Every action that the adapter calls. */
  readonly actions: Readonly<Record<string, ActionDescription>>;
  /** What RAM permissions begin with: `ecs` for `ecs:DescribeInvocations`. */
  readonly permissionPrefix: string;
  /** Regions when this was released; regions open and close, so the product itself is asked first. */
  readonly knownRegions: readonly string[];
}

/** What is special about one action. */
export interface ActionDescription {
  /** Calls a minute, per account and region. */
  readonly callsPerMinute?: number;
}

/** How texts are encoded whose encoding an API does not state. */
export type OutputEncodingSetting = "auto" | "plain" | "base64";

/** What the adapter of one source works with. */
export interface UpstreamOptions {
  readonly source: Source;
  readonly call: Call;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** How instants without a zone are meant; the vendor's likelier meaning unless given. */
  readonly zones?: ZonePolicy;
}

/** One product that can be read. */
export interface Product {
  readonly description: ProductDescription;
  createUpstream(options: UpstreamOptions & { readonly outputEncoding: OutputEncodingSetting }): Upstream;
  /** Ids of the regions that the account may use. @throws UpstreamError */
  listRegions(call: Call, account: string, operation: Operation): Promise<readonly string[]>;
}
