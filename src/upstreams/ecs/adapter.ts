import {
  type Clock,
  type Instance,
  type Invocation,
  type InvocationQuery,
  type InvocationResult,
  type InvocationStatus,
  type Operation,
  type Source,
  silentTelemetry,
  type Telemetry,
  UpstreamError,
  type Wants,
} from "#domain";
import {
  arrangeExecutions,
  badResponse,
  COMMAND_TYPE_WORDS,
  chunk,
  createPageLimit,
  createReader,
  DEFAULT_ZONES,
  type InvocationList,
  MAX_PAGE_SIZE,
  mapBounded,
  orWhenGone,
  type PageLimit,
  type Reader,
  type ResultQuery,
  readLimited,
  readWindow,
  singleStatus,
  type Upstream,
  walkPages,
  type ZonePolicy,
} from "#upstreams";
import type { Call, CallRequest } from "#wire";
import { toInstance, toInvocation, toInvocationResult } from "./map.ts";
import { readInstancePage, readInvocationPage, readRegionIds, readResultPage } from "./shapes.ts";

/** What the adapter of one ECS region works with. */
export interface EcsUpstreamOptions {
  readonly source: Source;
  readonly call: Call;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** How instants without a zone are meant; the vendor's likelier meaning unless given. */
  readonly zones?: ZonePolicy;
}

type Parameters = CallRequest["parameters"];

const VERSION = "2014-05-26";
const INSTANCES_PER_CALL = 100;
const CALLS_AT_ONCE = 4;

/** The words of the filter InvokeStatus; `FINISHED` is a superset there, as `Finished` also holds runs whose outcome is told. */
const STATUS_WORDS: Readonly<Record<InvocationStatus, string | undefined>> = {
  PENDING: "Pending",
  SCHEDULED: "Scheduled",
  RUNNING: "Running",
  STOPPING: "Stopping",
  SUCCESS: "Success",
  PARTIAL_FAILED: "PartialFailed",
  FAILED: "Failed",
  STOPPED: "Stopped",
  FINISHED: "Finished",
  UNKNOWN: undefined,
};

interface Desk {
  readonly source: Source;
  readonly reader: Reader;
  readonly runLimit: PageLimit;
  readonly resultLimit: PageLimit;
  ask(action: string, parameters: Parameters, operation: Operation): ReturnType<Call>;
}

/** The runs, results and servers of one ECS region, by the actions DescribeInvocations, DescribeInvocationResults and DescribeInstances. */
export function createEcsUpstream(options: EcsUpstreamOptions): Upstream {
  const { source, call, telemetry, zones = DEFAULT_ZONES } = options;
  const desk: Desk = {
    source,
    reader: createReader({ source, telemetry, zones }),
    runLimit: createPageLimit(),
    resultLimit: createPageLimit(),
    ask: (action, parameters, operation) =>
      call({ source, version: VERSION, action, parameters: { RegionId: source.regionId, ...parameters } }, operation),
  };
  return {
    source,
    openLists: async (query, wants) => [createList(desk, query, wants)],
    readInvocation: (invokeId, wants, operation) => readInvocation(desk, invokeId, wants, operation),
    readResults: (query, _wants, operation) => readResults(desk, query, operation),
    readInstanceResults: (instanceId, _wants, operation) => readInstanceResults(desk, instanceId, operation),
    readInstances: (instanceIds, operation) => readInstances(desk, instanceIds, operation),
  };
}

/** Ids of the regions that the account may use, by DescribeRegions. @throws UpstreamError */
export async function listEcsRegions(call: Call, account: string, operation: Operation): Promise<string[]> {
  const source: Source = { provider: "ECS", account, regionId: "cn-hangzhou" };
  const answer = await call({ source, version: VERSION, action: "DescribeRegions", parameters: {} }, operation);
  const reader = createReader({ source, telemetry: silentTelemetry, zones: DEFAULT_ZONES });
  return [...readRegionIds(answer.body, reader("DescribeRegions", answer))];
}

