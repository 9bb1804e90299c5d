import { type InvocationResult, type Operation, resultKey, UpstreamError } from "#domain";
import { PartialResultsError, type ResultList, type ResultListQuery, type ResultQuery } from "../contract/index.ts";
import { type AllItems, createListReader, type Lack, readAllPages } from "../lists/index.ts";
import {
  arrangeExecutions,
  badResponse,
  keepItems,
  listKey,
  nameResults,
  orNotFound,
  toEmptyPage,
} from "../mapping/index.ts";
import { type AdapterContext, type Parameters, toParameters } from "./context.ts";
import { toInvocationResult } from "./map.ts";
import { readInvocation } from "./runs.ts";
import { readResultPage } from "./shapes.ts";

const ACTION = "DescribeInvocationResults";

/** How often a history whose order changes between pages is read again. */
const MORE_READINGS = 4;

/** Results of one run, 50 a call. @throws UpstreamError */
export async function readResults(
  context: AdapterContext,
  query: ResultQuery,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const { invokeId, instanceIds, includeHistory } = query;
  if (instanceIds?.length === 0) return [];
  const parameters = {
    InvokeId: invokeId,
    InstanceId: instanceIds?.length === 1 ? instanceIds[0] : undefined,
    IncludeHistory: includeHistory ? true : undefined,
  };
  const refused = includeHistory ? context.withoutHistory.get(invokeId) : undefined;
  try {
    if (refused !== undefined) throw refused;
    const results = await readAllResults(context, query, parameters, operation);
    return arrangeExecutions(results, includeHistory);
  } catch (error) {
    if (!includeHistory || !isHistoryRefused(error)) throw error;
    if (error !== refused) context.withoutHistory.add(invokeId, error);
    const latest = await readAllResults(context, query, { ...parameters, IncludeHistory: undefined }, operation);
    const results = arrangeExecutions(latest, includeHistory);
    if (latest.some((one) => hasEarlier(one, query))) throw new PartialResultsError(error, results);
    return results;
  }
}

/** True for the latest execution on an instance if others came before it. */
function hasEarlier({ repeats }: InvocationResult, { hasRepeats = null }: ResultQuery): boolean {
  return hasRepeats !== false && (repeats === null ? hasRepeats === true : repeats > 1);
}

async function readAllResults(
  context: AdapterContext,
  query: ResultQuery,
  parameters: Parameters,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const { instanceIds, includeHistory } = query;
  const isEnough = (results: readonly InvocationResult[]) => {
    if (includeHistory || instanceIds === undefined) return false;
    const found = new Set(results.map((result) => result.instanceId));
    return instanceIds.every((instanceId) => found.has(instanceId));
  };
  let requestId: string | null = null;
  let ignoresQuestion = false;
  const names = new WeakMap<InvocationResult, string>();
  const keyOf = (result: InvocationResult): string => names.get(result) ?? "";
  const readAll = () =>
    readAllPages({
      paging: context.resultPaging,
      ask: async (paging) => {
        const asked = { ...parameters, ...toParameters(paging) };
        const page = await readResultsPage(context, asked, operation);
        requestId = page.requestId;
        ignoresQuestion ||= page.hasOthers;
        for (const [result, name] of nameResults(page.items)) names.set(result, name);
        return page;
      },
      keyOf,
      isEnough,
      giveUp: () => {
        throw badResponse(context.source, ACTION, requestId, "the list of results does not end");
      },
    });
  const partial = (error: UpstreamError, read: readonly InvocationResult[]) =>
    new PartialResultsError(error, arrangeExecutions(read, includeHistory));
  const { items, lack, told, failure } = await readAll();
  if (failure !== null) throw partial(failure, items);
  // Each instance has a record from the beginning on: what is not there the list has lost, or the run is gone, which the run tells.
  const isShort = instanceIds !== undefined;
  if ((lack === null && !ignoresQuestion && !isShort) || isEnough(items)) return items;
  const nested = includeHistory ? null : await readNested(context, query.invokeId, items, operation);
  if (nested !== null) return [...items, ...nested];
  if (lack === null && !ignoresQuestion) return items;
  const again = lack === "shuffled" ? await readSeveralTimes(readAll, items, keyOf) : { items, failure: null };
  if (again.failure !== null) throw partial(again.failure, again.items);
  if (lack === "shuffled" && again.items.length >= told) return again.items;
  const flaws: Readonly<Record<Lack, string>> = {
    unreadable: "a result of the run cannot be read",
    again: "a token of the list leads back to results that were shown before",
    cut: `the list tells of ${told} results and shows ${again.items.length || "none"}`,
    shuffled: `the list tells of ${told} results and shows ${again.items.length || "none"}`,
  };
  const flaw = lack === null || ignoresQuestion ? "the list shows results that were not asked for" : flaws[lack];
  throw partial(badResponse(context.source, ACTION, requestId, flaw), again.items);
}

