import type { Operation } from "#domain";
import { findSpan, LIST_END, LIST_HEAD, NO_TIME } from "#store";
import { DeadPlaceError } from "#upstreams";
import { extend } from "./list-extend.ts";
import { boundBelowIn, flawOf, type IndexedPage, type ListState, markFor, stopIn, timesOf } from "./list-notes.ts";
import { certainTop, lateAmong, withHead } from "./list-reading.ts";
import type { OpenList } from "./open-list.ts";

/** Pages that a refresh reads at most; behind a larger gap, what is between is read when somebody asks for it. */
const REFRESH_PAGES_MAX = 4;

const OLDEST_FIRST = "The list shows its oldest runs first, so that its newest ones cannot be read.";
const NO_ORDER = "The list shows its runs in no order, so that it cannot be read on.";

/** With fewer runs behind older ones the order may be by chance, or one of late runs. */
const TELLING_RISES = 4;
/** A run stands far behind an older one if so much of what the page spans lies between them: neighbours may stand in any order. */
const FAR = 1 / 4;
/** In a page that is shuffled, more than so many stand far behind the one in front of them. */
const TELLING_SHARE = 1 / 6;

/**
 * Why nothing is known whole from a page: each run stands behind those that were created before it, or many stand far behind older ones,
 * and others follow. Null for a page in order. Token lists are read on in whatever order they are.
 */
function disorderOf(page: IndexedPage): string | null {
  if (page.mode !== "page" || page.next === null) return null;
  const times = timesOf(page.runs).filter((time) => time !== NO_TIME);
  const steps = times.slice(1).map((time, position) => time - (times[position] ?? time));
  const rises = steps.filter((step) => step > 0).length;
  if (rises < TELLING_RISES) return null;
  if (steps.every((step) => step >= 0)) return OLDEST_FIRST;
  const span = Math.max(...times) - Math.min(...times);
  const isShuffled = steps.filter((step) => step > span * FAR).length > times.length * TELLING_SHARE;
  return isShuffled ? NO_ORDER : null;
}

/** Reads the newest end, and on from there until known ground is met: one call in the usual case. @throws UpstreamError */
export async function refresh(list: OpenList, operation: Operation): Promise<void> {
  const newest = await list.read(null, 0, operation);
  const disorder = disorderOf(newest);
  const first = disorder === null ? { ...newest, flaw: flawOf(newest, 0) } : { ...newest, next: null, flaw: disorder };
  const known = await list.load();
  const fresh = await list.findNew(first.runs);
  const late = lateAmong(fresh, known, list);
  // Looked up again, since others read on meanwhile.
  const before = await list.load();
  const { isEnteredLater } = list;
  const state = withHead(first, { before, isEnteredLater, arrivals: fresh.length, late });
  await list.keep(first, state);
  if (!isEnteredLater && hasGap(before, state, first.readAt)) await readOverGap(list, before, state, operation);
}

/** Reads on from the newest end until known ground is met, so many pages at most. A place that died leaves the gap open. */
async function readOverGap(list: OpenList, before: ListState, first: ListState, operation: Operation): Promise<void> {
  let state = first;
  for (let pages = 1; pages < REFRESH_PAGES_MAX && hasGap(before, state, list.now()); pages += 1) {
    const base = markFor(state, boundBelowIn(state, LIST_HEAD));
    if (base === null) return;
    try {
      state = (await extend(list, state, base, true, operation)).state;
    } catch (error) {
      if (error instanceof DeadPlaceError) return;
      throw error;
    }
  }
}

/** True if runs may lie between what was read before and what this refresh showed, and can be read. */
function hasGap(before: ListState, state: ListState, now: number): boolean {
  if (stopIn(state, now) !== null) return false;
  const bottom = findSpan(state.spans, LIST_HEAD)?.to ?? LIST_END;
  return before.spans.length > 0 && bottom > certainTop(before) && bottom !== LIST_END;
}