function createList(desk: Desk, query: InvocationQuery, wants: Wants): InvocationList {
  const { parameters, isExact } = toFilter(query);
  const isOutputAsked = wants.output && (query.invokeId !== undefined || query.instanceId !== undefined);
  return {
    key: "invocations",
    isExact,
    read: (page, operation) =>
      readWindow(page, desk.runLimit, async (PageNumber, PageSize) => {
        const paging = { PageNumber, PageSize };
        return readRuns(desk, { ...parameters, ...paging }, query.invokeId, isOutputAsked, operation);
      }),
  };
}

/** What of a query the upstream applies itself: CommandName and the status PartialFailed are silently ignored beside InstanceId. */
function toFilter(query: InvocationQuery): { readonly parameters: Parameters; readonly isExact: boolean } {
  const isByInstance = query.instanceId !== undefined;
  const status = singleStatus(query.statusIn);
  const isStatusPushed = status !== undefined && !(isByInstance && status === "PARTIAL_FAILED");
  const type = query.commandType;
  return {
    parameters: {
      InvokeId: query.invokeId,
      CommandId: query.commandId,
      CommandName: isByInstance ? undefined : query.commandName,
      CommandType: type === undefined ? undefined : COMMAND_TYPE_WORDS[type],
      InstanceId: query.instanceId,
      Timed: query.timed,
      InvokeStatus: isStatusPushed ? STATUS_WORDS[status] : undefined,
    },
    isExact:
      query.createdAfter === undefined &&
      query.createdBefore === undefined &&
      (query.statusIn === undefined || (isStatusPushed && status !== "UNKNOWN" && status !== "FINISHED")) &&
      // Whether CommandName is matched exactly is nowhere documented.
      query.commandName === undefined &&
      type !== "UNKNOWN",
  };
}

async function readInvocation(
  desk: Desk,
  invokeId: string,
  wants: Wants,
  operation: Operation,
): Promise<Invocation | null> {
  const page = await orWhenGone(readRuns(desk, { InvokeId: invokeId }, invokeId, wants.output, operation), null);
  return page?.items[0] ?? null;
}

async function readRuns(
  desk: Desk,
  parameters: Parameters,
  invokeId: string | undefined,
  isOutputAsked: boolean,
  operation: Operation,
) {
  const action = "DescribeInvocations";
  const encoding = { ContentEncoding: "Base64", IncludeOutput: isOutputAsked ? true : undefined };
  const answer = await desk.ask(action, { ...parameters, ...encoding }, operation);
  const reading = desk.reader(action, answer);
  const page = readInvocationPage(answer.body, invokeId, reading);
  const meant = page.items.filter((run) => invokeId === undefined || run.invokeId === invokeId);
  if (meant.length < page.items.length) reading.complain("a run that was not asked for is left out");
  return { ...page, items: meant.map((run) => toInvocation(run, isOutputAsked, reading)) };
}

async function readResults(desk: Desk, query: ResultQuery, operation: Operation): Promise<readonly InvocationResult[]> {
  const { invokeId, instanceIds, includeHistory } = query;
  if (instanceIds?.length === 0) return [];
  const parameters = {
    InvokeId: invokeId,
    InstanceId: instanceIds?.length === 1 ? instanceIds[0] : undefined,
    IncludeHistory: includeHistory ? true : undefined,
  };
  try {
    const results = await orWhenGone(walkResults(desk, query, parameters, operation), []);
    return arrangeExecutions(results, includeHistory);
  } catch (error) {
    if (!includeHistory || !isHistoryRefused(error)) throw error;
    const results = await walkResults(desk, query, { ...parameters, IncludeHistory: undefined }, operation);
    return arrangeExecutions(results, includeHistory);
  }
}

