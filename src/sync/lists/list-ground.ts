import type { Operation } from "#domain";
import { LIST_END } from "#store";
import { DeadPlaceError } from "#upstreams";
import { extend } from "./list-extend.ts";
import { boundBelowIn, isSameMark, type ListState, type Mark, markFor, shownState, stopIn } from "./list-notes.ts";
import { createProgress, type Onward, type Standstill } from "./list-progress.ts";
import { refresh } from "./list-refresh.ts";
import type { OpenList } from "./open-list.ts";

/**
 * Reads on below `from` until more of the list is known, one answer at a time, each shared with all who want the same. A list
 * that shows nothing new ends there, or fails, and is left alone for a while. @throws UpstreamError
 */
export async function extendDown(list: OpenList, from: number, operation: Operation): Promise<void> {
  const boundIn = (state: ListState): number => boundBelowIn(shownState(state, list.now()), from);
  let before = await list.load();
  const bound = boundIn(before);
  if (bound === LIST_END) return;
  const stop = stopIn(before, list.now());
  if (stop !== null && bound <= stop.time) return list.fail(stop.why, operation);
  const progress = createProgress(bound);
  for (;;) {
    const base = markFor(before, boundBelowIn(before, from));
    const isOtherPlace = progress.isOtherPlace();
    const onward = await list.share(`more ${base?.time} ${base?.index} ${isOtherPlace}`, operation, (shared) =>
      readOn(list, from, isOtherPlace, shared),
    );
    const after = await list.load();
    if (boundIn(after) < bound) return;
    const verdict = progress.classify(before, after, onward);
    if (verdict !== "on") return stopAt(list, bound, verdict, operation);
    before = after;
  }
}

async function stopAt(list: OpenList, time: number, standstill: Standstill, operation: Operation): Promise<void> {
  const { why, isEnd, isTriedAgain } = standstill;
  if (!isTriedAgain) {
    const { notes, ...state } = await list.load();
    await list.writeState({ ...state, notes: { ...notes, stop: { time, why, isEnd, at: list.now() } } });
  }
  if (!isEnd) await list.fail(why, operation);
}

/**
 * Reads on below `from`, behind the nearest place that the upstream still knows; from the newest end if there is none.
 * @param isOtherPlace true to take the upstream's own word for what follows instead of the place that follows from the index
 * @throws UpstreamError
 */
async function readOn(list: OpenList, from: number, isOtherPlace: boolean, operation: Operation): Promise<Onward> {
  const dead: string[] = [];
  for (let isOtherMode = false; ; ) {
    const state = await list.load();
    const base = markFor(state, boundBelowIn(state, from));
    if (base === null) {
      await refresh(list, operation);
      return { dead, isOtherMode, known: [] };
    }
    try {
      const mark = isOtherPlace ? { ...base, isPlaceMeant: true } : base;
      const { known } = await extend(list, state, mark, false, operation);
      return { dead, isOtherMode, known };
    } catch (error) {
      if (!(error instanceof DeadPlaceError)) throw error;
      // What the upstream did not refuse answered in another mode.
      const isRefused = error.httpStatus !== null;
      isOtherMode ||= !isRefused;
      if (isRefused && base.place !== null && "token" in base.place) dead.push(base.place.token);
      await letGo(list, base, isRefused ? Math.ceil(2 ** (dead.length - 2)) : Number.POSITIVE_INFINITY);
    }
  }
}

/**
 * Lets go of so many marks, the last of which is dead: of all in another mode; with the latest of several tokens that were refused
 * in a row, of more and more. Most often one died alone; where all have died, trying one after the other would cost a call each.
 */
async function letGo(list: OpenList, base: Mark, count: number): Promise<void> {
  const { notes, ...state } = await list.load();
  const end = notes.marks.findIndex((mark) => isSameMark(mark, base)) + 1;
  const marks = notes.marks.filter((_, position) => position >= end || position < end - count);
  await list.writeState({ ...state, notes: { ...notes, marks } });
}
