import {
  type Invocation,
  type InvocationFilter,
  type InvocationResult,
  lacksOutput,
  type Operation,
  toQuery,
  UpstreamError,
} from "#domain";
import { LIST_END, type Position, positionOf, type RunStore, type StoredRun, timeOf } from "#store";
import type { Page, PageProjection, PageSourceState, ResultFilter, Services, ShownResult } from "../contract/index.ts";
import { joinStates, type PageCursor, type PageRequestArguments, toPage } from "../paging/index.ts";
import { plainProjection, type RunPages, type RunStretch } from "../runs/index.ts";
import { askerOf, countRuns, doubtOf, falseEndOf, hasDoubtful, isWhole, type PageSource } from "../walk/index.ts";
import type { Results } from "./by-key.ts";
import { countResultsIn, purposeOf, resultsIn, rowName, toRunFilter } from "./filter.ts";
import type { RunsRead } from "./strays.ts";

/** What results of many runs are read with. */
export interface ResultsOfRunsParts {
  readonly store: Pick<RunStore, "readPage" | "count">;
  readonly pages: Pick<RunPages, "readStretch">;
  readonly results: Results;
  readonly readOutputs: Services["readOutputs"];
}

/** One row: a result, perhaps not yet read in full. */
interface Row {
  readonly result: InvocationResult;
  readonly isWhole: boolean;
  /** False if perhaps more than the output is not read yet. */
  readonly isDetailed: boolean;
  cursor(): string;
}

/** A page of results by their runs. */
export interface ResultsOfRuns extends Page<ShownResult> {
  /** How far the runs were read; null if no list tells any run. */
  readonly runsRead: RunsRead | null;
  /** Why the source could not be read now, if it tells no run; null if it tells one, or was read. */
  readonly failure: UpstreamError | null;
}

/** Runs that are read at a time, at most. */
const STRETCH = 100;

/** Results of the runs of one instance or one command, and what became of reading these runs. */
export async function pageOfRuns(
  { store, pages, results, readOutputs }: ResultsOfRunsParts,
  request: PageRequestArguments,
  filter: ResultFilter,
  projection: PageProjection,
  operation: Operation,
): Promise<ResultsOfRuns> {
  const { direction, size } = request;
  const runFilter = toRunFilter(filter);
  const { all, stretch, end, hasRuns } = await readRows(pages, request, { filter, runFilter, projection }, operation);
  const rows = await withKeptOutputs(all.slice(0, size), readOutputs, operation);
  const hasMore = all.length > size || stretch.hasMore;
  const nodes = await fill(results, rows, projection, operation);
  const edges = rows.map((row, position) => ({ node: nodes[position] ?? row.result, cursor: row.cursor }));
  const shown = direction > 0 ? edges : edges.reverse();
  const countResults = async () =>
    (await countRows(store, stretch.parts, runFilter, (run) => countResultsIn(run, filter), operation)) ??
    // Of one instance a run has one result, so that the upstream's total of runs is theirs.
    (filter.instanceId !== undefined && filter.statusIn === undefined
      ? countRuns(store, stretch.parts, runFilter, operation)
      : null);
  const page = toPage(request, {
    edges: shown,
    hasMore,
    totalCount: projection.totalCount ? await countResults() : null,
    onward: () => (hasMore && size > 0 ? stretch.cursorAt(end?.run ?? null) : null),
    sources: stretch.sources,
  });
  return {
    ...page,
    runsRead: hasRuns || stretch.hasMore ? runsReadOf(stretch, direction > 0 ? end : undefined) : null,
    failure: hasRuns ? null : failureOf(stretch),
  };
}

function failureOf({ parts }: RunStretch): UpstreamError | null {
  return parts.find(({ failure }) => failure !== null)?.failure ?? null;
}

/** How far the runs of a page were read: to the last one of a page forwards, if others follow. */
function runsReadOf({ hasMore, sources, lacksRuns }: RunStretch, last: StoredRun | undefined): RunsRead {
  return {
    from: last === undefined || !hasMore ? LIST_END : timeOf(last.run),
    until: lacksRuns ? 0 : Math.min(...sources.map(({ asOf }) => asOf ?? 0)),
  };
}

interface RowsWanted {
  readonly filter: ResultFilter;
  readonly runFilter: InvocationFilter;
  readonly projection: PageProjection;
}

