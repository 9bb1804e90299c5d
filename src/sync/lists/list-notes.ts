import type { Invocation } from "#domain";
import { addSpan, findSpan, LIST_END, LIST_HEAD, type ListRecord, NO_TIME, type Span, timeOf } from "#store";
import type { Place, RunListPage } from "#upstreams";

/** A place at which a list was read on, or can be. It outlives the runs that the keeper lets go. */
export interface Mark {
  /** Creation time of the last run in front of it: what follows was created then or earlier. */
  readonly time: number;
  /** Where the answer said that the list goes on; of page lists, a better place follows from the index. */
  readonly place: Place | null;
  /** How many records lie in front of it, less those that came since ({@link ListNotes.shift}). */
  readonly index: number;
  /** Index of the first record of its time, counted alike. */
  readonly tieStart: number;
  /** True if the upstream's own word for what follows is taken instead of the place that follows from the index. */
  readonly isPlaceMeant?: boolean;
}

/** An answer of a list with indexes; those of token lists are counted from answer to answer. */
export interface IndexedPage extends RunListPage {
  readonly offset: number;
  readonly indexes: readonly number[];
  /** When its reading began, in epoch milliseconds: what it shows is at least as new. */
  readonly readAt: number;
  /** True if a run may not be what its list is of: its instances cannot all be read. */
  readonly isDoubtful: boolean;
  /** True for an answer of a token list that has no order: it tells of no time that it is whole, unless the list ends with it. */
  readonly isUnordered: boolean;
}

/** Where a list could not be read on although it says that there is more. */
export interface ListStop {
  /** What is known whole ends here. */
  readonly time: number;
  /** Epoch milliseconds: when that was tried last. */
  readonly at: number;
  /** What is wrong, as a sentence. */
  readonly why: string;
  /** True for a list that contradicts itself, so that this is as good as its end; false if its places die. */
  readonly isEnd: boolean;
}

/** A run that its list showed further down than it belongs, when everything of its time was taken as known. */
export interface LateRun {
  /** Creation time in the scale of positions. */
  readonly time: number;
  readonly invokeId: string;
}

/** How a list has moved since it was read first. */
export interface ListDrift {
  /** Its length then; null if the upstream did not tell it. */
  readonly firstTotal: number | null;
  /** Records that were seen to arrive since. */
  readonly arrivals: number;
  /** Records that came in front of all marks: as many as were seen, or as the list grew by. */
  readonly shift: number;
  /** Records that vanished, wherever they stood, as far as the length tells: so many may be known and not listed any more. */
  readonly vanished: number;
}

/** What is noted of a list beside what is covered. */
export interface ListNotes extends ListDrift {
  readonly mode: "token" | "page" | null;
  /** Length of the list as the upstream told it last; null if it does not. */
  readonly total: number | null;
  /** Creation time of the newest run when the newest end was read last; null for an empty list. */
  readonly newest: number | null;
  /** Newest first. */
  readonly marks: readonly Mark[];
  /** True once the list contradicted itself: what it said of its length and what it showed do not add up. */
  readonly isDoubtful: boolean;
  /** Null for a list that can be read on, as far as is known. */
  readonly stop: ListStop | null;
  /**
   * The keeper's mark when a token list was last begun that has no order; null for one that has. All in front of its marks was read since,
   * and is known as long as the keeper lets nothing go.
   */
  readonly unorderedSince: string | null;
  /** What was met last comes last; at most {@link LATE_MAX}. */
  readonly late: readonly LateRun[];
}

/** What is known of a list in full. */
export interface ListState {
  readonly spans: readonly Span[];
  readonly readAt: number | null;
  readonly notes: ListNotes;
  /** The keeper's mark, written back as it was read. */
  readonly basis: string;
}

const NO_NOTES: ListNotes = {
  mode: null,
  total: null,
  firstTotal: null,
  vanished: 0,
  newest: null,
  shift: 0,
  arrivals: 0,
  marks: [],
  isDoubtful: false,
  stop: null,
  unorderedSince: null,
  late: [],
};

