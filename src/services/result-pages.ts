import {
  canonicalText,
  InputError,
  type InvocationFilter,
  type InvocationResult,
  type Operation,
  sourceRank,
} from "#domain";
import { NO_TIME, type Position, positionOf, type StoredRun } from "#store";
import { resultOf, type Sync } from "#sync";
import { isRefusal } from "#upstreams";
import type { Page, PageArguments, PageWants, ResultFilter, Sealer } from "./contract.ts";
import { isListedCursor, pageOfListed } from "./listed-results.ts";
import { type PageRequestArguments, readPageArguments } from "./page-arguments.ts";
import { takePage, toPage } from "./page-assembly.ts";
import { createCursorCodec, type PageCursor } from "./page-cursor.ts";
import { newestFirst, type Results } from "./results.ts";
import { plainWants, type RunPages, type RunStretch } from "./run-pages.ts";
import type { DescribeSource } from "./source-states.ts";

/** What pages of results are read with. */
export interface ResultPagesParts {
  readonly sync: Sync;
  readonly sealer: Sealer;
  readonly pages: RunPages;
  readonly results: Results;
  readonly describe: DescribeSource;
}

/** One row: a result, perhaps not yet read in full. */
interface Row {
  readonly result: InvocationResult;
  readonly isWhole: boolean;
  cursor(): string;
}

/**
 * Reads one page of results: those of one run, which stand on their own, or those of the runs of an instance or a command in
 * the order of the runs.
 */
export function createResultPages(parts: ResultPagesParts) {
  return async (
    args: PageArguments,
    filter: ResultFilter,
    wants: PageWants,
    operation: Operation,
  ): Promise<Page<InvocationResult>> => {
    checkFilter(filter);
    const request = readPageArguments(args);
    return filter.invokeId === undefined
      ? pageOfMany(parts, request, filter, wants, operation)
      : pageOfRun(parts, request, { ...filter, invokeId: filter.invokeId }, wants, operation);
  };
}

/** Results of one run: read whole, whether or not the run's own list knows the run. */
async function pageOfRun(
  { sync, sealer, results, describe }: ResultPagesParts,
  request: PageRequestArguments,
  filter: ResultFilter & { readonly invokeId: string },
  wants: PageWants,
  operation: Operation,
): Promise<Page<InvocationResult>> {
  const { cursor, cursorArgument } = request;
  const { source, invokeId } = filter;
  const codec = createCursorCodec(sealer, purposeOf(filter), [source]);
  const at = cursor === null ? null : codec.open(cursor, cursorArgument);
  const isEmpty = filter.statusIn?.length === 0;
  const all = isEmpty ? [] : await readRun(sync, results, filter, wants, operation);
  const position: Position = { time: NO_TIME, source: sourceRank(source), invokeId };
  const rows = all.filter((one) => isMeant(one, filter));
  const { taken, hasMore } = takePage(behindCursor(rows, at, request.direction), request);
  return toPage(request, {
    edges: taken.map((result) => ({
      node: result,
      cursor: () => codec.seal({ position, lagging: new Map(), row: rowName(result) }),
    })),
    hasMore,
    totalCount: wants.totalCount ? rows.length : null,
    sources: [await describe(source, true)],
  });
}

async function readRun(
  sync: Sync,
  results: Results,
  { source, invokeId, instanceId, includeHistory = false }: ResultFilter & { readonly invokeId: string },
  wants: PageWants,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const instanceIds = instanceId === undefined ? undefined : [instanceId];
  if (includeHistory) return results.readHistory(source, invokeId, instanceIds, plainWants(wants), operation);
  const [known] = await sync.runs.findKnown([{ source, invokeId }], { output: wants.output, content: false });
  const isKnown = known?.run.instances.length && known.run.instances.every(({ isComplete }) => isComplete);
  const found = isKnown
    ? known.run.instances.map(resultOf)
    : await sync.results.read(
        source,
        { invokeId, ...(instanceIds && { instanceIds }), includeHistory },
        plainWants(wants),
        operation,
      );
  return newestFirst(found);
}

