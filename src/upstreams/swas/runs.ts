import type { Invocation, InvocationQuery, InvocationResult, InvocationStatus, Operation, Wants } from "#domain";
import {
  COMMAND_TYPE_WORDS,
  createRunListReader,
  EMPTY_PAGE,
  keepItems,
  listKey,
  orNotFound,
  type PageShape,
  type RecalledRun,
  type RunList,
  type RunListPage,
  singleStatus,
} from "#upstreams";
import type { AdapterContext, Parameters } from "./context.ts";
import { toInvocation, toResults } from "./map.ts";
import { readRunPage } from "./shapes.ts";

const ACTION = "DescribeCommandInvocations";

/**
 * The words of the filter InvocationStatus, which takes those of whole runs. Records may carry an instance's word at run
 * level, so the two classes that several of these stand for are not counted upon.
 */
const STATUS_WORDS: Readonly<Record<InvocationStatus, { readonly word?: string; readonly isExact: boolean }>> = {
  PENDING: { word: "Pending", isExact: true },
  SCHEDULED: { isExact: false },
  RUNNING: { word: "Running", isExact: true },
  STOPPING: { word: "Stopping", isExact: true },
  SUCCESS: { word: "Success", isExact: true },
  PARTIAL_FAILED: { word: "PartialFailed", isExact: true },
  FAILED: { word: "Failed", isExact: false },
  STOPPED: { word: "Stopped", isExact: false },
  FINISHED: { isExact: false },
  UNKNOWN: { isExact: false },
};

/** The newest page of a list as it was read just now, or why it could not be read. @throws UpstreamError */
export type FirstPage = () => Promise<RunListPage>;

/** The list of all runs. `first` is its newest page, if that was read just now: it is used once. */
export function createRunList(
  context: AdapterContext,
  query: InvocationQuery,
  wants: Wants,
  first: FirstPage | undefined,
): RunList {
  const filter = toFilter(query);
  const key = listKey("command-invocations", filter);
  const reader = createRunListReader({
    source: context.source,
    action: ACTION,
    key,
    paging: context.runPaging,
    ask: ({ pageNumber, pageSize }, operation) => {
      const paging = { PageNumber: String(pageNumber), PageSize: String(pageSize) };
      return readRuns(context, { ...filter, ...paging }, query.invokeId, wants, operation);
    },
  });
  let known = first;
  return {
    key,
    applied: toApplied(query, filter),
    isExact: isExact(query),
    placeAt: reader.placeAt,
    async read(place, operation) {
      const page = place === null ? known?.() : undefined;
      known = undefined;
      return page ?? reader.read(place, operation);
    },
  };
}

function toApplied(query: InvocationQuery, filter: Parameters): InvocationQuery {
  const { invokeId, instanceId, commandId, commandName, commandType, statusIn } = query;
  return {
    ...(invokeId === undefined ? {} : { invokeId }),
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(commandId === undefined ? {} : { commandId }),
    ...(commandName === undefined || filter.CommandName === undefined ? {} : { commandName }),
    ...(commandType === undefined || filter.CommandType === undefined ? {} : { commandType }),
    ...(statusIn === undefined || filter.InvocationStatus === undefined ? {} : { statusIn }),
  };
}

async function readRuns(
  context: AdapterContext,
  parameters: Parameters,
  invokeId: string | undefined,
  wants: Wants,
  operation: Operation,
): Promise<PageShape<Invocation>> {
  const asked = await orNotFound(askRuns(context, parameters, invokeId, wants, operation), null, parameters);
  if (asked === null) return EMPTY_PAGE;
  const { page, reading } = asked;
  return { ...page, items: page.items.map((run) => toInvocation(run, context.encoding, wants, reading)) };
}

/** One run, null where there is none. @throws UpstreamError */
export async function readRun(
  context: AdapterContext,
  invokeId: string,
  wants: Wants,
  operation: Operation,
): Promise<Invocation | null> {
  const { page, reading } = await askRuns(context, { InvokeId: invokeId }, invokeId, wants, operation);
  const run = page.items[0];
  return run === undefined ? null : toInvocation(run, context.encoding, wants, reading);
}

/** Every result of one run. @throws UpstreamError */
export async function readRunResults(
  context: AdapterContext,
  invokeId: string,
  wants: Wants,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const { page, reading } = await askRuns(context, { InvokeId: invokeId }, invokeId, wants, operation);
  return page.items.flatMap((run) => toResults(run, context.encoding, wants, reading));
}

async function askRuns(
  context: AdapterContext,
  parameters: Parameters,
  invokeId: string | undefined,
  wants: Wants,
  operation: Operation,
) {
  const answer = await context.ask(ACTION, parameters, operation);
  context.access.grant();
  const reading = context.reader(ACTION, answer);
  const page = readRunPage(answer.body, invokeId, reading);
  const meant = keepItems(page, (run) => invokeId === undefined || run.invokeId === invokeId);
  if (meant !== page) reading.warn("a run that was not asked for is left out");
  await context.encoding.settle(meant.items, wants, operation);
  if (context.encoding.isGuessing("output")) context.undecided.note(meant.items, reading.readFrom, context.clock.now());
  return { page: meant, reading };
}

/** Runs of earlier answers whose outputs could not be read then; as {@link ListedOutputs}. */
export async function recallRuns(
  { undecided, encoding, source }: AdapterContext,
  invokeIds: readonly string[],
  wants: Wants,
  operation: Operation,
): Promise<readonly RecalledRun[]> {
  const kept = undecided.find(invokeIds);
  await encoding.settle(
    kept.map(({ shape }) => shape),
    wants,
    operation,
  );
  if (!encoding.isGuessing("output")) undecided.forget(invokeIds);
  return kept.map(({ shape, readFrom, readAt }) => ({
    run: toInvocation(shape, encoding, wants, { source, readFrom }),
    readAt,
  }));
}

/** What of a query the upstream applies itself: CommandName is silently ignored beside InstanceId. */
function toFilter(query: InvocationQuery): Parameters {
  const status = singleStatus(query.statusIn);
  return {
    InvokeId: query.invokeId,
    InstanceId: query.instanceId,
    CommandId: query.commandId,
    CommandName: query.instanceId === undefined ? query.commandName : undefined,
    CommandType: query.commandType === undefined ? undefined : COMMAND_TYPE_WORDS[query.commandType],
    InvocationStatus: status === undefined ? undefined : STATUS_WORDS[status].word,
  };
}

function isExact(query: InvocationQuery): boolean {
  const status = singleStatus(query.statusIn);
  return (
    query.createdAfter === undefined &&
    query.createdBefore === undefined &&
    (query.statusIn === undefined || (status !== undefined && STATUS_WORDS[status].isExact)) &&
    // Whether CommandName is matched exactly is nowhere documented.
    query.commandName === undefined &&
    query.commandType !== "UNKNOWN"
  );
}
