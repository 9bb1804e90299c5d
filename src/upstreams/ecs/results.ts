import { type InvocationResult, type Operation, UpstreamError } from "#domain";
import {
  arrangeExecutions,
  badResponse,
  MAX_PAGE_SIZE,
  orWhenGone,
  type ResultQuery,
  readLimited,
  walkPages,
} from "#upstreams";
import type { Desk, Parameters } from "./desk.ts";
import { toInvocationResult } from "./map.ts";
import { readResultPage } from "./shapes.ts";

const ACTION = "DescribeInvocationResults";

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
  const first = await walk();
  // Records that came twice may have pushed out others between two pages: a second walk finds those.
  if (first.repeatedCount === 0 || isEnough(first.items)) return first.items;
  const second = await walk();
  return [...first.items, ...second.items];
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