/** The rows of a page and the next one, and the last stretch of runs that was read for them. */
async function readRows(
  pages: Pick<RunPages, "readStretch">,
  request: PageRequestArguments,
  { filter, runFilter, projection }: RowsWanted,
  operation: Operation,
) {
  const { direction, size } = request;
  const all: Row[] = [];
  let hasRuns = false;
  let sources: readonly PageSourceState[] | null = null;
  let lacksRuns = false;
  let args = { ...request, size: filter.statusIn?.length === 0 ? 0 : Math.min(STRETCH, size + 1) };
  // Runs may have no row that is meant, so that one stretch of them need not fill the page.
  for (;;) {
    const stretch = await pages.readStretch(
      {
        args,
        filter: runFilter,
        projection: plainProjection({ ...projection, output: projection.output && filter.commandId === undefined }),
        purpose: purposeOf(filter),
        isRunAgain: ({ row }) => row.length > 0,
      },
      operation,
    );
    const { runs, hasMore } = stretch;
    sources = joinStates(sources, stretch.sources);
    lacksRuns ||= stretch.lacksRuns;
    if (runs.length > 0) hasRuns = true;
    for (const stored of direction > 0 ? runs : runs.toReversed()) {
      // A hundred runs may have 30,000 rows.
      if (all.length > size) break;
      all.push(...rowsOf(stored, stretch, filter, projection, direction));
    }
    const isBroken = operation.signal.aborted || stretch.isLagging;
    const end = direction > 0 ? runs.at(-1) : runs[0];
    if (end === undefined || all.length > size || !hasMore || isBroken) {
      return { all, stretch: { ...stretch, sources, lacksRuns }, end, hasRuns };
    }
    args = { ...args, size: STRETCH, cursor: stretch.cursorAt(end.run) };
  }
}

/** The rows of one run in the order of walking, without those that earlier pages showed. */
function rowsOf(
  stored: StoredRun,
  stretch: RunStretch & { readonly cursor: PageCursor | null },
  filter: ResultFilter,
  projection: PageProjection,
  direction: 1 | -1,
): readonly Row[] {
  const rows = resultsIn(stored.run, filter)
    .map(({ one, result }) => ({
      result,
      isWhole: one.isComplete && (!projection.output || !lacksOutput(one)),
      isDetailed: one.isComplete,
      cursor: () => stretch.cursorAt(stored.run, rowName(result)),
    }))
    .sort((a, b) => (a.result.instanceId < b.result.instanceId ? -direction : direction));
  const { cursor } = stretch;
  const place = positionOf(stored.run);
  const isCursorRun =
    cursor !== null && cursor.position.invokeId === place.invokeId && cursor.position.source === place.source;
  const [shown] = cursor?.row ?? [];
  if (!isCursorRun || shown === undefined) return rows;
  return rows.filter(({ result }) => (direction > 0 ? result.instanceId > shown : result.instanceId < shown));
}

/** The rows with the outputs that were left out of them. What was let go of meanwhile is lacking. */
async function withKeptOutputs(
  rows: readonly Row[],
  readOutputs: ResultsOfRunsParts["readOutputs"],
  operation: Operation,
): Promise<readonly Row[]> {
  const kept = rows.filter(({ result }) => result.keptOutput !== undefined);
  if (kept.length === 0) return rows;
  const found = await readOutputs(
    kept.map(({ result }) => result),
    operation,
  );
  const outputs = new Map(kept.map((row, position) => [row, found[position] ?? null]));
  return rows.map((row) => {
    const told = outputs.get(row);
    if (told === undefined) return row;
    const { keptOutput: _kept, ...result } = row.result;
    return told === null ? { ...row, result, isWhole: false } : { ...row, result: { ...result, ...told } };
  });
}

/** Reads what the list did not tell of the rows of the page, and of no others. */
async function fill(
  results: Results,
  rows: readonly Row[],
  projection: PageProjection,
  operation: Operation,
): Promise<readonly ShownResult[]> {
  const lacking = rows.filter((row) => !row.isWhole);
  const answers = await results.read(
    lacking.map(({ result }) => result),
    plainProjection(projection),
    operation,
  );
  const found = new Map<Row, ShownResult | null>();
  for (const [position, answer] of answers.entries()) {
    const row = lacking[position];
    if (row === undefined) continue;
    const isOutputOnly = row.isDetailed && answer instanceof UpstreamError;
    if (answer instanceof Error && !isOutputOnly) throw answer;
    found.set(row, answer instanceof Error ? { ...row.result, unread: answer } : answer);
  }
  return rows.map((row) => found.get(row) ?? row.result);
}

/** Runs that are counted between two turns of others. */
const PART = 250;

/** How many rows the runs that are meant have together; null unless all of them are known. Asks no upstream. */
async function countRows(
  store: Pick<RunStore, "readPage">,
  parts: readonly PageSource[],
  filter: InvocationFilter,
  rowsIn: (run: Invocation) => number,
  operation: Operation,
): Promise<number | null> {
  for (const part of parts) if ((await falseEndOf(part)) !== null || !(await isWhole(part, LIST_END))) return null;
  const query = toQuery(filter);
  const request = {
    query,
    direction: 1,
    limit: PART,
    projection: { output: false, content: false },
    asker: askerOf(operation),
  } as const;
  for (const part of parts) {
    const stretch = { source: part.source, after: null, before: null };
    if (await hasDoubtful(store, doubtOf(part, query), stretch, request.asker)) return null;
  }
  let rows = 0;
  let after: Position | null = null;
  for (;;) {
    const stretches = parts.map(({ source }) => ({ source, after, before: null }));
    const found = await store.readPage({ ...request, stretches });
    // Nobody knows which rows those would be that cannot be shown.
    if (found.some(({ run }) => run.missingInstances !== undefined)) return null;
    for (const { run } of found) rows += rowsIn(run);
    const last = found.at(-1);
    if (last === undefined || found.length < PART) return rows;
    after = positionOf(last.run);
    await operation.turn?.();
  }
}
