import type { Invocation } from "#domain";
import { LIST_END, LIST_HEAD, type ListRecord, NO_TIME, type Span, timeOf } from "#store";
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
}

/** An answer of a list with indexes; those of token lists are counted from answer to answer. */
export type IndexedPage = RunListPage & { readonly offset: number; readonly indexes: readonly number[] };

/** What is noted of a list beside what is covered. */
export interface ListNotes {
  readonly mode: "token" | "page" | null;
  /** Length of the list as the upstream told it last; null if it does not. */
  readonly total: number | null;
  /** Creation time of the newest run when the newest end was read last; null for an empty list. */
  readonly newest: number | null;
  /** Records that came in front of all marks since the first was set. */
  readonly shift: number;
  /** Newest first. */
  readonly marks: readonly Mark[];
  /** True once the list contradicted itself: what it said of its length and what it showed do not add up. */
  readonly isDoubtful: boolean;
  /** Records of the page before that every page begins with, which its indexes count twice. */
  readonly overlap: number;
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
  newest: null,
  shift: 0,
  marks: [],
  isDoubtful: false,
  overlap: 0,
};

/** What a record says; of a list that was never read, nothing. */
export function stateOf({ notes, ...record }: ListRecord): ListState {
  return { ...record, notes: (notes as ListNotes | null) ?? NO_NOTES };
}

/** The time down to which an answer shows its list; the time itself is not whole. `above` is where the reading began. */
export function bottomOf(page: RunListPage, above: number): number {
  if (page.next === null) return LIST_END;
  return timesOf(page.runs).findLast((time) => time !== NO_TIME) ?? above;
}

/** An answer with indexes; `offset` is where a token list stands. */
export function withIndexes(page: RunListPage, offset: number): IndexedPage {
  const indexes = page.indexes ?? page.runs.map((_, position) => offset + position);
  return { ...page, offset: page.offset ?? offset, indexes };
}

/** The mark behind the last record of an answer; null at the list's end. */
export function markBehind(page: IndexedPage, above: Mark | null, shift: number): Mark | null {
  if (page.next === null) return null;
  const time = bottomOf(page, above?.time ?? LIST_HEAD);
  const first = timesOf(page.runs).indexOf(time);
  const isOpenAbove = above !== null && above.time === time && first <= 0;
  const tieStart = isOpenAbove ? above.tieStart : (page.indexes[first] ?? endIndexOf(page)) - shift;
  return { time, place: page.next, index: endIndexOf(page) - shift, tieStart };
}

/** Index of the record behind the last one of a page. */
export function endIndexOf(page: IndexedPage): number {
  return page.offset + page.runs.length + page.unreadable;
}

/** The marks with one more behind `base`; what lay between them and was set for the same stretch goes. */
export function addMark(marks: readonly Mark[], base: Mark | null, added: Mark | null): readonly Mark[] {
  const front = base === null ? [] : marks.slice(0, marks.findIndex((mark) => isSameMark(mark, base)) + 1);
  const behind = marks.slice(front.length).filter((mark) => added !== null && mark.time < added.time);
  return added === null ? front : [...front, added, ...behind];
}

// A keeper may answer with another object for the same mark each time.
function isSameMark(a: Mark, b: Mark): boolean {
  return a.time === b.time && a.index === b.index && a.tieStart === b.tieStart;
}

/** The nearest mark from which reading on shows what follows `time`; null if the list has to be read from its newest end. */
export function markFor(state: ListState, time: number): Mark | null {
  const isJoined = state.spans.some(({ to }) => to === time);
  return state.notes.marks.findLast((mark) => mark.time > time || (isJoined && mark.time === time)) ?? null;
}

/** Creation times of runs in the scale of positions. */
export function timesOf(runs: readonly Invocation[]): readonly number[] {
  return runs.map(timeOf);
}
