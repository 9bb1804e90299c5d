import {
  type InvocationRef,
  type InvocationResult,
  lacksOthers,
  type Operation,
  sourceRank,
  UpstreamError,
} from "#domain";
import { NO_TIME, type Position } from "#store";
import { resultOf, type Sync } from "#sync";
import { isRefusal, PartialResultsError } from "#upstreams";
import type { Page, PageArguments, PageProjection, ResultFilter, Sealer, ShownResult } from "../contract/index.ts";
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
import { newestFirst, type Results } from "./by-key.ts";
import { checkFilter, isMeant, purposeOf, rowName } from "./filter.ts";
import { isListedCursor, pageOfListed } from "./listed.ts";
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
  { sync, sealer, results, describe }: ResultPagesParts,
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
  const { all, isWhole } = isEmpty
    ? { all: [], isWhole: true }
    : await readRun(sync, results, filter, projection, operation).catch(salvageResults);
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
    sources: [await describe(source, isComplete)],
  });
}

/** What was read of the results of a run. */
interface RunResults {
  readonly all: readonly ShownResult[];
  readonly isWhole: boolean;
}

const wholly = (all: readonly ShownResult[]): RunResults => ({ all: newestFirst(all), isWhole: true });

/** What an error has of the results of a run. @throws error unless it holds any */
export function salvageResults(error: unknown): RunResults {
  if (!(error instanceof PartialResultsError) || error.results.length === 0) throw error;
  return { all: newestFirst(error.results), isWhole: false };
}

async function readRun(
  sync: Sync,
  results: Results,
  { source, invokeId, instanceId, includeHistory = false }: ResultFilter & { readonly invokeId: string },
  projection: PageProjection,
  operation: Operation,
): Promise<RunResults> {
  const instanceIds = instanceId === undefined ? undefined : [instanceId];
  if (includeHistory) {
    const history = results.readHistory(source, invokeId, instanceIds, plainProjection(projection), operation);
    return { all: await history, isWhole: true };
  }
  await readWhole(sync, { source, invokeId }, projection, operation);
  const found = await findFresh(sync, { source, invokeId }, instanceId, projection);
  if (found !== null) return wholly(found);
  const query = { invokeId, ...(instanceIds && { instanceIds }), includeHistory };
  try {
    return wholly(await sync.results.read(source, query, plainProjection(projection), operation));
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const seen = await findSeen(sync, { source, invokeId }, projection, error);
    if (seen !== null) return seen;
    const loose = await sync.results.findLoose({ source, invokeId });
    throw loose.length === 0 || error instanceof PartialResultsError ? error : new PartialResultsError(error, loose);
  }
}

/** Reads a run by its id if only a list of one instance's runs told it. What is known of it is shown if that fails. */
async function readWhole(sync: Sync, ref: InvocationRef, { output }: PageProjection, operation: Operation) {
  const [seen] = await sync.runs.findKnown([ref], { output: false, content: false }, Number.POSITIVE_INFINITY);
  if (seen == null || !lacksOthers(seen.run)) return;
  try {
    await sync.runs.read(ref, { output, content: false }, operation);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
  }
}

/** The results that are meant of a run if all of them are known, and what still moves was read a short while ago; else null. */
async function findFresh(
  sync: Sync,
  ref: InvocationRef,
  instanceId: string | undefined,
  projection: PageProjection,
): Promise<readonly InvocationResult[] | null> {
  const [known] = await sync.runs.findKnown([ref], { output: false, content: false });
  const instances = known?.run.instances ?? [];
  const own = instances.filter((one) => one.instanceId === instanceId);
  if (!known || instances.length === 0 || (own.length === 0 && sync.results.mayHaveOthers(known.run))) return null;
  const refs = (own.length === 0 ? instances : own).map((one) => ({
    ...ref,
    instanceId: one.instanceId,
    execution: null,
  }));
  const results = await sync.results.findKnown(refs, plainProjection(projection));
  const found = results.flatMap((result) => result ?? []);
  return found.length < refs.length ? null : found;
}

/**
 * The results of a run as they were seen last, however long ago; null if not all of them were. What was not seen of them is an
 * output, perhaps.
 */
async function findSeen(
  sync: Sync,
  ref: InvocationRef,
  projection: PageProjection,
  unread: UpstreamError,
): Promise<RunResults | null> {
  const [known] = await sync.runs.findKnown([ref], { output: false, content: false }, Number.POSITIVE_INFINITY);
  if (!known) return null;
  const { instances } = known.run;
  const refs = instances.map(({ instanceId }) => ({ ...ref, instanceId, execution: null }));
  const results = await sync.results.findKnown(refs, plainProjection(projection), Number.POSITIVE_INFINITY);
  const seen = instances.flatMap((one, position): readonly ShownResult[] => {
    const result = results[position];
    if (result) return [result];
    return one.isComplete ? [{ ...resultOf(one), unread }] : [];
  });
  if (seen.length === 0 || seen.length < refs.length) return null;
  return { all: newestFirst(seen), isWhole: !sync.results.mayHaveOthers(known.run) };
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
 * Results of one instance or one command: by its runs, and by the upstream's list of results where the list of runs knows none,
 * or not all, or may not be read.
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
  const readListed = () => pageOfListed({ sync, describe, codec, isMeant }, request, at, filter, projection, operation);
  if (at !== null && isListedCursor(at))
    return (await readListed()) ?? pageOfRuns(parts, request, filter, projection, operation);
  const isLeftOut = sync.book.leftOut(filter.source) !== null;
  const isAsked = at === null && request.size > 0 && filter.statusIn?.length !== 0 && !isLeftOut;
  try {
    const page = await pageOfRuns(parts, request, filter, projection, operation);
    const { runsRead } = page;
    const isListed = isAsked && (runsRead === null || (await parts.strays.areThere(filter, runsRead, operation)));
    return isListed ? ((await readListed()) ?? page) : page;
  } catch (error) {
    const page = isAsked && isRefusal(error) ? await readListed() : null;
    if (page === null) throw error;
    return page;
  }
}
