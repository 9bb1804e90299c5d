import { type ListState, type ListStop, markFor } from "./list-notes.ts";
import type { Onward } from "./list-pages.ts";

/** What is wrong with a list that is not read on any more, and whether this is as good as its end. */
export type Standstill = Pick<ListStop, "why" | "isEnd">;

/** Judges, reading for reading, whether a list still shows something new. */
export interface Progress {
  /** True if the upstream's own word for what follows is to be tried. */
  isOtherPlace(): boolean;
  /** After a reading that did not make more of the list known. */
  judge(before: ListState, after: ListState, onward: Onward): "on" | Standstill;
}

/** Pages in a row that may show nothing behind what is known before that is believed to be the list's end. */
const IDLE_PAGES_MAX = 4;
/** How often one reading may be led back because the list changed its mode or a token died; the budget of calls ends it, too. */
const RESTARTS_MAX = 60;
/** Readings in a row that may show nothing new before the list is said to be endless; empty pages with a token are legal. */
const IDLE_READINGS_MAX = 20;
/** Readings that may show once more what was shown since the list was begun anew last. */
const REPEATS_MAX = 1;
/** Readings in a row in which a token may die: one in three does in the hardest worlds. */
const DEATHS_MAX = 11;
/** A token that the upstream gives again after it refused it is tried once more: it may be refused by one replica alone. */
const TRIES_MAX = 2;

const ENDED = { why: "Nothing shows behind what is known, although the list tells of more.", isEnd: true };
const REPEATED = { why: "The list shows the same runs again and again.", isEnd: true };
const DEAD = { why: "The list cannot be read on: the upstream refuses the tokens that it gives.", isEnd: false };
/** Whatever the reason: the keeper may be too small for what is read. It is tried again at once. */
export const ENDLESS: Standstill = {
  why: "The list of runs goes on without showing anything new.",
  isEnd: false,
};

/** @param bound down to which time the list is known */
export function createProgress(bound: number): Progress {
  const dead = new Map<string, number>();
  let furthest = Number.NEGATIVE_INFINITY;
  let restarts = 0;
  let idle = 0;
  let repeats = 0;
  let shown = new Set<string>();
  let deaths = 0;

  function isDead(after: ListState, onward: Onward): boolean {
    for (const token of onward.dead) dead.set(token, (dead.get(token) ?? 0) + 1);
    deaths = onward.dead.length > 0 ? deaths + 1 : 0;
    const place = markFor(after, bound)?.place;
    const token = place !== undefined && place !== null && "token" in place ? place.token : null;
    return deaths > DEATHS_MAX || (token !== null && (dead.get(token) ?? 0) >= TRIES_MAX);
  }

  function isRepeating({ dead: died, known }: Onward): boolean {
    if (died.length > 0) beginAnew();
    if (known.length > 0 && known.every((invokeId) => shown.has(invokeId))) repeats += 1;
    for (const invokeId of known) shown.add(invokeId);
    return repeats > REPEATS_MAX;
  }

  /** What is read again on the way back, such as a crowded time, is no repetition. */
  function beginAnew(): void {
    shown = new Set();
    repeats = 0;
  }

  return {
    isOtherPlace: () => idle % 2 === 1,
    judge(before, after, onward) {
      if (isDead(after, onward)) return DEAD;
      if (isRepeating(onward)) return REPEATED;
      if (furthest === Number.NEGATIVE_INFINITY) furthest = markFor(before, bound)?.index ?? furthest;
      const reached = markFor(after, bound)?.index ?? Number.NEGATIVE_INFINITY;
      const isPage = after.notes.mode === "page";
      if (before.notes.mode !== after.notes.mode || after.notes.marks.length === 0 || reached < furthest) {
        // A list that changed its mode, or whose places died, is read anew from further up.
        beginAnew();
        restarts += 1;
        furthest = reached;
        return restarts < RESTARTS_MAX ? "on" : ENDLESS;
      }
      // What a keeper lets go while it is read is no progress either.
      const isIdle = isPage ? reached <= furthest : isSameGround(before, after) || before.basis !== after.basis;
      idle = isIdle ? idle + 1 : 0;
      furthest = Math.max(furthest, reached);
      // Whatever page is read, nothing shows behind what is known: it is the end, whatever the total says.
      if (isPage && idle > IDLE_PAGES_MAX) return ENDED;
      return idle < IDLE_READINGS_MAX ? "on" : ENDLESS;
    },
  };
}

/** True if nothing more is known of a list than before. */
export function isSameGround(before: ListState, after: ListState): boolean {
  const groundOf = ({ spans, notes }: ListState): string =>
    JSON.stringify([spans, notes.marks.map(({ time, index }) => [time, index])]);
  return groundOf(before) === groundOf(after);
}
