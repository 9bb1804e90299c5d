import { type InvocationQuery, type InvocationResult, type Operation, type Projection, UpstreamError } from "#domain";
import {
  type FirstPage,
  isRefusal,
  type ListedServers,
  type OutputEncodingSetting,
  PartialResultsError,
  type Product,
  type ResultQuery,
  type RunList,
  type RunListPage,
  type Upstream,
  type UpstreamOptions,
} from "../contract/index.ts";
import { createPaging, createStatusFilter } from "../lists/index.ts";
import {
  arrangeExecutions,
  createReader,
  DEFAULT_ZONES,
  listRegions,
  orNotFound,
  singleStatus,
} from "../mapping/index.ts";
import { createAccess } from "./access.ts";
import { type AdapterContext, CALLS_AT_ONCE } from "./context.ts";
import { description } from "./description.ts";
import { createEncoding } from "./encoding.ts";
import { createListProbe } from "./list-probe.ts";
import { assembleRun, createInstanceList, createMissingList, readEachResult, readSingle } from "./per-instance.ts";
import {
  chooseRunList,
  createRunList,
  INEXACT_STATUSES,
  readRun,
  readRunResults,
  recallRuns,
  STATUS_WORDS,
} from "./runs.ts";
import { createServers, readAgentStates, SERVERS_PER_CALL, type Servers } from "./servers.ts";
import { createUndecided } from "./undecided.ts";
import { createUnreadServers } from "./unread-servers.ts";

/** What the adapter of one SWAS region works with. */
export interface SwasUpstreamOptions extends UpstreamOptions {
  /** How DescribeCommandInvocations encodes outputs and scripts. */
  readonly outputEncoding: OutputEncodingSetting;
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
    hasNoHistory: true,
    listedOutputs: {
      recall: (invokeIds, projection, operation) => recallRuns(context, invokeIds, projection, operation),
      isStuck: () => context.encoding.isStuck(),
    },
    openLists: createListOpener(context, servers),
    wholeLists: (query) => listWhole(context, query),
    mayLackInstances: context.unread.mayHold,
    readInvocation: (invokeId, projection, operation, known) =>
      orPerInstance(
        context,
        () => orNotFound(readRun(context, invokeId, projection, operation), () => null, { InvokeId: invokeId }),
        () => assembleRun(context, servers, invokeId, projection, operation, known),
      ),
    readResults: (query, projection, operation) => readResults(context, servers, query, projection, operation),
    readInstances: (instanceIds, operation) => servers.read(instanceIds, operation),
    serverLists: [{ key: "ListInstances", read: (operation) => servers.readAll(operation) }],
    readAgentStates: (instanceIds, operation) => readAgentStates(context, instanceIds, operation),
  };
}

function createContext(options: SwasUpstreamOptions): AdapterContext {
  const { source, call, telemetry, clock, outputEncoding, zones = DEFAULT_ZONES } = options;
  const reader = createReader({ source, telemetry, zones, clock });
  const ask: AdapterContext["ask"] = (action, parameters, operation, options = {}) => {
    const request = {
      source,
      version: description.version,
      action,
      parameters: { RegionId: source.regionId, ...parameters },
    };
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
    runPaging: createPaging(clock, { hasTokens: false }),
    instancePaging: createPaging(clock, { hasTokens: false }),
    serverPaging: createPaging(clock, { hasTokens: false, maxPageSize: SERVERS_PER_CALL }),
    hasAttributes: createAccess(clock),
    access: createAccess(clock),
    statusFilter: createStatusFilter(clock, { words: STATUS_WORDS, inexact: INEXACT_STATUSES }),
    takesRunning: createAccess(clock),
    encoding,
    undecided: createUndecided(),
    unread: createUnreadServers(clock),
    ask,
  };
}

