import {
  type Clock,
  type InvocationQuery,
  type InvocationResult,
  type Operation,
  type Source,
  silentTelemetry,
  type Telemetry,
  type Wants,
} from "#domain";
import {
  arrangeExecutions,
  createPageLimit,
  createPaging,
  createReader,
  DEFAULT_ZONES,
  type InvocationList,
  type InvocationWindow,
  isRefusal,
  MAX_PAGE_SIZE,
  orWhenGone,
  type ResultQuery,
  type RunList,
  type RunListPage,
  type Upstream,
  type ZonePolicy,
} from "#upstreams";
import type { Call } from "#wire";
import { createAccess } from "./access.ts";
import { type AdapterContext, VERSION } from "./context.ts";
import { createEncoding, type OutputEncodingSetting } from "./encoding.ts";
import { createListProbe } from "./list-probe.ts";
import {
  assembleRun,
  createInstanceList,
  createInstanceRunList,
  readSingle,
  readSingleResults,
} from "./per-instance.ts";
import {
  createCommandInvocationList,
  createRunList,
  readResultsOfInstance,
  readRun,
  readRunResults,
  readRunWindow,
} from "./runs.ts";
import { createServers, readAgentStates, SERVERS_PER_CALL, type Servers } from "./servers.ts";
import { readRegionIds } from "./shapes.ts";

/** What the adapter of one SWAS region works with. */
export interface SwasUpstreamOptions {
  readonly source: Source;
  readonly call: Call;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** How DescribeCommandInvocations encodes outputs and scripts. */
  readonly outputEncoding: OutputEncodingSetting;
  /** How instants without a zone are meant; the vendor's likelier meaning unless given. */
  readonly zones?: ZonePolicy;
}

/**
 * The runs, results and servers of one SWAS region: by DescribeCommandInvocations, and where the account may not use it
 * by ListInstances, DescribeInvocations and DescribeInvocationResult, instance by instance.
 */
export function createSwasUpstream(options: SwasUpstreamOptions): Upstream {
  const { source } = options;
  const context = createContext(options);
  const servers = createServers(context);
  return {
    source,
    listsHoldOutputs: true,
    openLists: openLists<InvocationList, InvocationWindow>(context, servers, {
      readFirst: (query, wants, operation) =>
        readRunWindow(context, query, wants, { pageNumber: 1, pageSize: MAX_PAGE_SIZE }, operation),
      openWhole: (query, wants, first) => createRunList(context, query, wants, first),
      openInstance: (query, instanceId) => createInstanceList(context, query, instanceId),
    }),
    openRunLists: openLists<RunList, RunListPage>(context, servers, {
      readFirst: (query, wants, operation) =>
        createCommandInvocationList(context, query, wants, undefined).read(null, operation),
      openWhole: (query, wants, first) => createCommandInvocationList(context, query, wants, first),
      openInstance: (query, instanceId) => createInstanceRunList(context, query, instanceId),
    }),
    readInvocation: (invokeId, wants, operation, known) =>
      orPerInstance(
        context,
        () => orWhenGone(readRun(context, invokeId, wants, operation), null),
        () => assembleRun(context, servers, invokeId, wants, operation, known),
      ),
    readResults: (query, wants, operation) => readResults(context, servers, query, wants, operation),
    readInstanceResults: (instanceId, wants, operation) =>
      orPerInstance<readonly InvocationResult[] | null>(
        context,
        () => orWhenGone(readResultsOfInstance(context, instanceId, wants, operation), []),
        async () => null,
      ),
    readInstances: (instanceIds, operation) => servers.read(instanceIds, operation),
    readAllInstances: (operation) => servers.readAll(operation),
    readAgentStates: (instanceIds, operation) => readAgentStates(context, instanceIds, operation),
  };
}

/** Ids of the regions that the account may use, by ListRegions. @throws UpstreamError */
export async function listSwasRegions(call: Call, account: string, operation: Operation): Promise<string[]> {
  const source: Source = { provider: "SWAS", account, regionId: "cn-hangzhou" };
  const answer = await call({ source, version: VERSION, action: "ListRegions", parameters: {} }, operation);
  const reader = createReader({ source, telemetry: silentTelemetry, zones: DEFAULT_ZONES });
  return [...readRegionIds(answer.body, reader("ListRegions", answer))];
}

function createContext(options: SwasUpstreamOptions): AdapterContext {
  const { source, call, telemetry, clock, outputEncoding, zones = DEFAULT_ZONES } = options;
  const reader = createReader({ source, telemetry, zones });
  const ask: AdapterContext["ask"] = (action, parameters, operation, options = {}) => {
    const request = { source, version: VERSION, action, parameters: { RegionId: source.regionId, ...parameters } };
    return call({ ...request, ...options }, operation);
  };
  const encoding = createEncoding(outputEncoding, clock, async (sample, operation) => {
    const result = await readSingle({ ask, reader }, sample, operation);
    return result?.output?.bytes ?? null;
  });
  return {
    source,
    clock,
    reader,
    limit: createPageLimit(clock),
    runPaging: createPaging(clock, { hasTokens: false }),
    instancePaging: createPaging(clock, { hasTokens: false }),
    serverPaging: createPaging(clock, { hasTokens: false, maxPageSize: SERVERS_PER_CALL }),
    hasAttributes: createAccess(clock),
    access: createAccess(clock),
    encoding,
    ask,
  };
}

/** A list of the old contract and of the new one, with what reads the newest page of all runs. */
interface ListKind<List, Page> {
  readFirst(query: InvocationQuery, wants: Wants, operation: Operation): Promise<Page>;
  openWhole(query: InvocationQuery, wants: Wants, first: Page | undefined): List;
  openInstance(query: InvocationQuery, instanceId: string): List;
}

function openLists<List, Page>(context: AdapterContext, servers: Servers, kind: ListKind<List, Page>) {
  const findOut = createListProbe(context, kind.readFirst);
  return async (query: InvocationQuery, wants: Wants, operation: Operation): Promise<readonly List[]> => {
    // The product knows no timed runs, no labels on runs, and no resource groups of them.
    if (query.timed === true || query.resourceGroupId !== undefined || (query.tags ?? []).length > 0) return [];
    const first = await findOut(query, wants, operation);
    if (context.access.state() !== "refused") return [kind.openWhole(query, wants, first)];
    const { instanceId } = query;
    const instanceIds = instanceId === undefined ? await servers.readAllIds(operation) : [instanceId];
    return instanceIds.map((id) => kind.openInstance(query, id));
  };
}

async function readResults(
  context: AdapterContext,
  servers: Servers,
  query: ResultQuery,
  wants: Wants,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const { invokeId, instanceIds } = query;
  if (instanceIds?.length === 0) return [];
  const results = await orPerInstance(
    context,
    () => orWhenGone(readRunResults(context, invokeId, wants, operation), []),
    async () => {
      const ids = instanceIds ?? (await servers.readAllIds(operation));
      return readSingleResults(context, invokeId, ids, operation);
    },
  );
  return arrangeExecutions(results, query.includeHistory);
}

async function orPerInstance<Value>(
  context: AdapterContext,
  usual: () => Promise<Value>,
  perInstance: () => Promise<Value>,
): Promise<Value> {
  if (context.access.state() === "refused") return perInstance();
  try {
    return await usual();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    context.access.refuse();
    return perInstance();
  }
}
