import type { Invocation, InvocationQuery, InvocationStatus, Operation, Wants } from "#domain";
import {
  askAgain,
  COMMAND_TYPE_WORDS,
  createRunListReader,
  EMPTY_PAGE,
  keepItems,
  listKey,
  orNotFound,
  type Paging,
  type PagingParameters,
  type RunList,
  type RunShape,
  singleStatus,
} from "#upstreams";
import { type AdapterContext, type Parameters, toParameters } from "./context.ts";
import { hasBegun, toInvocation } from "./map.ts";
import { readInvocationPage } from "./shapes.ts";
import type { FindRun, FirstPage, ProbeFilter } from "./timed-probe.ts";

const ACTION = "DescribeInvocations";

/**
 * The words of the filter InvokeStatus. It takes those of InvocationStatus and the legacy ones together, so a word that
 * both have may select runs by either: only words of one meaning are counted upon.
 */
const STATUS_WORDS: Readonly<Record<InvocationStatus, { readonly word?: string; readonly isExact: boolean }>> = {
  PENDING: { word: "Pending", isExact: true },
  SCHEDULED: { word: "Scheduled", isExact: true },
  RUNNING: { word: "Running", isExact: false },
  STOPPING: { word: "Stopping", isExact: false },
  SUCCESS: { word: "Success", isExact: true },
  PARTIAL_FAILED: { word: "PartialFailed", isExact: false },
  FAILED: { word: "Failed", isExact: false },
  STOPPED: { word: "Stopped", isExact: false },
  FINISHED: { word: "Finished", isExact: false },
  UNKNOWN: { isExact: false },
};

/**
 * The lists of the region's runs: one, or two if the list without `Timed` hides what will run again. That word does not mean
 * the query's `timed`, which is about having a schedule, so the query's is never sent.
 */
export async function openLists(
  context: AdapterContext,
  query: InvocationQuery,
  wants: Wants,
  operation: Operation,
): Promise<readonly RunList[]> {
  const open = (timed?: boolean, first?: FirstPage) => createList(context, query, wants, timed, first);
  const { timedProbe } = context;
  const subject = JSON.stringify([query, wants]);
  const first = await timedProbe.askBehind(subject, (each) => open().read(null, each), operation);
  return timedProbe.isHiding() ? [open(true), open(false)] : [open(undefined, first)];
}

/** @param first its newest page, if that was read just now: it is used once */
function createList(
  context: AdapterContext,
  query: InvocationQuery,
  wants: Wants,
  timed: boolean | undefined,
  first: FirstPage | undefined,
): RunList {
  const { filter, isExact } = toFilter(query);
  const isOutputAsked = wants.output && (query.invokeId !== undefined || query.instanceId !== undefined);
  const key = listKey("invocations", { ...filter, timed });
  const reader = createRunListReader({
    source: context.source,
    action: ACTION,
    key,
    paging: context.runPaging,
    ask: (paging, operation) => {
      const parameters = { ...filter, Timed: timed, ...toParameters(paging) };
      const page = readRuns(context, parameters, query.invokeId, isOutputAsked, operation);
      return orNotFound(page, EMPTY_PAGE, filter);
    },
  });
  let known = first;
  return {
    key,
    applied: toApplied(query, filter),
    isExact,
    placeAt: reader.placeAt,
    read(place, operation) {
      const page = place === null ? known?.() : undefined;
      known = undefined;
      return page ?? reader.read(place, operation);
    },
  };
}

function toApplied(query: InvocationQuery, filter: Parameters): InvocationQuery {
  const {
    timed: _timed,
    createdAfter: _after,
    createdBefore: _before,
    commandName,
    commandType,
    statusIn,
    ...rest
  } = query;
  return {
    ...rest,
    ...(commandName === undefined || filter.CommandName === undefined ? {} : { commandName }),
    ...(commandType === undefined || filter.CommandType === undefined ? {} : { commandType }),
    ...(statusIn === undefined || filter.InvokeStatus === undefined ? {} : { statusIn }),
  };
}

