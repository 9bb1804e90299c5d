import {
  type Invocation,
  type InvocationQuery,
  type InvocationResult,
  type InvocationStatus,
  isLackOfOffer,
  mapInBreaks,
  type Operation,
  type Projection,
  UpstreamError,
  weightOf,
} from "#domain";
import { type FirstPage, isRefusal, type RecalledRun, type RunList } from "../contract/index.ts";
import { createRunListReader, type StatusWords } from "../lists/index.ts";
import {
  COMMAND_TYPE_WORDS,
  findOnly,
  keepItems,
  listKey,
  type NamedRun,
  orNotFound,
  type PageShape,
  singleStatus,
  toEmptyPage,
} from "../mapping/index.ts";
import type { AdapterContext, Parameters } from "./context.ts";
import { toInvocation, toResults } from "./map.ts";
import { readRunPage } from "./shapes.ts";

const ACTION = "DescribeCommandInvocations";

/** The words of the filter InvocationStatus, which takes those of whole runs. */
export const STATUS_WORDS: StatusWords = {
  PENDING: "Pending",
  RUNNING: "Running",
  STOPPING: "Stopping",
  SUCCESS: "Success",
  PARTIAL_FAILED: "PartialFailed",
  FAILED: "Failed",
  STOPPED: "Stopped",
};

/** Records may carry an instance's word at run level, so the two classes that several of these stand for are not counted upon. */
export const INEXACT_STATUSES: ReadonlySet<InvocationStatus> = new Set(["FAILED", "STOPPED"]);

/** The list to read. `first` is the newest page of what the query means, if that was read just now: it is used once. */
export async function chooseRunList(
  context: AdapterContext,
  query: InvocationQuery,
  projection: Projection,
  operation: Operation,
  first: FirstPage | undefined,
): Promise<RunList> {
  const asked = singleStatus(query.statusIn);
  const open = (status: InvocationStatus | undefined, newest = status === asked ? first : undefined) =>
    createRunList(context, { query, projection, status }, newest);
  const lists = { subject: JSON.stringify([{ ...query, statusIn: undefined }, projection]), open };
  const choice = await context.statusFilter.choose(asked, lists, operation);
  return open(choice.status, choice.first);
}

/** What a list is asked for. */
interface AskedList {
  readonly query: InvocationQuery;
  readonly projection: Projection;
  /** What the upstream is to narrow it to; undefined for none. */
  readonly status: InvocationStatus | undefined;
}

/** The list of all runs. `first` is its newest page, if that was read just now: it is used once. */
export function createRunList(context: AdapterContext, asked: AskedList, first?: FirstPage): RunList {
  const { query, status } = asked;
  const filter = toFilter(query, status);
  const key = listKey("command-invocations", filter);
  const reader = createRunListReader({
    source: context.source,
    action: ACTION,
    key,
    paging: context.runPaging,
    ask: ({ pageNumber, pageSize }, operation) => {
      const paging = { PageNumber: String(pageNumber), PageSize: String(pageSize) };
      return readRuns(context, { ...filter, ...paging }, asked, operation);
    },
  });
  return {
    key,
    applied: toApplied(query, filter, status),
    isExact: isExact(query, filter, status),
    placeAt: reader.placeAt,
    read: context.statusFilter.watch({ key, status }, reader.read, first),
  };
}

function toApplied(query: InvocationQuery, filter: Parameters, status: InvocationStatus | undefined): InvocationQuery {
  const { invokeId, instanceId, commandId, commandName, commandType } = query;
  return {
    ...(invokeId === undefined ? {} : { invokeId }),
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(commandId === undefined ? {} : { commandId }),
    ...(commandName === undefined || filter.CommandName === undefined ? {} : { commandName }),
    ...(commandType === undefined || filter.CommandType === undefined ? {} : { commandType }),
    ...(status === undefined || filter.InvocationStatus === undefined ? {} : { statusIn: [status] }),
  };
}

