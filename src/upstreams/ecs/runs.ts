import {
  type Invocation,
  type InvocationQuery,
  type InvocationStatus,
  mapInBreaks,
  type Operation,
  type Projection,
  weightOf,
} from "#domain";
import type { FirstPage, RunList } from "../contract/index.ts";
import { askAgain, createRunListReader, type Paging, type PagingParameters, type StatusWords } from "../lists/index.ts";
import {
  COMMAND_TYPE_WORDS,
  findOnly,
  isNothing,
  keepItems,
  listKey,
  orNotFound,
  singleStatus,
  toEmptyPage,
} from "../mapping/index.ts";
import { type AdapterContext, type Parameters, toParameters } from "./context.ts";
import { hasBegun, toInvocation } from "./map.ts";
import { readInvocationPage } from "./shapes.ts";
import { type FindRun, type ProbeFilter, type ReadNewest, shownOn } from "./timed-probe.ts";

const ACTION = "DescribeInvocations";

/** The words of the filter InvokeStatus. */
export const STATUS_WORDS: StatusWords = {
  PENDING: "Pending",
  SCHEDULED: "Scheduled",
  RUNNING: "Running",
  STOPPING: "Stopping",
  SUCCESS: "Success",
  PARTIAL_FAILED: "PartialFailed",
  FAILED: "Failed",
  STOPPED: "Stopped",
  FINISHED: "Finished",
};

/**
 * The filter takes the words of InvocationStatus and the legacy ones together, so a word that both have may select runs by
 * either: only words of one meaning are counted upon.
 */
const EXACT_STATUSES: ReadonlySet<InvocationStatus | undefined> = new Set(["PENDING", "SCHEDULED", "SUCCESS"]);

/**
 * The lists of the region's runs: one, or two if the list without `Timed` hides what will run again. That word does not mean
 * the query's `timed`, which is about having a schedule, so the query's is never sent.
 */
export async function openLists(
  context: AdapterContext,
  query: InvocationQuery,
  projection: Projection,
  operation: Operation,
): Promise<readonly RunList[]> {
  const open = (status?: InvocationStatus, timed?: boolean, first?: FirstPage) =>
    createList(context, { query, projection, status, timed }, first);
  const lists = { subject: JSON.stringify([{ ...query, statusIn: undefined }, projection]), open };
  const { status, first } = await context.statusFilter.choose(singleStatus(query.statusIn), lists, operation);
  const { timedProbe } = context;
  const subject = JSON.stringify([query, projection, status]);
  const read = (each: Operation) => open(status, undefined, first).read(null, each);
  const isWhole = isUnfiltered(toFilter(query, status));
  const newest = await timedProbe.askBehind({ subject, isWhole, read }, operation);
  return timedProbe.isHiding() ? [open(status, true), open(status, false)] : [open(status, undefined, newest ?? first)];
}

function isUnfiltered(filter: Parameters): boolean {
  return Object.values(filter).every((value) => value === undefined);
}

/** What a list is asked for. */
interface AskedList {
  readonly query: InvocationQuery;
  readonly projection: Projection;
  /** What the upstream is to narrow it to; undefined for none. */
  readonly status: InvocationStatus | undefined;
  readonly timed: boolean | undefined;
}

function createList(context: AdapterContext, asked: AskedList, first: FirstPage | undefined): RunList {
  const { query, projection, status, timed } = asked;
  const filter = toFilter(query, status);
  const isOutputAsked = projection.output && (query.invokeId !== undefined || query.instanceId !== undefined);
  const key = listKey("invocations", { ...filter, timed });
  const reader = createRunListReader({
    source: context.source,
    action: ACTION,
    key,
    paging: context.runPaging,
    ask: (paging, operation) => {
      const parameters = { ...filter, Timed: timed, ...toParameters(paging) };
      const page = readRuns(context, parameters, query.invokeId, isOutputAsked, operation, status);
      return orNotFound(page, toEmptyPage, filter);
    },
  });
  const read: RunList["read"] = async (place, operation) => {
    const page = await reader.read(place, operation);
    if (isUnfiltered({ ...filter, timed })) context.timedProbe.note(shownOn(page, place === null));
    return page;
  };
  return {
    key,
    applied: toApplied(query, filter, status),
    isPart: timed !== undefined,
    // What was one list when it was opened may have proved meanwhile to hide some.
    mayLack: () => timed === undefined && context.timedProbe.isHiding() !== false,
    isExact: isExact(query, filter, status),
    placeAt: reader.placeAt,
    read: context.statusFilter.watch({ key, status }, read, first),
  };
}

function toApplied(query: InvocationQuery, filter: Parameters, status: InvocationStatus | undefined): InvocationQuery {
  const {
    timed: _timed,
    createdAfter: _after,
    createdBefore: _before,
    commandName,
    commandType,
    statusIn: _status,
    ...rest
  } = query;
  return {
    ...rest,
    ...(commandName === undefined || filter.CommandName === undefined ? {} : { commandName }),
    ...(commandType === undefined || filter.CommandType === undefined ? {} : { commandType }),
    ...(status === undefined || filter.InvokeStatus === undefined ? {} : { statusIn: [status] }),
  };
}