const LATE_MAX = 50;

/** The late runs with more of them. */
export function addLate(late: readonly LateRun[], met: readonly Invocation[]): readonly LateRun[] {
  if (met.length === 0) return late;
  const added = met.map((run) => ({ time: timeOf(run), invokeId: run.invokeId }));
  const others = late.filter((one) => added.every(({ invokeId }) => invokeId !== one.invokeId));
  return [...others, ...added].slice(-LATE_MAX);
}

/** What a record says; of a list that was never read, nothing. */
export function stateOf({ notes, ...record }: ListRecord): ListState {
  return { ...record, notes: { ...NO_NOTES, ...(notes as Partial<ListNotes> | null) } };
}

/**
 * The time down to which an answer shows its list; the time itself is not whole. `above` is where the reading began. Runs without
 * a creation time come last; a single one among others is an odd record and no sign that the last ones have begun.
 */
export function bottomOf(page: RunListPage & { readonly isUnordered?: boolean }, above: number): number {
  if (isLast(page)) return LIST_END;
  if (page.isUnordered === true) return above;
  const times = timesOf(page.runs);
  const isAmongLast = times.length > 0 && times.slice(-2).every((time) => time === NO_TIME);
  return isAmongLast ? NO_TIME : (times.findLast((time) => time !== NO_TIME) ?? above);
}

/** True if an answer shows the end of its list. */
export function isLast({ next, flaw }: RunListPage): boolean {
  return next === null && flaw === null;
}

/**
 * An answer with indexes; `offset` is where a token list stands, `begunAt` when it was asked for unless the answer says otherwise.
 * @param isOfList true for a run that its list can be seen to be of
 */
export function withIndexes(
  page: RunListPage,
  offset: number,
  begunAt: number,
  isOfList: (run: Invocation) => boolean,
): IndexedPage {
  const indexes = page.indexes ?? page.runs.map((_, position) => offset + position);
  const isDoubtful = page.unreadable > 0 || page.runs.some((run) => run.missingInstances && !isOfList(run));
  return {
    ...page,
    offset: page.offset ?? offset,
    indexes,
    readAt: page.askedAt ?? begunAt,
    isDoubtful,
    isUnordered: false,
  };
}

/** The mark behind the last record of an answer; null at the list's end. */
export function markBehind(page: IndexedPage, above: Mark | null, shift: number): Mark | null {
  if (page.next === null) return null;
  const time = bottomOf(page, above?.time ?? LIST_HEAD);
  const times = timesOf(page.runs);
  const first = times.indexOf(time);
  // Behind a token nothing is looked up by index: what matters is how many runs of the time were passed.
  const others = page.mode === "token" && first >= 0 ? times.slice(first).filter((other) => other !== time).length : 0;
  const isOpenAbove = above !== null && above.time === time && first <= 0;
  const tieStart = isOpenAbove ? above.tieStart : (page.indexes[first] ?? endIndexOf(page)) - shift;
  return { time, place: page.next, index: endIndexOf(page) - shift, tieStart: tieStart + others };
}

/**
 * How a list has moved, now that it is so long and that so many more records were seen to arrive.
 * @param passed by how much a creation time is seen to have moved away from the newest end, if that was seen
 */
export function driftAfter(drift: ListDrift, total: number | null, arriving: number, passed = 0): ListDrift {
  const { firstTotal } = drift;
  const growth = firstTotal === null || total === null ? null : total - firstTotal;
  const arrivals = drift.arrivals + arriving;
  const shift = Math.max(drift.shift, arrivals, growth ?? 0);
  const vanished = growth === null ? 0 : Math.max(shift, passed) - growth;
  return { firstTotal, arrivals, shift, vanished: Math.max(drift.vanished, vanished) };
}

/** Index of the record behind the last one of a page. */
export function endIndexOf(page: IndexedPage): number {
  return page.offset + page.runs.length + page.unreadable;
}

