import type { Invocation } from "#domain";
import { addSpan, findSpan, LIST_END, LIST_HEAD, type Span, timeOf } from "#store";
import {
  addLate,
  addMark,
  bottomOf,
  boundBelowIn,
  driftAfter,
  type IndexedPage,
  isCoveredDownTo,
  isLast,
  type ListDrift,
  type ListNotes,
  type ListState,
  type ListStop,
  lookAt,
  type Mark,
  markBehind,
  timesOf,
} from "./list-notes.ts";
import type { TieVerdict } from "./tie.ts";

/** A run may become visible this much later than it was created, so two readings of a list overlap by as much. */
export const OVERLAP_MS = 60_000;

/**
 * Beyond what was certain at the reading before, the newest end has to be read down to here before both readings join. A run that
 * is dated ahead of that reading does not raise it: what has come since stands behind that run.
 */
export function certainTop({ readAt, notes }: ListState): number {
  if (readAt === null || notes.newest === null) return LIST_END;
  return Math.min(notes.newest, readAt - OVERLAP_MS) - 1;
}

const UNMOVED: ListDrift = { firstTotal: null, arrivals: 0, shift: 0, vanished: 0 };

/** What one more answer from the newest end is added to. */
export interface HeadReading {
  /** The list as it was known before this reading of its newest end. */
  readonly before: ListState;
  /** True for a list that runs can enter later, at any place: what lies below is then known no longer. */
  readonly isEnteredLater: boolean;
  /** How many runs of this reading nobody knew before. */
  readonly arrivals: number;
  /** Those of them that the list shows late. */
  readonly late: readonly Invocation[];
}

/**
 * Of the runs of an answer that nobody knew, those of which all of their time was taken as known: the list shows them late, and
 * walks have passed them. Where a list is entered at any place, and at the newest end, they have just come.
 * @param state the list as it was known before the answer
 * @param deep the runs of an answer from behind the newest end: what stands there behind an older run has not just come
 */
export function lateAmong(
  fresh: readonly Invocation[],
  state: ListState,
  { isEnteredLater }: Pick<HeadReading, "isEnteredLater">,
  deep: readonly Invocation[] = [],
): readonly Invocation[] {
  if (isEnteredLater || fresh.length === 0) return [];
  const top = certainTop(state);
  const displaced = displacedAmong(deep);
  const isLate = (run: Invocation): boolean =>
    (timeOf(run) <= top || displaced.has(run.invokeId)) && findSpan(state.spans, timeOf(run)) !== undefined;
  return fresh.filter(isLate);
}

/** Names of the runs that stand behind an older one. */
function displacedAmong(runs: readonly Invocation[]): ReadonlySet<string> {
  let oldest = LIST_HEAD;
  const displaced = new Set<string>();
  for (const run of runs) {
    if (timeOf(run) > oldest) displaced.add(run.invokeId);
    oldest = Math.min(oldest, timeOf(run));
  }
  return displaced;
}

/** The list after its newest end was read down to the end of `page`, which began there. */
export function withHead(page: IndexedPage, { before, isEnteredLater, arrivals, late }: HeadReading): ListState {
  const isOtherMode = before.notes.mode !== null && before.notes.mode !== page.mode;
  // What is covered is told in times and stays true in another mode; places and indexes do not.
  // What was covered when the list seemed to have an order is not.
  const isBegun =
    isEnteredLater || before.readAt === null || (page.isUnordered && before.notes.unorderedSince === null);
  const known = isBegun ? [] : olderSpans(before);
  const isFresh = isOtherMode || isBegun;
  const bottom = bottomOf(page, LIST_HEAD);
  const marks = isFresh || page.isUnordered ? [] : before.notes.marks.filter((mark) => mark.time < bottom);
  const drift = isFresh ? { ...UNMOVED, firstTotal: page.total } : driftAfter(before.notes, page.total, arrivals);
  const mark = markBehind(page, null, drift.shift);
  return {
    spans: addSpan(known, { from: LIST_HEAD, to: bottom }),
    readAt: page.readAt,
    basis: before.basis,
    notes: {
      ...drift,
      mode: page.mode,
      total: page.total,
      newest: newestOf(page, before.notes),
      marks: mark === null ? [] : [mark, ...marks],
      // A record that cannot be read is missing, and nobody can say from which page.
      isDoubtful: page.isDoubtful || (!isFresh && before.notes.isDoubtful),
      stop: stopAfter(page, isFresh ? null : before.notes.stop, { bottom, time: bottom, at: page.readAt }),
      unorderedSince: page.isUnordered ? before.basis : null,
      late: addLate(before.notes.late, late),
    },
  };
}

/** An answer without any run that goes on shows nothing of the newest end; what it shows first need not be its newest run. */
function newestOf(page: IndexedPage, before: ListNotes): number | null {
  if (page.runs.length > 0) return Math.max(...timesOf(page.runs));
  return isLast(page) ? null : before.newest;
}

/** The same of an answer behind the newest end: of a list without order, its newest run may come with any answer. */
function newestBehind(page: IndexedPage, before: ListNotes): number | null {
  if (!page.isUnordered) return newestOf(page, before);
  return Math.max(before.newest ?? LIST_END, ...timesOf(page.runs));
}

function olderSpans(before: ListState): readonly Span[] {
  const top = certainTop(before);
  return before.spans
    .map((span) => ({ from: Math.min(span.from, top), to: span.to }))
    .filter(({ from, to }) => from > to);
}

/** What one more answer from within the list is added to. */
export interface DeepReading {
  /** Where the reading began. */
  readonly base: Mark;
  /** Whether every run of the base's time is known now. */
  readonly tie: TieVerdict;
  /** Runs of this reading that arrived since the newest end was read before; of a deeper reading none. */
  readonly arrivals: number;
  /** Runs that its list shows late. */
  readonly late: readonly Invocation[];
}

/** The list after it was read on from a mark. */
export function withMore(state: ListState, page: IndexedPage, reading: DeepReading): ListState {
  const { base, tie } = reading;
  const bottom = bottomOf(page, base.time);
  const isJoined = tie !== "open" && isCoveredDownTo(state, base.time);
  const span = { from: isJoined ? base.time : base.time - 1, to: bottom };
  // How far the base's time moved tells what vanished behind it, also if the list is as long as before.
  const passed = (lookAt(page, base.time).start ?? base.tieStart) - base.tieStart;
  const drift = driftAfter(state.notes, page.total, reading.arrivals, passed);
  const mark = markBehind(page, base, drift.shift);
  const spans = addSpan(state.spans, span);
  return {
    ...state,
    spans,
    notes: {
      ...state.notes,
      ...drift,
      isDoubtful: state.notes.isDoubtful || page.isDoubtful || tie === "contradictory",
      stop: stopAfter(page, state.notes.stop, {
        bottom,
        time: boundBelowIn({ ...state, spans }, bottom),
        at: page.readAt,
      }),
      mode: page.mode,
      total: page.total ?? state.notes.total,
      newest: base.time === LIST_HEAD ? newestBehind(page, state.notes) : state.notes.newest,
      marks: addMark(state.notes.marks, base, mark),
      late: addLate(state.notes.late, reading.late),
    },
  };
}

/** Where the list cannot be read on: below this time if the answer contradicts itself, else what is left of a stop before. */
function stopAfter(
  { flaw }: IndexedPage,
  before: ListStop | null,
  { bottom, time, at }: Pick<ListStop, "time" | "at"> & { readonly bottom: number },
): ListStop | null {
  if (flaw !== null) return { why: flaw, isEnd: true, time, at };
  return before !== null && before.time <= bottom ? before : null;
}
