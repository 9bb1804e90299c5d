import type { Invocation } from "#domain";
import { LIST_HEAD, NO_TIME } from "#store";
import {
  addLate,
  boundBelowIn,
  type IndexedPage,
  isSameMark,
  type ListState,
  type Mark,
  timesOf,
} from "./list-notes.ts";
import { withMore } from "./list-reading.ts";

const OLDEST_FIRST = "The list shows its oldest runs first, so that its newest ones cannot be read.";
const NO_ORDER = "The list shows its runs in no order, so that it cannot be read on.";

/** With fewer runs behind older ones the order may be by chance, or one of late runs. */
const TELLING_RISES = 4;
/** A run stands far behind an older one if so much of what the page spans lies between them: neighbours may stand in any order. */
const FAR = 1 / 4;
/** In a page that is shuffled, of those that cannot be read on, more than so many stand far behind the one in front of them. */
const TELLING_SHARE = 1 / 6;

/**
 * What an answer tells of its list's order: why nothing is known whole from it, since each run stands behind those that were created
 * before it, or many stand far behind older ones, and others follow; `ordered` if it shows enough runs newest first; null if it tells nothing.
 */
function orderOf(page: IndexedPage): typeof OLDEST_FIRST | typeof NO_ORDER | "ordered" | null {
  const times = timesOf(page.runs).filter((time) => time !== NO_TIME);
  const steps = times.slice(1).map((time, position) => time - (times[position] ?? time));
  const rises = steps.filter((step) => step > 0).length;
  if (rises === 0 && steps.length >= TELLING_RISES && steps.some((step) => step < 0)) return "ordered";
  if (rises < TELLING_RISES || page.next === null) return null;
  if (steps.every((step) => step >= 0)) return OLDEST_FIRST;
  const span = Math.max(...times) - Math.min(...times);
  const far = steps.filter((step) => step > span * FAR).length;
  // To read a token list to its end costs less than what an order that is none would hide.
  const isShuffled = page.mode === "token" ? far >= TELLING_RISES : far > times.length * TELLING_SHARE;
  return isShuffled ? NO_ORDER : null;
}

/**
 * The answer from a list's newest end, as far as its order allows: pages without an order cannot be read on, and token lists without one are
 * known once they were read to their end. A token list is taken to be as it was before if the answer tells nothing of its order.
 */
export function withOrder(page: IndexedPage, { notes }: ListState): IndexedPage {
  const order = orderOf(page);
  if (page.mode === "token") {
    const wasUnordered = notes.mode === "token" && notes.unorderedSince !== null;
    return { ...page, isUnordered: order === null ? wasUnordered : order !== "ordered" };
  }
  return order === null || order === "ordered" ? page : { ...page, next: null, flaw: order };
}

/** The same of an answer from further down: the list of which one answer has no order has none. */
export function withDeepOrder(page: IndexedPage, { notes }: ListState): IndexedPage {
  if (page.mode !== "token") return page;
  const order = orderOf(page);
  return { ...page, isUnordered: notes.unorderedSince !== null || (order !== null && order !== "ordered") };
}

/** True if a list without order is being read, has not been read to its end, and the keeper let nothing go meanwhile. */
export function isUnderWay(state: ListState): boolean {
  const { unorderedSince, marks } = state.notes;
  return unorderedSince === state.basis && marks.length > 0 && boundBelowIn(state, LIST_HEAD) === LIST_HEAD;
}

/**
 * The list after one more answer of it, which has no order, was read behind a mark. What was read before counts if it is all that lies in front
 * of the mark; else the list has to be read from its newest end again.
 */
export function withUnordered(state: ListState, base: Mark, page: IndexedPage, late: readonly Invocation[]): ListState {
  const { notes, basis } = state;
  const wasOrdered = notes.unorderedSince === null;
  const isReadToMark = wasOrdered
    ? base.time === LIST_HEAD || boundBelowIn(state, LIST_HEAD) === base.time
    : isUnderWay(state) && notes.marks.some((mark) => isSameMark(mark, base));
  // What was covered when the list seemed to have an order is not.
  const begun = wasOrdered ? { ...state, spans: [], notes: { ...notes, marks: [], unorderedSince: basis } } : state;
  if (!isReadToMark) return { ...begun, notes: { ...begun.notes, late: addLate(notes.late, late) } };
  return withMore(begun, page, { base: { ...base, time: LIST_HEAD }, tie: "whole", arrivals: 0, late });
}
