import { type Operation, sourceRank, UpstreamError } from "#domain";
import { NO_TIME, type Position } from "#store";
import type { Sync } from "#sync";
import { isRefusal } from "#upstreams";
import type {
  Page,
  PageArguments,
  PageProjection,
  ResultFilter,
  Sealer,
  ShownResult,
  ShownResults,
} from "../contract/index.ts";
import {
  createCursorCodec,
  type DescribeSource,
  type PageCursor,
  type PageRequestArguments,
  readPageArguments,
  takePage,
  toPage,
} from "../paging/index.ts";
import { plainProjection } from "../runs/index.ts";
import { checkFilter, isMeant, purposeOf, rowName } from "./filter.ts";
import { isListedCursor, pageOfListed } from "./listed.ts";
import { readRun } from "./of-run.ts";
import { pageOfRuns, type ResultsOfRunsParts } from "./of-runs.ts";
import type { Strays } from "./strays.ts";

/** What pages of results are read with. */
export interface ResultPagesParts extends ResultsOfRunsParts {
  readonly sync: Sync;
  readonly sealer: Sealer;
  readonly describe: DescribeSource;
  readonly strays: Strays;
}

/**
 * Reads one page of results: those of one run, which stand on their own, or those of the runs of an instance or a command in
 * the order of the runs.
 */
export function createResultPages(parts: ResultPagesParts) {
  return async (
    args: PageArguments,
    filter: ResultFilter,
    projection: PageProjection,
    operation: Operation,
  ): Promise<Page<ShownResult>> => {
    checkFilter(filter);
    const request = readPageArguments(args);
    return filter.invokeId === undefined
      ? pageOfMany(parts, request, filter, projection, operation)
      : pageOfRun(parts, request, { ...filter, invokeId: filter.invokeId }, projection, operation);
  };
}

/** Results of one run: read whole, whether or not the run's own list knows the run. */
async function pageOfRun(
  { sync, sealer, describe }: ResultPagesParts,
  request: PageRequestArguments,
  filter: ResultFilter & { readonly invokeId: string },
  projection: PageProjection,
  operation: Operation,
): Promise<Page<ShownResult>> {
  const { cursor, cursorArgument } = request;
  const { source, invokeId } = filter;
  const codec = createCursorCodec(sealer, purposeOf(filter), [source]);
  const at = cursor === null ? null : codec.open(cursor, cursorArgument);
  const isEmpty = filter.statusIn?.length === 0;
  const nothing: ShownResults = { all: [], isWhole: true };
  const { all, isWhole, refusal } = isEmpty
    ? nothing
    : await readRun(sync, filter, plainProjection(projection), operation);
  const [known] = await sync.runs.findKnown([filter], { output: false, content: false }, Number.POSITIVE_INFINITY);
  const isComplete = isWhole && known?.run.missingInstances === undefined;
  const position: Position = { time: NO_TIME, source: sourceRank(source), invokeId };
  const rows = all.filter((one) => isMeant(one, filter));
  const { taken, hasMore } = takePage(behindCursor(rows, at, request.direction), request);
  return toPage(request, {
    edges: taken.map((result) => ({
      node: result,
      cursor: () => codec.seal({ position, lagging: new Map(), row: rowName(result) }),
    })),
    hasMore,
    totalCount: projection.totalCount && isComplete ? rows.length : null,
    sources: [await describe(source, isComplete, refusal)],
  });
}

/** The rows of a whole list behind a cursor: behind its row, or, if that is gone, behind where its instance stood. */
function behindCursor(
  rows: readonly ShownResult[],
  cursor: PageCursor | null,
  direction: 1 | -1,
): readonly ShownResult[] {
  if (cursor === null) return rows;
  const own = rows.findIndex((one) => rowName(one).join("\n") === cursor.row.join("\n"));
  const [instanceId = ""] = cursor.row;
  if (direction < 0) {
    const before = own >= 0 ? own : rows.findIndex((one) => one.instanceId >= instanceId);
    return before < 0 ? rows : rows.slice(0, before);
  }
  if (own >= 0) return rows.slice(own + 1);
  const next = rows.findIndex((one) => one.instanceId > instanceId);
  return next < 0 ? [] : rows.slice(next);
}

/**
 * Results of one instance or one command: by its runs, and by the upstream's list of results if the list of runs knows none, or not all, or
 * cannot be read.
 */
async function pageOfMany(
  parts: ResultPagesParts,
  request: PageRequestArguments,
  filter: ResultFilter,
  projection: PageProjection,
  operation: Operation,
): Promise<Page<ShownResult>> {
  const { sync, sealer, describe } = parts;
  const codec = createCursorCodec(sealer, purposeOf(filter), [filter.source]);
  const at = request.cursor === null ? null : codec.open(request.cursor, request.cursorArgument);
  const readListed = (failure: UpstreamError | null = null) =>
    pageOfListed({ sync, describe, codec, isMeant }, request, at, filter, projection, operation, failure);
  if (at !== null && isListedCursor(at))
    return (await readListed()) ?? pageOfRuns(parts, request, filter, projection, operation);
  const isLeftOut = sync.book.leftOut(filter.source) !== null;
  const isAsked = at === null && request.size > 0 && filter.statusIn?.length !== 0 && !isLeftOut;
  const readInstead = (failure: unknown) => {
    if (!isAsked || !mayListResults(failure)) return null;
    return isRefusal(failure) ? readListed() : orNull(readListed(failure));
  };
  try {
    const page = await pageOfRuns(parts, request, filter, projection, operation);
    const { runsRead, failure } = page;
    if (mayListResults(failure)) return (await readInstead(failure)) ?? page;
    const isListed = isAsked && (runsRead === null || (await parts.strays.areThere(filter, runsRead, operation)));
    return isListed ? ((await readListed()) ?? page) : page;
  } catch (error) {
    const page = await readInstead(error);
    if (page === null) throw error;
    return page;
  }
}

/** True if results may be listed although runs cannot: unless the keys or the question are wrong. */
function mayListResults(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && (error.retryable || error.code === "BAD_RESPONSE" || isRefusal(error));
}

/** Null if results cannot be read either: the failure of the runs is then the one to report. */
function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  return reading.catch((error: unknown) => {
    if (error instanceof UpstreamError) return null;
    throw error;
  });
}
