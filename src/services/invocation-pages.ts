import type { Invocation, InvocationFilter, Operation, SourceErrorCode, UpstreamError } from "#domain";
import type { Page, PageArguments, PageWants, SourceState } from "./contract.ts";
import { isCountable, namesSource } from "./filter.ts";
import type { History, HistoryRequest } from "./history/history.ts";
import type { SourceOutcome, TakenRun, Walk } from "./history/walk.ts";
import { readPageArguments } from "./page-arguments.ts";
import { type SourceBook, toSourceFailure } from "./sources.ts";

/** What pages of runs are read with. */
export interface InvocationPagesOptions {
  open(request: HistoryRequest): Promise<History>;
  readonly book: SourceBook;
}

/** Reads one page of the runs of every source. */
export async function pageInvocations(
  { open, book }: InvocationPagesOptions,
  args: PageArguments,
  filter: InvocationFilter,
  wants: PageWants,
  operation: Operation,
): Promise<Page<Invocation>> {
  const request = readPageArguments(args);
  const { direction, size } = request;
  // A cursor has to be checked, which opening the list does; of no source at all the total is known.
  const isInVain = wants.isTotalAlone === true && request.cursor === null && !isCountable(filter);
  const unread = isInVain ? book.states().filter(({ source }) => namesSource(filter, source)) : [];
  if (unread.length > 0) return unreadPage(unread);
  const history = await open({ kind: "runs", args: request, filter, wants: plainWants(wants), operation });
  const runs = await takeRuns(history.walk, size);
  const hasMore = await history.walk.hasMore();
  refuseWhereAllFailed(history.walk.outcomes(), runs.length);
  const totalCount = wants.totalCount ? await history.totalCount() : null;
  const rows = direction > 0 ? runs : runs.reverse();
  const edges = rows.map(({ run, key }) => ({ node: run, cursor: () => history.cursorAt(key, null) }));
  const ends = pageEnds(edges, () => history.cursorAt(null, null), direction, hasMore, history.walk.didStopScanning());
  return {
    edges,
    hasNextPage: direction > 0 ? hasMore : request.cursor !== null,
    hasPreviousPage: direction > 0 ? request.cursor !== null : hasMore,
    ...ends,
    totalCount,
    sources: history.walk.outcomes().map(toState),
    isScanComplete: runs.length >= size || !history.walk.didStopScanning(),
  };
}

/** A page of which nothing is wanted but a total that nobody can know. */
function unreadPage(sources: readonly SourceState[]): Page<Invocation> {
  return {
    edges: [],
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: () => null,
    endCursor: () => null,
    totalCount: null,
    sources,
    isScanComplete: true,
  };
}

/** Without what only pages know. */
export function plainWants({ output, content }: PageWants): { readonly output: boolean; readonly content: boolean } {
  return { output, content };
}

/** Takes runs until there are enough, or no more can be had. */
async function takeRuns(walk: Walk, size: number): Promise<TakenRun[]> {
  const runs: TakenRun[] = [];
  while (runs.length < size) {
    const run = await walk.take(size - runs.length);
    if (run === null) break;
    runs.push(run);
  }
  return runs;
}

/** How a source fared for this page. */
export function toState({ source, failure }: SourceOutcome): SourceState {
  return { source, error: failure === null ? null : toSourceFailure(failure) };
}

/** The two cursors of a page. An empty page has them only where it can be continued. */
export function pageEnds(
  edges: readonly { cursor(): string }[],
  standing: () => string,
  direction: 1 | -1,
  hasMore: boolean,
  isCutShort: boolean,
): Pick<Page<never>, "startCursor" | "endCursor"> {
  const first = edges[0];
  const last = edges.at(-1);
  const onEmpty = (): string | null => (hasMore ? standing() : null);
  const front = first === undefined ? onEmpty : () => first.cursor();
  const back = last === undefined ? onEmpty : () => last.cursor();
  // Where scanning stopped behind the last row, the page goes on from there and not from its last row.
  if (direction > 0) return { startCursor: front, endCursor: isCutShort && hasMore ? standing : back };
  return { startCursor: isCutShort && hasMore ? standing : front, endCursor: back };
}

// What tells most comes first: what a person has to change, before what passes by itself.
const TELLING: Readonly<Record<SourceErrorCode, number>> = {
  UNAUTHENTICATED: 0,
  FORBIDDEN: 1,
  BAD_REQUEST: 2,
  THROTTLED: 3,
  UNAVAILABLE: 4,
  UNREACHABLE: 5,
  TIMEOUT: 6,
  BAD_RESPONSE: 7,
  NOT_FOUND: 8,
  UNKNOWN: 9,
  NOT_SUPPORTED: 10,
};

/**
 * A page for which every source that was asked failed is an error and not an empty page.
 * @throws UpstreamError the most telling one.
 */
export function refuseWhereAllFailed(outcomes: readonly SourceOutcome[], taken: number): void {
  const asked = outcomes.filter((outcome) => !outcome.wasExhausted);
  const failures = asked.flatMap(({ failure }) => failure ?? []);
  if (taken > 0 || asked.length === 0 || failures.length < asked.length) return;
  const [worst] = [...failures].sort((a: UpstreamError, b: UpstreamError) => TELLING[a.code] - TELLING[b.code]);
  if (worst !== undefined) throw worst;
}
