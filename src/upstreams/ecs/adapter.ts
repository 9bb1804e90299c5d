import { type Clock, type Operation, type Source, silentTelemetry, type Telemetry } from "#domain";
import { createPageLimit, createPaging, createReader, DEFAULT_ZONES, type Upstream, type ZonePolicy } from "#upstreams";
import type { Call } from "#wire";
import { type AdapterContext, VERSION } from "./context.ts";
import { readInstanceResults, readResults } from "./results.ts";
import { createRunList, findRun, openRunLists, readInvocation } from "./runs.ts";
import { readAgentStates, readAllInstances, readInstances, SERVERS_PER_CALL } from "./servers.ts";
import { readRegionIds } from "./shapes.ts";
import { createTimedProbe } from "./timed-probe.ts";

/** What the adapter of one ECS region works with. */
export interface EcsUpstreamOptions {
  readonly source: Source;
  readonly call: Call;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** How instants without a zone are meant; the vendor's likelier meaning unless given. */
  readonly zones?: ZonePolicy;
}

/** The runs, results and servers of one ECS region, by the actions DescribeInvocations, DescribeInvocationResults and DescribeInstances. */
export function createEcsUpstream(options: EcsUpstreamOptions): Upstream {
  const { source, call, telemetry, clock, zones = DEFAULT_ZONES } = options;
  const reader = createReader({ source, telemetry, zones });
  const ask: AdapterContext["ask"] = (action, parameters, operation) =>
    call({ source, version: VERSION, action, parameters: { RegionId: source.regionId, ...parameters } }, operation);
  const runPaging = createPaging(clock, { hasTokens: true });
  const context: AdapterContext = {
    source,
    reader,
    runLimit: createPageLimit(clock),
    runPaging,
    resultPaging: createPaging(clock, { hasTokens: true }),
    serverPaging: createPaging(clock, { hasTokens: true, maxPageSize: SERVERS_PER_CALL }),
    agentPaging: createPaging(clock, { hasTokens: true }),
    managedPaging: createPaging(clock, { hasTokens: true }),
    timedProbe: createTimedProbe(clock, (filter, operation) => findRun({ reader, ask, runPaging }, filter, operation)),
    ask,
  };
  return {
    source,
    openRunLists: (query, wants, operation) => openRunLists(context, query, wants, operation),
    openLists: async (query, wants) => [createRunList(context, query, wants)],
    readInvocation: (invokeId, wants, operation) => readInvocation(context, invokeId, wants, operation),
    readResults: (query, _wants, operation) => readResults(context, query, operation),
    readInstanceResults: (instanceId, _wants, operation) => readInstanceResults(context, instanceId, operation),
    readInstances: (instanceIds, operation) => readInstances(context, instanceIds, operation),
    readAllInstances: (operation) => readAllInstances(context, operation),
    readAgentStates: (instanceIds, operation) => readAgentStates(context, instanceIds, operation),
  };
}

/** Ids of the regions that the account may use, by DescribeRegions. @throws UpstreamError */
export async function listEcsRegions(call: Call, account: string, operation: Operation): Promise<string[]> {
  const source: Source = { provider: "ECS", account, regionId: "cn-hangzhou" };
  const answer = await call({ source, version: VERSION, action: "DescribeRegions", parameters: {} }, operation);
  const reader = createReader({ source, telemetry: silentTelemetry, zones: DEFAULT_ZONES });
  return [...readRegionIds(answer.body, reader("DescribeRegions", answer))];
}