/** Of a run, what a list with gaps did not hold: DescribeInvocations nests all instances without pages. Null where it fails. */
async function readNested(
  context: AdapterContext,
  invokeId: string,
  known: readonly InvocationResult[],
  operation: Operation,
): Promise<readonly InvocationResult[] | null> {
  const run = await readInvocation(context, invokeId, { output: true, content: false }, operation).catch(orNull);
  if (run === null) return null;
  const found = new Set(known.map((result) => result.instanceId));
  return run.instances
    .filter((instance) => !found.has(instance.instanceId))
    .map(({ creationTime: _creationTime, updateTime: _updateTime, isComplete: _isComplete, ...rest }) => {
      return { ...rest, execution: null };
    });
}

function orNull(error: unknown): null {
  if (error instanceof UpstreamError) return null;
  throw error;
}

async function readSeveralTimes(
  readAll: () => Promise<AllItems<InvocationResult>>,
  known: readonly InvocationResult[],
  keyOf: (result: InvocationResult) => string,
): Promise<Pick<AllItems<InvocationResult>, "items" | "failure">> {
  const results = new Map(known.map((result) => [keyOf(result), result]));
  for (let round = 0; round < MORE_READINGS; round += 1) {
    const { items, lack, failure } = await readAll().catch(toFailed);
    for (const result of items) results.set(keyOf(result), result);
    if (failure !== null) return { items: [...results.values()], failure };
    if (lack !== "shuffled") break;
  }
  return { items: [...results.values()], failure: null };
}

function toFailed(error: unknown) {
  if (!(error instanceof UpstreamError)) throw error;
  return { items: [], lack: null, failure: error };
}

/** The results of one instance or one command, whether or not DescribeInvocations knows their runs. */
export function openResultList(context: AdapterContext, { instanceId, commandId }: ResultListQuery): ResultList {
  const filter = { InstanceId: instanceId, CommandId: commandId };
  const key = listKey("results", filter);
  // A total beside a member for a token may be that of token mode, which counts for nothing.
  let isTotalSure = true;
  const reader = createListReader({
    source: context.source,
    action: ACTION,
    key,
    paging: context.resultPaging,
    async ask(paging, operation) {
      const page = await readResultsPage(context, { ...filter, ...toParameters(paging) }, operation);
      isTotalSure &&= !page.hasTokenMember;
      return page;
    },
    nameOf: (result: InvocationResult) => resultKey(result),
  });
  return {
    key,
    async read(place, operation) {
      const { items, flaw, ...page } = await reader.read(place, operation);
      if (flaw !== null) throw badResponse(context.source, ACTION, null, flaw);
      const total = isTotalSure ? page.total : null;
      return { ...page, total, results: arrangeExecutions(items, false), length: items.length + page.unreadable };
    },
  };
}

function readResultsPage(context: AdapterContext, parameters: Parameters, operation: Operation) {
  const toStandIn = (error: UpstreamError) => ({
    ...toEmptyPage(error),
    requestId: error.requestId,
    hasOthers: false,
  });
  return orNotFound(readGivenResults(context, parameters, operation), toStandIn, parameters);
}

async function readGivenResults(context: AdapterContext, parameters: Parameters, operation: Operation) {
  const answer = await context.ask(ACTION, { ...parameters, ContentEncoding: "Base64" }, operation);
  const reading = context.reader(ACTION, answer);
  const asked = { invokeId: textOf(parameters.InvokeId), instanceId: textOf(parameters.InstanceId) };
  const page = await readResultPage(answer.body, asked, reading);
  const meant = keepItems(
    page,
    (shape) =>
      (asked.invokeId === undefined || shape.invokeId === asked.invokeId) &&
      (asked.instanceId === undefined || shape.instanceId === asked.instanceId),
  );
  if (meant !== page) reading.warn("a result that was not asked for is left out");
  const items = meant.items.map((shape) => toInvocationResult(shape, context.source, reading));
  return { ...meant, items, requestId: answer.requestId, hasOthers: meant !== page };
}

// The document: IncludeHistory needs the InvokeId of a periodic command; of others the latest execution is all there is.
function isHistoryRefused(error: unknown): error is UpstreamError {
  return (
    error instanceof UpstreamError && /IncludeHistory|InvalidParam|InvalidOperation/i.test(error.upstreamCode ?? "")
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