/** The marks with one more behind `base`; what lay between them and was set for the same stretch goes. */
export function addMark(marks: readonly Mark[], base: Mark | null, added: Mark | null): readonly Mark[] {
  const isSamePlace = base !== null && added !== null && base.time === added.time && base.index >= added.index;
  const position = base === null ? -1 : marks.findIndex((mark) => isSameMark(mark, base));
  const front = marks.slice(0, position + (isSamePlace ? 0 : 1));
  const behind = marks.slice(front.length).filter((mark) => added !== null && mark.time < added.time);
  return added === null ? front : [...front, added, ...behind];
}

/** A keeper may answer with another object for the same mark each time. */
export function isSameMark(a: Mark, b: Mark): boolean {
  return a.time === b.time && a.index === b.index && a.tieStart === b.tieStart;
}

/** The nearest mark from which reading on shows what follows `time`; null if the list has to be read from its newest end. */
export function markFor(state: ListState, time: number): Mark | null {
  const { unorderedSince } = state.notes;
  // Nobody can say in front of which mark stood what a keeper let go.
  if (unorderedSince !== null && unorderedSince !== state.basis) return null;
  const isJoined = isCoveredDownTo(state, time);
  return state.notes.marks.findLast((mark) => mark.time > time || (isJoined && mark.time === time)) ?? null;
}

/** How long a list is left alone that could not be read on. */
const STOP_KEPT_MS = 30_000;

/** Where the list could not be read on just now; null if it can be tried. */
export function stopIn({ notes: { stop } }: ListState, now: number): ListStop | null {
  return stop !== null && now >= stop.at && now - stop.at < STOP_KEPT_MS ? stop : null;
}

/** The list as it is shown: for a while, one that contradicts itself ends where it could not be read on. */
export function shownState(state: ListState, now: number): ListState {
  const stop = stopIn(state, now);
  return stop?.isEnd ? { ...state, spans: addSpan(state.spans, { from: stop.time, to: LIST_END }) } : state;
}

/** What an answer that begins behind so many records says against itself; null for an answer that adds up. */
export function flawOf(page: IndexedPage, passed: number): string | null {
  const end = page.runs.length + page.unreadable > 0 ? endIndexOf(page) : passed;
  if (!isLast(page) || page.total === null || page.total <= end) return page.flaw;
  return `The list tells of ${page.total} records and shows ${end}.`;
}

/** Down to which time, exclusive, everything is known that was created at `from` or earlier; `from` if nothing is known there. */
export function boundBelowIn({ spans }: ListState, from: number): number {
  return findSpan(spans, from)?.to ?? from;
}

/** Up to which time, inclusive, everything is known that was created at `from` or later; null if nothing is known there. */
export function boundAboveIn({ spans }: ListState, from: number): number | null {
  const span = from === LIST_END ? spans.find(({ to }) => to === LIST_END) : findSpan(spans, from);
  return span?.from ?? null;
}

/** True if what is covered ends at this time. Nothing lies in front of the newest end, so an answer without any run reaches it. */
export function isCoveredDownTo({ spans }: ListState, time: number): boolean {
  return time === LIST_HEAD || spans.some(({ to }) => to === time);
}

/** Creation times of runs in the scale of positions. */
export function timesOf(runs: readonly Invocation[]): readonly number[] {
  return runs.map(timeOf);
}

/** Index of the first run of a time and of the first one behind them, if the page shows where they begin and end. */
export function lookAt(
  page: IndexedPage,
  time: number,
): { readonly start: number | null; readonly end: number | null } {
  const times = timesOf(page.runs);
  const indexAt = (position: number): number => page.indexes[position] ?? page.offset + position;
  const older = times.findIndex((other) => other < time);
  const first = times.findIndex((other) => other <= time);
  // A page that shows newer runs alone shows that none of the time stand in front of it.
  const isStartShown = (first !== 0 && times.length > 0) || page.offset === 0;
  const isEndShown = older >= 0 || isLast(page);
  return {
    start: !isStartShown ? null : first < 0 ? endIndexOf(page) : indexAt(first),
    end: !isEndShown ? null : older < 0 ? endIndexOf(page) : indexAt(older),
  };
}
