import { backOf, compareKeys, compareTimes, type Direction, frontOf, NEWEST, type RunKey } from "./run-key.ts";
import type { StreamStart } from "./stream-contract.ts";
import { tailOf, type WindowView } from "./window-view.ts";

/** From which creation time on, in the direction of reading, runs of a list are still wanted. */
export interface Need {
  readonly time: string;
  /** True where runs of this very time are not wanted any more. */
  readonly isPast: boolean;
}

/** So many times with equally many runs each make it likely that the next one has as many. */
const UNIFORM_TIMES_MIN = 5;

/** True where a run of this time is wanted; null wants everything. */
export function isAhead(time: string, need: Need | null, direction: Direction): boolean {
  return need === null || direction * compareTimes(time, need.time) > (need.isPast ? 0 : -1);
}

/** True where a window proves that nothing wanted lies in front of it: it begins with a record that is not wanted any more. */
function isAnchored(view: WindowView, need: Need | null, direction: Direction): boolean {
  if (view.touchesStart || need === null) return view.touchesStart;
  // Behind the runs without a time, which end the list, the way back begins.
  if (direction < 0 && need.time === "" && need.isPast) return tailOf(view).length > 0;
  const [near] = view.slots;
  return near !== undefined && direction * compareTimes(near.key.time, need.time) < (need.isPast ? 1 : 0);
}

/** Whether the wanted runs begin inside a window, behind it, or possibly in front of it. */
export function judgeWindow(view: WindowView, need: Need | null, direction: Direction): "inside" | "short" | "beyond" {
  const isEmpty = view.slots.length + view.timeless.length === 0;
  if (isEmpty) return view.low === 0 ? "inside" : direction > 0 ? "beyond" : "short";
  if (!isAnchored(view, need, direction)) return "beyond";
  const isOpen = view.slots.every(({ key }) => !isAhead(key.time, need, direction)) && view.slots.length > 0;
  return isOpen && !view.touchesEnd ? "short" : "inside";
}

/** No run in front of this place is wanted any more. */
export function boundOf(need: Need | null, place: RunKey | null, direction: Direction): RunKey {
  const isBack = need?.isPast === direction > 0;
  const reached = need === null ? null : isBack ? backOf(need.time) : frontOf(need.time);
  if (reached === null || place === null) return reached ?? place ?? outermost(direction);
  return direction * compareKeys(reached, place) > 0 ? reached : place;
}

/** True where every creation time of a window has equally many runs, so that its last one has probably no more either. */
export function isUniform(view: WindowView): boolean {
  const sizes = new Map<string, number>();
  for (const { key } of view.slots) sizes.set(key.time, (sizes.get(key.time) ?? 0) + 1);
  return view.timeless.length === 0 && sizes.size >= UNIFORM_TIMES_MIN && new Set(sizes.values()).size === 1;
}

/** Index at which reading begins; null where that is not known. */
export function hintedIndex({ hint }: StreamStart, direction: Direction): number | null {
  if (hint === null) return null;
  return direction > 0 ? hint.index : Math.max(0, hint.index + hint.width - 1);
}

/** What is wanted at first. */
export function firstNeed({ place, hint }: StreamStart, direction: Direction): Need | null {
  if (place === null) return null;
  const isOpenGap = place.source === (direction > 0 ? backOf("") : frontOf("")).source;
  return { time: place.time, isPast: isOpenGap || (direction > 0 && hint !== null && hint.width === 0) };
}

function outermost(direction: Direction): RunKey {
  return direction > 0 ? frontOf(NEWEST) : backOf("");
}

/** Whether an index has others behind it; null where the length is not known. */
export function isBelow(index: number, total: number | null | undefined): boolean | null {
  return typeof total === "number" ? total > index + 1 : null;
}

/** True where the runs without a creation time, which come last, are still wanted by someone who reads backwards. */
export function wantsTail(need: Need | null): boolean {
  return need === null || (need.time === "" && !need.isPast);
}
