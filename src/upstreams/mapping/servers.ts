import { type AgentState, type Instance, type Operation, type Source, silentTelemetry } from "#domain";
import type { Call } from "#wire";
import { type EnvelopeSpec, readWhole } from "./envelope.ts";
import { readId } from "./fields.ts";
import { createReader } from "./reading.ts";
import { DEFAULT_ZONES } from "./time.ts";

/** What one product says of a server. */
export type ServerShape = Omit<Instance, "source">;

/** What one product says of an agent. */
export type AgentShape = Omit<AgentState, "source">;

/** Servers: `Instances.Instance[]` (ECS), `Instances[]` (SWAS). */
export const SERVER_ENVELOPE: EnvelopeSpec = {
  name: "Instances",
  roots: ["Instances"],
  inner: "Instance",
  marks: ["InstanceId"],
};

const REGION_ENVELOPE: EnvelopeSpec = { name: "Regions", roots: ["Regions"], inner: "Region", marks: ["RegionId"] };

/** Ids of the regions of a product: `Regions.Region[]` or `Regions[]`, which any region answers for all. @throws UpstreamError */
export async function listRegions(
  { provider, version, action }: Pick<Source, "provider"> & { readonly version: string; readonly action: string },
  call: Call,
  account: string,
  operation: Operation,
): Promise<readonly string[]> {
  const source: Source = { provider, account, regionId: "cn-hangzhou" };
  const answer = await call({ source, version, action, parameters: {} }, operation);
  const reading = createReader({ source, telemetry: silentTelemetry, zones: DEFAULT_ZONES })(action, answer);
  return readWhole(answer.body, REGION_ENVELOPE, reading, (fields) => {
    return readId(fields, "RegionId", reading) ?? reading.fail("a region has no RegionId");
  });
}