/** The rows of a whole list behind a cursor: behind its row, or, if that is gone, behind where its instance stood. */
function behindCursor(
  rows: readonly InvocationResult[],
  cursor: PageCursor | null,
  direction: 1 | -1,
): readonly InvocationResult[] {
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
 * Results of one instance or one command: by its runs, and if no list tells any, or may be read, by the upstream's list of
 * results.
 */
async function pageOfMany(
  parts: ResultPagesParts,
  request: PageRequestArguments,
  filter: ResultFilter,
  wants: PageWants,
  operation: Operation,
): Promise<Page<InvocationResult>> {
  const { sync, sealer, describe } = parts;
  const codec = createCursorCodec(sealer, purposeOf(filter), [filter.source]);
  const at = request.cursor === null ? null : codec.open(request.cursor, request.cursorArgument);
  const readListed = () => pageOfListed({ sync, describe, codec, isMeant }, request, at, filter, operation);
  if (at !== null && isListedCursor(at))
    return (await readListed()) ?? pageOfRuns(parts, request, filter, wants, operation);
  const isLeftOut = sync.book.leftOut(filter.source) !== null;
  const isAsked = at === null && request.size > 0 && filter.statusIn?.length !== 0 && !isLeftOut;
  try {
    const page = await pageOfRuns(parts, request, filter, wants, operation);
    return isAsked && page.isEmptyList ? ((await readListed()) ?? page) : page;
  } catch (error) {
    const page = isAsked && isRefusal(error) ? await readListed() : null;
    if (page === null) throw error;
    return page;
  }
}

/** Results of the runs of one instance or one command. */
async function pageOfRuns(
  { pages, results }: ResultPagesParts,
  request: PageRequestArguments,
  filter: ResultFilter,
  wants: PageWants,
  operation: Operation,
): Promise<Page<InvocationResult> & { readonly isEmptyList: boolean }> {
  const { direction, size } = request;
  const stretch = await pages.readStretch(
    {
      args: { ...request, size: filter.statusIn?.length === 0 ? 0 : Math.min(100, size + 1) },
      filter: toRunFilter(filter),
      wants: plainWants({ ...wants, output: wants.output && filter.commandId === undefined }),
      purpose: purposeOf(filter),
      isRunAgain: ({ row }) => row.length > 0,
    },
    operation,
  );
  const ordered = direction > 0 ? stretch.runs : [...stretch.runs].reverse();
  const all = ordered.flatMap((stored) => rowsOf(stored, stretch, filter, wants, direction));
  const rows = all.slice(0, size);
  const hasMore = all.length > size || stretch.hasMore;
  const nodes = await fill(results, rows, wants, operation);
  const edges = rows.map((row, position) => ({ node: nodes[position] ?? row.result, cursor: row.cursor }));
  const shown = direction > 0 ? edges : edges.reverse();
  const page = toPage(request, {
    edges: shown,
    hasMore,
    onward: () => (hasMore && size > 0 ? stretch.cursorAt(null) : null),
    sources: stretch.sources,
  });
  return { ...page, isEmptyList: stretch.runs.length === 0 && !stretch.hasMore };
}

/** The rows of one run in the order of walking, without those that earlier pages showed. */
function rowsOf(
  stored: StoredRun,
  stretch: RunStretch & { readonly cursor: PageCursor | null },
  filter: ResultFilter,
  wants: PageWants,
  direction: 1 | -1,
): readonly Row[] {
  const rows = stored.run.instances
    .filter((one) => filter.instanceId === undefined || one.instanceId === filter.instanceId)
    .map((one): Row => {
      const result = resultOf(one);
      return {
        result,
        isWhole: one.isComplete && (!wants.output || one.output !== undefined),
        cursor: () => stretch.cursorAt(stored.run, rowName(result)),
      };
    })
    .filter(({ result }) => isMeant(result, filter))
    .sort((a, b) => (a.result.instanceId < b.result.instanceId ? -direction : direction));
  const { cursor } = stretch;
  const place = positionOf(stored.run);
  const isCursorRun =
    cursor !== null && cursor.position.invokeId === place.invokeId && cursor.position.source === place.source;
  const [shown] = cursor?.row ?? [];
  if (!isCursorRun || shown === undefined) return rows;
  return rows.filter(({ result }) => (direction > 0 ? result.instanceId > shown : result.instanceId < shown));
}

function isMeant(result: InvocationResult, { instanceId, commandId, statusIn }: ResultFilter): boolean {
  return (
    (instanceId === undefined || result.instanceId === instanceId) &&
    (commandId === undefined || result.commandId === null || result.commandId === commandId) &&
    (statusIn?.includes(result.status) ?? true)
  );
}

function checkFilter(filter: ResultFilter): void {
  if (filter.invokeId === undefined && filter.instanceId === undefined && filter.commandId === undefined) {
    throw new InputError(
      "BAD_USER_INPUT",
      "`filter`: expected at least one of `invokeId`, `instanceId` and `commandId`, got none.",
      "filter",
    );
  }
  if (filter.includeHistory && filter.invokeId === undefined) {
    throw new InputError(
      "BAD_USER_INPUT",
      "`filter.includeHistory`: expected `filter.invokeId` beside it, got none. The upstream keeps the history of one run at a time.",
      "filter",
    );
  }
}

function toRunFilter({ source, instanceId, commandId }: ResultFilter): InvocationFilter {
  return {
    providerIn: [source.provider],
    accountIn: [source.account],
    regionIdIn: [source.regionId],
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(commandId === undefined ? {} : { commandId }),
  };
}

function purposeOf({ source, ...filter }: ResultFilter): string {
  return `results\n${sourceRank(source)}\n${canonicalText(filter)}`;
}

function rowName(result: InvocationResult): readonly string[] {
  return [result.instanceId, result.execution ?? ""];
}

/** Reads what the list did not tell of the rows of the page, and of no others. */
async function fill(
  results: Results,
  rows: readonly Row[],
  wants: PageWants,
  operation: Operation,
): Promise<readonly InvocationResult[]> {
  const lacking = rows.filter((row) => !row.isWhole);
  const answers = await results.read(
    lacking.map(({ result }) => result),
    plainWants(wants),
    operation,
  );
  const found = new Map<Row, InvocationResult | null>();
  for (const [position, answer] of answers.entries()) {
    if (answer instanceof Error) throw answer;
    const row = lacking[position];
    if (row !== undefined) found.set(row, answer);
  }
  return rows.map((row) => found.get(row) ?? row.result);
}
