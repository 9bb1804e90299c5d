import { isSameGround, type ListState, markFor } from "./list-notes.ts";
import type { Onward } from "./list-restart.ts";
import { DEAD, ENDED, ENDLESS, FLAPPING, REPEATED, type Standstill } from "./list-standstill.ts";

/** Judges, reading for reading, whether a list still shows something new. */
export interface Progress {
  /** True if the upstream's own word for what follows is to be tried. */
  isOtherPlace(): boolean;
  /** After a reading that did not make more of the list known. */
  judge(before: ListState, after: ListState, onward: Onward): "on" | Standstill;
}

/** Pages in a row that may show nothing behind what is known before that is believed to be the list's end. */
const IDLE_PAGES_MAX = 4;
/** How often one reading may be led back because places died; the budget of calls ends it, too. */
const RESTARTS_MAX = 60;
/** Readings in a row that may show nothing new before the list is said to be endless; empty pages with a token are legal. */
const IDLE_READINGS_MAX = 20;
/** Readings that may show once more what was shown since the list was begun anew last. */
const REPEATS_MAX = 1;
/** Readings in a row in which a token may die: one in three does in the hardest worlds. */
const DEATHS_MAX = 11;
/** A token that the upstream gives again after it refused it is tried once more: it may be refused by one replica alone. */
const TRIES_MAX = 2;
/** Readings in a row that may meet another mode: an upstream that is replaced changes it once. */
const MODE_CHANGES_MAX = 4;

/** @param bound down to which time the list is known */
export function createProgress(bound: number): Progress {
  const deaths = createDeaths(bound);
  const repeats = createRepeats();
  const modes = createModeChanges();
  let furthest = Number.NEGATIVE_INFINITY;
  let restarts = 0;
  let idle = 0;

  /** What is read again on the way back, such as a crowded time, is no repetition. */
  function beginAnew(reached: number): void {
    repeats.beginAnew();
    furthest = reached;
  }

  function judgeGround(before: ListState, after: ListState, reached: number): "on" | Standstill {
    const isPage = after.notes.mode === "page";
    // What a keeper lets go while it is read is no progress either.
    const isIdle = isPage ? reached <= furthest : isSameGround(before, after) || before.basis !== after.basis;
    idle = isIdle ? idle + 1 : 0;
    furthest = Math.max(furthest, reached);
    if (isPage && idle > IDLE_PAGES_MAX) return ENDED;
    return idle < IDLE_READINGS_MAX ? "on" : ENDLESS;
  }

  return {
    isOtherPlace: () => idle % 2 === 1,
    judge(before, after, onward) {
      if (deaths.areTooMany(after, onward)) return DEAD;
      if (repeats.areTooMany(onward)) return REPEATED;
      if (modes.areTooMany(before, after, onward.isOtherMode)) return FLAPPING;
      if (furthest === Number.NEGATIVE_INFINITY) furthest = markFor(before, bound)?.index ?? furthest;
      const reached = markFor(after, bound)?.index ?? Number.NEGATIVE_INFINITY;
      if (modes.hasChanged()) {
        beginAnew(reached);
        return "on";
      }
      if (after.notes.marks.length > 0 && reached >= furthest) return judgeGround(before, after, reached);
      // A list whose places died is read anew from further up.
      beginAnew(reached);
      restarts += 1;
      return restarts < RESTARTS_MAX ? "on" : ENDLESS;
    },
  };
}

/** Counts readings in a row in which tokens died. */
function createDeaths(bound: number) {
  const dead = new Map<string, number>();
  let inARow = 0;
  return {
    areTooMany(after: ListState, onward: Onward): boolean {
      for (const token of onward.dead) dead.set(token, (dead.get(token) ?? 0) + 1);
      inARow = onward.dead.length > 0 ? inARow + 1 : 0;
      const place = markFor(after, bound)?.place ?? null;
      const tries = place !== null && "token" in place ? dead.get(place.token) : undefined;
      return inARow > DEATHS_MAX || (tries ?? 0) >= TRIES_MAX;
    },
  };
}

/** Counts readings that showed what was shown before. */
function createRepeats() {
  let shown = new Set<string>();
  let count = 0;
  function beginAnew(): void {
    shown = new Set();
    count = 0;
  }
  return {
    beginAnew,
    areTooMany({ dead, known }: Onward): boolean {
      if (dead.length > 0) beginAnew();
      if (known.length > 0 && known.every((invokeId) => shown.has(invokeId))) count += 1;
      for (const invokeId of known) shown.add(invokeId);
      return count > REPEATS_MAX;
    },
  };
}

/** Counts readings in a row that met a list in another mode than before. */
export function createModeChanges() {
  let inARow = 0;
  return {
    hasChanged: () => inARow > 0,
    areTooMany({ notes }: ListState, after: ListState, isOtherMode: boolean): boolean {
      const hasChanged = isOtherMode || (notes.mode !== null && notes.mode !== after.notes.mode);
      inARow = hasChanged ? inARow + 1 : 0;
      return inARow > MODE_CHANGES_MAX;
    },
  };
}