/** What of a query the upstream applies itself: CommandName and the status PartialFailed are silently ignored beside InstanceId. */
function toFilter(query: InvocationQuery, status: InvocationStatus | undefined): Parameters {
  const isByInstance = query.instanceId !== undefined;
  const isIgnored = isByInstance && status === "PARTIAL_FAILED";
  return {
    InvokeId: query.invokeId,
    CommandId: query.commandId,
    CommandName: isByInstance ? undefined : query.commandName,
    CommandType: query.commandType === undefined ? undefined : COMMAND_TYPE_WORDS[query.commandType],
    InstanceId: query.instanceId,
    Tag: query.tags?.map(({ key, value }) => ({ Key: key, Value: value })),
    ResourceGroupId: query.resourceGroupId,
    InvokeStatus: status === undefined || isIgnored ? undefined : STATUS_WORDS[status],
  };
}

function isExact(query: InvocationQuery, { InvokeStatus }: Parameters, status: InvocationStatus | undefined): boolean {
  return (
    query.timed === undefined &&
    query.createdAfter === undefined &&
    query.createdBefore === undefined &&
    (query.statusIn === undefined || (InvokeStatus !== undefined && EXACT_STATUSES.has(status))) &&
    // Whether CommandName is matched exactly is nowhere documented.
    query.commandName === undefined &&
    query.commandType !== "UNKNOWN"
  );
}

/** How many answers without a run, but with a token, the probe of `Timed` follows. */
const MAX_PROBE_ANSWERS = 10;

/** The first run that a filter finds, for the probe of `Timed`. @throws UpstreamError */
export async function findRun(
  context: Pick<AdapterContext, "ask" | "reader" | "runPaging" | "statusFilter" | "includedOutputs">,
  { InvokeId, Timed }: ProbeFilter,
  operation: Operation,
): ReturnType<FindRun> {
  if (InvokeId !== undefined) {
    const page = await orNotFound(readRuns(context, { InvokeId }, InvokeId, false, operation), () => null, {
      InvokeId,
    });
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

/** The newest runs of all, for the probe of `Timed`. @throws UpstreamError */
export async function readNewest(
  context: Pick<AdapterContext, "ask" | "reader" | "runPaging" | "statusFilter" | "includedOutputs">,
  operation: Operation,
): ReturnType<ReadNewest> {
  const { runPaging } = context;
  const ask = (paging: PagingParameters) => readRuns(context, toParameters(paging), undefined, false, operation);
  const runs = (await askAgain(runPaging, runPaging.first, ask)).shape.items;
  return { runs, isFirst: true, isLast: false };
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
  projection: Projection,
  operation: Operation,
): Promise<Invocation | null> {
  const read = (parameters: Parameters) => {
    const sent = { InvokeId: invokeId, ...parameters };
    return orNotFound(readRuns(context, sent, invokeId, projection.output, operation), () => null, sent);
  };
  const page = await read({});
  // An error says that there is none; an empty list may hide it.
  const mayBeHidden = page?.items.length === 0 && (await context.timedProbe.ask(operation)) !== false;
  const answer = mayBeHidden ? await read({ Timed: true }) : page;
  return answer === null ? null : findOnly(answer, answer.reading);
}

/** @param status what the upstream narrows the list to, if anything */
async function readRuns(
  context: Pick<AdapterContext, "ask" | "reader" | "statusFilter" | "includedOutputs">,
  parameters: Parameters,
  invokeId: string | undefined,
  isOutputAsked: boolean,
  operation: Operation,
  status?: InvocationStatus,
) {
  const encoding = { ContentEncoding: "Base64", IncludeOutput: isOutputAsked ? true : undefined };
  const answer = await context.ask(ACTION, { ...parameters, ...encoding }, operation);
  const reading = context.reader(ACTION, answer);
  const page = await readInvocationPage(answer.body, invokeId, reading);
  const meant = keepItems(page, (run) => invokeId === undefined || run.invokeId === invokeId);
  if (meant !== page) reading.warn("a run that was not asked for is left out");
  context.statusFilter.note(meant.items, status);
  const isOutputTold = isOutputAsked && context.includedOutputs.areTold(meant.items);
  return {
    ...meant,
    items: await mapInBreaks(meant.items, weightOf, (run) => toInvocation(run, isOutputTold, reading)),
    reading,
  };
}

/**
 * Starts without knowledge. Generations before IncludeOutput, and those that ignore it, say nothing of outputs, or have them empty: then
 * they have to be asked for elsewhere. An upstream that answered one with something in it tells them all.
 */
export function createIncludedOutputs(): AdapterContext["includedOutputs"] {
  let isProven = false;
  return {
    areTold(runs) {
      const begun = runs.flatMap(({ instances }) => instances.filter(hasBegun));
      isProven ||= begun.some(({ output }) => !isNothing(output));
      return begun.length === 0 || (isProven && begun.some(({ tellsOutput }) => tellsOutput));
    },
  };
}
