import type { Operation } from "#domain";
import { findSpan, LIST_END, LIST_HEAD } from "#store";
import { DeadPlaceError } from "#upstreams";
import { extend } from "./list-extend.ts";
import { boundBelowIn, flawOf, type ListState, markFor, stopIn } from "./list-notes.ts";
import { isUnderWay, withOrder } from "./list-order.ts";
import { certainTop, lateAmong, OVERLAP_MS, withHead } from "./list-reading.ts";
import type { OpenList } from "./open-list.ts";

/** Pages that a refresh reads at most; behind a larger gap, what is between is read when somebody asks for it. */
const REFRESH_PAGES_MAX = 4;

/** Reads the newest end, and on from there until known ground is met: one call in the usual case. @throws UpstreamError */
export async function refresh(list: OpenList, operation: Operation): Promise<void> {
  const newest = await list.read(null, 0, operation);
  const known = await list.load();
  const shown = withOrder(newest, known);
  const first = shown.flaw === newest.flaw ? { ...shown, flaw: flawOf(shown, 0) } : shown;
  const fresh = await list.findNew(first.runs);
  const late = lateAmong(fresh, known, list);
  // Looked up again, since others read on meanwhile.
  const before = await list.load();
  const { isEnteredLater } = list;
  if (first.isUnordered && isUnderWay(before) && isRecent(before, first.readAt)) {
    await list.keep(first, before);
    return;
  }
  const state = withHead(first, { before, isEnteredLater, arrivals: fresh.length, late });
  await list.keep(first, state);
  if (!isEnteredLater && hasGap(before, state, first.readAt)) await readOverGap(list, before, state, operation);
}

/** True if runs that came while the list was read are read once more by the reading after it. */
function isRecent({ readAt }: ListState, now: number): boolean {
  return readAt !== null && now >= readAt && now - readAt <= OVERLAP_MS;
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