function createListOpener(context: AdapterContext, servers: Servers): Upstream["openLists"] {
  const findOut = createListProbe(context, (query, projection, operation) =>
    createRunList(context, { query, projection, status: singleStatus(query.statusIn) }).read(null, operation),
  );
  let hasServers = false;
  return async (query, projection, operation) => {
    if (isUnknownHere(query)) return [];
    const first = await orFailing(context.clock.now(), findOut(query, projection, operation), operation);
    if (context.access.state() !== "refused")
      return [await chooseRunList(context, query, projection, operation, first)];
    const { instanceId } = query;
    if (instanceId !== undefined) return [createInstanceList(context, servers, query, instanceId)];
    const all = await orError(readWholeList(servers, operation), operation);
    // What was read before this process began, a store knows as the list of all runs.
    if (all instanceof UpstreamError && !hasServers)
      return [await chooseRunList(context, query, projection, operation, () => Promise.reject(all))];
    if (all instanceof UpstreamError) throw all;
    hasServers = true;
    const { instances, lack } = all;
    const ids = instances.map(({ instanceId }) => instanceId);
    context.unread.noteServers(ids, lack !== null);
    const lists = ids.map((id) => createInstanceList(context, servers, query, id, lack === null && ids.length === 1));
    return lack === null ? lists : [...lists, createMissingList(lack)];
  };
}

/** True for what this product does not know: timed runs, labels on runs, and resource groups of them. */
function isUnknownHere({ statusIn, timed, resourceGroupId, tags = [] }: InvocationQuery): boolean {
  return singleStatus(statusIn) === "SCHEDULED" || timed === true || resourceGroupId !== undefined || tags.length > 0;
}

/** The lists of DescribeCommandInvocations: of all runs, and of those that are meant. The list of one server tells its runs as well as these. */
function listWhole(context: AdapterContext, query: InvocationQuery): readonly RunList[] {
  if (context.access.state() !== "refused" || query.instanceId !== undefined || isUnknownHere(query)) return [];
  const projection = { output: false, content: false };
  const meant = createRunList(context, { query, projection, status: singleStatus(query.statusIn) });
  const all = createRunList(context, { query: {}, projection, status: undefined });
  return meant.key === all.key ? [all] : [all, meant];
}

/**
 * Every server, as far as its list shows them: one that is wrong in itself will show no more later. @throws UpstreamError if a part of it
 * failed: without the lists of the servers in it, a walk would pass their runs
 */
async function readWholeList(servers: Servers, operation: Operation): Promise<ListedServers> {
  const all = await servers.readAll(operation);
  if (all.lack !== null && all.lack.code !== "BAD_RESPONSE") throw all.lack;
  return all;
}

/** What was asked for, or why it could not be read. @throws what the upstream did not cause */
async function orError<Value>(asked: Promise<Value>, { signal }: Operation): Promise<Value | UpstreamError> {
  try {
    return await asked;
  } catch (error) {
    if (signal.aborted || !(error instanceof UpstreamError)) throw error;
    return error;
  }
}

/** The newest page, or its error, which is then that of the list: what is known of the list is shown all the same. */
async function orFailing(
  askedAt: number,
  page: Promise<RunListPage | undefined>,
  { signal }: Operation,
): Promise<FirstPage | undefined> {
  try {
    const first = await page;
    return first && (async () => ({ askedAt, ...first }));
  } catch (error) {
    if (signal.aborted || !(error instanceof UpstreamError) || isRefusal(error)) throw error;
    return () => Promise.reject(error);
  }
}

async function readResults(
  context: AdapterContext,
  servers: Servers,
  query: ResultQuery,
  projection: Projection,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const { invokeId, instanceIds } = query;
  if (instanceIds?.length === 0) return [];
  const { items, failure } = await orPerInstance(
    context,
    async () => {
      const read = readRunResults(context, invokeId, projection, operation);
      const found = await orNotFound(read, () => [], { InvokeId: invokeId });
      // A result may be told although the run's record lacks it, as that of a run that the list has dropped. Each costs a call.
      const missing = (instanceIds ?? [])
        .filter((id) => found.every((one) => one.instanceId !== id))
        .slice(0, CALLS_AT_ONCE);
      const others = await readEachResult(context, servers, { invokeId, instanceIds: missing }, operation);
      return { items: [...found, ...others.items], failure: isRefusal(others.failure) ? null : others.failure };
    },
    () => readEachResult(context, servers, query, operation),
  );
  const results = arrangeExecutions(items, query.includeHistory);
  if (failure !== null) throw new PartialResultsError(failure, results);
  return results;
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
    return perInstance();
  }
}

/** The product Simple Application Server. */
export const swas: Product = {
  description,
  createUpstream: createSwasUpstream,
  listRegions: (...asked) => listRegions({ ...description, action: "ListRegions" }, ...asked),
};
