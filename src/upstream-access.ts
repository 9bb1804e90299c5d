import { type Config, PRODUCTS } from "#config";
import type { Clock, Source, Telemetry } from "#domain";
import type { Upstream } from "#upstreams";
import { createWire, environmentProxies, noProxies, type Wire } from "#wire";
import type { Keeper } from "./keeper.ts";
import type { Origin } from "./origin.ts";
import { findSources } from "./source-list.ts";

/** The way to every source that is read. */
export interface OpenUpstreams {
  readonly wire: Wire;
  /** One adapter for each source. */
  readonly upstreams: readonly Upstream[];
  stop(): Promise<void>;
}

/** What upstreams are opened with. */
export interface OpenUpstreamsParts {
  readonly origin: Origin;
  /** Shares the quota among the gateways on one database. */
  readonly replica: Keeper["replica"];
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Opens the wire, and finds the sources that the settings name; `all` asks the upstream for its regions. */
export async function openUpstreams(config: Config, parts: OpenUpstreamsParts): Promise<OpenUpstreams> {
  const wire = openWire(config, parts);
  try {
    const sources = await listSources(config, wire, parts);
    return { wire, upstreams: createUpstreams(config, wire, sources, parts), stop: () => wire.close() };
  } catch (error) {
    await wire.close();
    throw error;
  }
}

/** Opens another way to sources that are known, with the keys of these accounts alone. */
export function openUpstreamsAs(
  config: Config,
  accounts: Origin["accounts"],
  sources: readonly Source[],
  parts: OpenUpstreamsParts,
): OpenUpstreams {
  const wire = openWire(config, { ...parts, origin: { ...parts.origin, accounts } });
  return { wire, upstreams: createUpstreams(config, wire, sources, parts), stop: () => wire.close() };
}

function openWire(config: Config, { origin, replica, clock, telemetry }: OpenUpstreamsParts): Wire {
  return createWire({
    accounts: new Map(origin.accounts.map(({ alias, credentials }) => [alias, credentials])),
    // The embedded upstream is a part of this process.
    proxyFor: config.upstream === "embedded" ? noProxies : environmentProxies,
    endpoints: origin.endpoints,
    vendorEndpoint: ({ provider, regionId }) => PRODUCTS[provider].description.endpointOf(regionId),
    clock,
    telemetry,
    timeouts: { attemptTimeoutMs: config.upstreamTimeoutMs },
    quotas: config.upstreamQuota,
    collectShare: config.collect.quotaShare,
    openQuotaShare: replica.openQuotaShare,
    concurrency: config.upstreamConcurrency,
  });
}

function listSources(
  { operationDeadlineMs }: Config,
  { call }: Wire,
  { origin, clock, telemetry }: OpenUpstreamsParts,
): Promise<readonly Source[]> {
  return findSources(
    origin.accounts,
    (provider, account, operation) => PRODUCTS[provider].listRegions(call, account, operation),
    clock,
    telemetry,
    operationDeadlineMs,
  );
}

function createUpstreams(
  { zones, swasOutputEncoding: outputEncoding }: Config,
  { call }: Wire,
  sources: readonly Source[],
  { clock, telemetry }: Pick<OpenUpstreamsParts, "clock" | "telemetry">,
): readonly Upstream[] {
  const options = { call, telemetry, clock, zones, outputEncoding };
  return sources.map((source) => PRODUCTS[source.provider].createUpstream({ source, ...options }));
}