async function walkResults(
  desk: Desk,
  query: ResultQuery,
  parameters: Parameters,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const { instanceIds, includeHistory } = query;
  const wanted = new Set(instanceIds);
  const isEnough = (results: readonly InvocationResult[]) => {
    if (includeHistory || instanceIds === undefined) return false;
    const found = new Set(results.map((result) => result.instanceId));
    return [...wanted].every((instanceId) => found.has(instanceId));
  };
  const walk = () =>
    walkPages({
      limit: desk.resultLimit,
      surePages: Math.ceil(wanted.size / MAX_PAGE_SIZE),
      ask: (PageNumber, PageSize) => readResultsPage(desk, { ...parameters, PageNumber, PageSize }, operation),
      keyOf: (result) => JSON.stringify([result.instanceId, result.startTime, result.finishTime, result.repeats]),
      isEnough,
      giveUp: () => {
        throw badResponse(desk.source, "DescribeInvocationResults", null, "the list of results does not end");
      },
    });
  const first = await walk();
  // Records that came twice may have pushed out others between two pages: a second walk finds those.
  if (first.repeatedCount === 0 || isEnough(first.items)) return first.items;
  const second = await walk();
  return [...first.items, ...second.items];
}

async function readInstanceResults(
  desk: Desk,
  instanceId: string,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const read = readLimited({ pageNumber: 1, pageSize: MAX_PAGE_SIZE }, desk.resultLimit, (PageNumber, PageSize) =>
    readResultsPage(desk, { InstanceId: instanceId, PageNumber, PageSize }, operation),
  );
  const page = await orWhenGone(read, null);
  return page === null ? [] : arrangeExecutions(page.shape.items, false);
}

async function readResultsPage(desk: Desk, parameters: Parameters, operation: Operation) {
  const action = "DescribeInvocationResults";
  const answer = await desk.ask(action, { ...parameters, ContentEncoding: "Base64" }, operation);
  const reading = desk.reader(action, answer);
  const asked = { invokeId: textOf(parameters.InvokeId), instanceId: textOf(parameters.InstanceId) };
  const page = readResultPage(answer.body, asked, reading);
  const meant = page.items.filter(
    (shape) =>
      (asked.invokeId === undefined || shape.invokeId === asked.invokeId) &&
      (asked.instanceId === undefined || shape.instanceId === asked.instanceId),
  );
  if (meant.length < page.items.length) reading.complain("a result that was not asked for is left out");
  return { ...page, items: meant.map((shape) => toInvocationResult(shape, desk.source, reading)) };
}

async function readInstances(
  desk: Desk,
  instanceIds: readonly string[],
  operation: Operation,
): Promise<readonly Instance[]> {
  // Machines outside Alibaba Cloud (`mi-…`) run commands too, and DescribeInstances does not know them.
  const known = [...new Set(instanceIds)].filter((instanceId) => !instanceId.startsWith("mi-"));
  const pages = await mapBounded(chunk(known, INSTANCES_PER_CALL), CALLS_AT_ONCE, (ids) =>
    orWhenGone(readInstancesPage(desk, ids, operation), []),
  );
  return pages.flat();
}

async function readInstancesPage(desk: Desk, instanceIds: readonly string[], operation: Operation) {
  const action = "DescribeInstances";
  const parameters = { InstanceIds: JSON.stringify(instanceIds), PageNumber: 1, PageSize: INSTANCES_PER_CALL };
  const answer = await desk.ask(action, parameters, operation);
  const { items } = readInstancePage(answer.body, desk.reader(action, answer));
  return items.filter((shape) => instanceIds.includes(shape.instanceId)).map((shape) => toInstance(shape, desk.source));
}

// The document: IncludeHistory needs the InvokeId of a periodic command; the latest execution is then all there is.
function isHistoryRefused(error: unknown): boolean {
  return (
    error instanceof UpstreamError && /IncludeHistory|InvalidParam|InvalidOperation/i.test(error.upstreamCode ?? "")
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
