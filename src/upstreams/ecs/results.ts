import { type InvocationResult, type Operation, UpstreamError } from "#domain";
import {
  arrangeExecutions,
  badResponse,
  MAX_PAGE_SIZE,
  orWhenGone,
  type ResultQuery,
  readLimited,
  type WalkedList,
  walkPages,
} from "#upstreams";
import type { Desk, Parameters } from "./desk.ts";
import { toInvocationResult } from "./map.ts";
import { readInvocation } from "./runs.ts";
import { readResultPage } from "./shapes.ts";

const ACTION = "DescribeInvocationResults";

/** How often a history whose order changes between pages is read again. */
const MORE_WALKS = 4;

/** Results of one run, 50 a call; pages that are surely needed are asked for at once. @throws UpstreamError */
export async function readResults(
  desk: Desk,
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
        throw badResponse(desk.source, ACTION, null, "the list of results does not end");
      },
    });
  const { items, isTorn } = await walk();
  if (!isTorn || isEnough(items)) return items;
  const nested = includeHistory ? null : await readNested(desk, query.invokeId, items, operation);
  return nested === null ? walkAgain(walk, items) : [...items, ...nested];
}

/** Of a run, what a torn list did not hold: DescribeInvocations nests all instances without pages. Null where it fails. */
async function readNested(
  desk: Desk,
  invokeId: string,
  known: readonly InvocationResult[],
  operation: Operation,
): Promise<readonly InvocationResult[] | null> {
  const run = await readInvocation(desk, invokeId, { output: true, content: false }, operation).catch(orNull);
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

async function walkAgain(
  walk: () => Promise<WalkedList<InvocationResult>>,
  known: readonly InvocationResult[],
): Promise<readonly InvocationResult[]> {
  const results = [...known];
  for (let round = 0; round < MORE_WALKS; round += 1) {
    const { items, isTorn } = await walk();
    results.push(...items);
    if (!isTorn) break;
  }
  return results;
}

/** Results of the newest runs on one instance, 50 at most. @throws UpstreamError */
export async function readInstanceResults(
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
  const answer = await desk.ask(ACTION, { ...parameters, ContentEncoding: "Base64" }, operation);
  const reading = desk.reader(ACTION, answer);
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

// The document: IncludeHistory needs the InvokeId of a periodic command; the latest execution is then all there is.
function isHistoryRefused(error: unknown): boolean {
  return (
    error instanceof UpstreamError && /IncludeHistory|InvalidParam|InvalidOperation/i.test(error.upstreamCode ?? "")
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