/** What of a query the upstream applies itself: CommandName and the status PartialFailed are silently ignored beside InstanceId. */
function toFilter(query: InvocationQuery): { readonly filter: Parameters; readonly isExact: boolean } {
  const isByInstance = query.instanceId !== undefined;
  const status = singleStatus(query.statusIn);
  const isIgnored = isByInstance && status === "PARTIAL_FAILED";
  const type = query.commandType;
  return {
    filter: {
      InvokeId: query.invokeId,
      CommandId: query.commandId,
      CommandName: isByInstance ? undefined : query.commandName,
      CommandType: type === undefined ? undefined : COMMAND_TYPE_WORDS[type],
      InstanceId: query.instanceId,
      Tag: query.tags?.map(({ key, value }) => ({ Key: key, Value: value })),
      ResourceGroupId: query.resourceGroupId,
      InvokeStatus: status === undefined || isIgnored ? undefined : STATUS_WORDS[status].word,
    },
    isExact:
      query.timed === undefined &&
      query.createdAfter === undefined &&
      query.createdBefore === undefined &&
      (query.statusIn === undefined || (status !== undefined && STATUS_WORDS[status].isExact)) &&
      // Whether CommandName is matched exactly is nowhere documented.
      query.commandName === undefined &&
      type !== "UNKNOWN",
  };
}

/** How many answers without a run, but with a token, the probe of `Timed` follows. */
const MAX_PROBE_ANSWERS = 10;

/** The first run that a filter finds, for the probe of `Timed`. @throws UpstreamError */
export async function findRun(
  context: Pick<AdapterContext, "ask" | "reader" | "runPaging">,
  { InvokeId, Timed }: ProbeFilter,
  operation: Operation,
): ReturnType<FindRun> {
  if (InvokeId !== undefined) {
    const page = await orNotFound(readRuns(context, { InvokeId }, InvokeId, false, operation), null, { InvokeId });
    return page?.items[0] ?? null;
  }
  let nextToken: string | undefined;
  for (let answers = 0; answers < MAX_PROBE_ANSWERS; answers += 1) {
    const { shape } = await askAgain(
      context.runPaging,
      () => pageOfOne(context.runPaging, nextToken),
      (paging) => readRuns(context, { Timed, ...toParameters(paging) }, undefined, false, operation),
    );
    nextToken = shape.nextToken ?? undefined;
    if (shape.items[0] !== undefined || nextToken === undefined) return shape.items[0] ?? null;
  }
  return null;
}

function pageOfOne(paging: Paging, nextToken: string | undefined): PagingParameters {
  const { pageNumber, pageSize, maxResults } = paging.first();
  return {
    pageNumber,
    pageSize: pageSize === undefined ? undefined : 1,
    maxResults: maxResults === undefined ? undefined : 1,
    nextToken,
  };
}

/**
 * One run with its instances, null if there is none. What will run again may be hidden from those who do not ask for it.
 * @throws UpstreamError
 */
export async function readInvocation(
  context: AdapterContext,
  invokeId: string,
  wants: Wants,
  operation: Operation,
): Promise<Invocation | null> {
  const read = (parameters: Parameters) => {
    const sent = { InvokeId: invokeId, ...parameters };
    return orNotFound(readRuns(context, sent, invokeId, wants.output, operation), null, sent);
  };
  const page = await read({});
  const run = page?.items[0] ?? null;
  // An error says that there is none; an empty list may hide it.
  if (run !== null || page === null || !(await context.timedProbe.ask(operation))) return run;
  return (await read({ Timed: true }))?.items[0] ?? null;
}

async function readRuns(
  context: Pick<AdapterContext, "ask" | "reader">,
  parameters: Parameters,
  invokeId: string | undefined,
  isOutputAsked: boolean,
  operation: Operation,
) {
  const encoding = { ContentEncoding: "Base64", IncludeOutput: isOutputAsked ? true : undefined };
  const answer = await context.ask(ACTION, { ...parameters, ...encoding }, operation);
  const reading = context.reader(ACTION, answer);
  const page = readInvocationPage(answer.body, invokeId, reading);
  const meant = keepItems(page, (run) => invokeId === undefined || run.invokeId === invokeId);
  if (meant !== page) reading.warn("a run that was not asked for is left out");
  const isOutputTold = isOutputAsked && tellsOutputs(meant.items);
  return { ...meant, items: meant.items.map((run) => toInvocation(run, isOutputTold, reading)) };
}

// Generations before IncludeOutput, and those that ignore it, say nothing of outputs: they have to be asked for elsewhere.
function tellsOutputs(runs: readonly RunShape[]): boolean {
  const begun = runs.flatMap(({ instances }) => instances.filter(hasBegun));
  return begun.length === 0 || begun.some(({ tellsOutput }) => tellsOutput);
}
