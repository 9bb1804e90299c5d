import type { Operation } from "#domain";
import { LIST_END } from "#store";
import { boundAboveIn, boundBelowIn, isSameGround, type ListState, type Mark, stopIn } from "./list-notes.ts";
import { createModeChanges, createProgress } from "./list-progress.ts";
import { refresh } from "./list-refresh.ts";
import { readOn, type Step, stepOn } from "./list-restart.ts";
import { FLAPPING, type Standstill } from "./list-standstill.ts";
import type { OpenList } from "./open-list.ts";

/** Rounds in a row that may show nothing new before a gap that stays open is given up; the call budget bounds all others. */
const IDLE_CLOSINGS_MAX = 10;
/** Pages above a known stretch that are read at once, for who walks towards the newest end. */
const PAGES_ABOVE = 3;

/**
 * Reads on below `from` until more of the list is known, one answer at a time, each shared with all who want the same. A list
 * that shows nothing new ends there, or fails, and is left alone for a while. @throws UpstreamError
 */
export async function extendDown(list: OpenList, from: number, operation: Operation): Promise<void> {
  const bound = boundBelowIn(await list.loadShown(), from);
  if (bound === LIST_END) return;
  const stop = stopIn(await list.load(), list.now());
  if (stop !== null && bound <= stop.time) return list.fail(stop.why, operation);
  const progress = createProgress(bound);
  for (;;) {
    const before = await list.load();
    const isOtherPlace = progress.isOtherPlace();
    const onward = await list.share(`more ${bound} ${isOtherPlace}`, operation, (shared) =>
      readOn(list, from, isOtherPlace, shared),
    );
    if (boundBelowIn(await list.loadShown(), from) < bound) return;
    const verdict = progress.judge(before, await list.load(), onward);
    if (verdict !== "on") return stopAt(list, bound, verdict, operation);
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
 * Closes the gap above a stretch that is known: reads from some marks above it, one after the other, down to it.
 * @throws UpstreamError if what is shown does not join what is known
 */
export async function extendUp(list: OpenList, top: number, operation: Operation): Promise<void> {
  const modes = createModeChanges();
  for (let idle = 0; idle < IDLE_CLOSINGS_MAX; ) {
    const before = await list.load();
    let marks = marksAbove(before, top);
    if (marks.length < PAGES_ABOVE) await refresh(list, operation);
    if (marks.length === 0) marks = marksAbove(await list.load(), top);
    const isOtherMode = (await stepDown(list, marks, operation)) === "other mode";
    if ((boundAboveIn(await list.loadShown(), top) ?? top) > top) return;
    const after = await list.load();
    if (modes.areTooMany(before, after, isOtherMode)) return list.fail(FLAPPING.why, operation);
    idle = isSameGround(before, after) ? idle + 1 : 0;
  }
  return list.fail("What the list shows does not join what is known of it.", operation);
}

function marksAbove({ notes }: ListState, top: number): readonly Mark[] {
  return notes.marks.filter((mark) => mark.time > top).slice(-PAGES_ABOVE);
}

/** Reads behind marks one after the other, until one is dead. */
async function stepDown(list: OpenList, marks: readonly Mark[], operation: Operation): Promise<Step> {
  for (const mark of marks) {
    const step = await stepOn(list, mark, operation);
    if (step !== "read") return step;
  }
  return "read";
}