async function readRuns(
  context: AdapterContext,
  parameters: Parameters,
  { query, projection, status }: AskedList,
  operation: Operation,
): Promise<PageShape<Invocation>> {
  const read = async (): Promise<PageShape<Invocation>> => {
    const { page, reading } = await askRuns(context, parameters, query.invokeId, projection, operation, status);
    const toRun = (run: NamedRun) => toInvocation(run, context.encoding, projection, reading);
    return { ...page, items: await mapInBreaks(page.items, weightOf, toRun) };
  };
  return orNotFound(read(), toEmptyPage, parameters);
}

/** One run, null where there is none. @throws UpstreamError */
export async function readRun(
  context: AdapterContext,
  invokeId: string,
  projection: Projection,
  operation: Operation,
): Promise<Invocation | null> {
  const { page, reading } = await askRuns(context, { InvokeId: invokeId }, invokeId, projection, operation);
  const run = findOnly(page, reading);
  return run === null ? null : toInvocation(run, context.encoding, projection, reading);
}

/** Every result of one run. @throws UpstreamError */
export async function readRunResults(
  context: AdapterContext,
  invokeId: string,
  projection: Projection,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const { page, reading } = await askRuns(context, { InvokeId: invokeId }, invokeId, projection, operation);
  return page.items.flatMap((run) => toResults(run, context.encoding, projection, reading));
}

async function askRuns(
  context: AdapterContext,
  parameters: Parameters,
  invokeId: string | undefined,
  projection: Projection,
  operation: Operation,
  status?: InvocationStatus,
) {
  const answer = await context.ask(ACTION, parameters, operation).catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
    // Also of who could read it before: from then on servers are asked one by one.
    context.access.refuse();
    throw isLackOfOffer(error) ? toPassing(error) : error;
  });
  context.access.grant();
  const reading = context.reader(ACTION, answer);
  const page = await readRunPage(answer.body, invokeId, reading);
  const meant = keepItems(page, (run) => invokeId === undefined || run.invokeId === invokeId);
  if (meant !== page) reading.warn("a run that was not asked for is left out");
  context.statusFilter.note(meant.items, status);
  await context.encoding.settle(meant.items, projection, operation);
  if (context.encoding.isGuessing("output")) context.undecided.note(meant.items, reading.readFrom, context.clock.now());
  return { page: meant, reading };
}

/** The same as one after which asking again may help: the servers may well offer what the list of the region does not. */
function toPassing(error: UpstreamError): UpstreamError {
  return new UpstreamError({ ...error, message: error.message, retryable: true });
}

/** Runs of earlier answers whose outputs could not be read then; as {@link ListedOutputs}. */
export async function recallRuns(
  { undecided, encoding, source }: AdapterContext,
  invokeIds: readonly string[],
  projection: Projection,
  operation: Operation,
): Promise<readonly RecalledRun[]> {
  const kept = undecided.find(invokeIds);
  await encoding.settle(
    kept.map(({ shape }) => shape),
    projection,
    operation,
  );
  if (!encoding.isGuessing("output")) undecided.forget(invokeIds);
  return kept.map(({ shape, readFrom, readAt }) => ({
    run: toInvocation(shape, encoding, projection, { source, readFrom }),
    readAt,
  }));
}

/** What of a query the upstream applies itself: CommandName is silently ignored beside InstanceId. */
function toFilter(query: InvocationQuery, status: InvocationStatus | undefined): Parameters {
  return {
    InvokeId: query.invokeId,
    InstanceId: query.instanceId,
    CommandId: query.commandId,
    CommandName: query.instanceId === undefined ? query.commandName : undefined,
    CommandType: query.commandType === undefined ? undefined : COMMAND_TYPE_WORDS[query.commandType],
    InvocationStatus: status === undefined ? undefined : STATUS_WORDS[status],
  };
}

function isExact(
  query: InvocationQuery,
  { InvocationStatus }: Parameters,
  status: InvocationStatus | undefined,
): boolean {
  return (
    query.createdAfter === undefined &&
    query.createdBefore === undefined &&
    (query.statusIn === undefined ||
      (status !== undefined && InvocationStatus !== undefined && !INEXACT_STATUSES.has(status))) &&
    // Whether CommandName is matched exactly is nowhere documented.
    query.commandName === undefined &&
    query.commandType !== "UNKNOWN"
  );
}
