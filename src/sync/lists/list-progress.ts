import { type ListState, type ListStop, markFor } from "./list-notes.ts";

/** How reading on went. */
export interface Onward {
  /** The runs of an answer that showed nothing but what is known, and that not further down; else none. */
  readonly known: readonly string[];
  /** Tokens that the upstream did not know any more. */
  readonly dead: readonly string[];
  /** True if the list did not answer in the mode of its places any more. */
  readonly isOtherMode: boolean;
}

/** Why a list is not read on any more, and whether this is as good as its end. */
export interface Standstill extends Pick<ListStop, "why" | "isEnd"> {
  /** True if the reason may be gone already, such as a keeper that is too small: the next one who gets there tries again. */
  readonly isTriedAgain?: boolean;
}

/** Judges, reading for reading, whether a list still shows something new. */
export interface Progress {
  /** True if the upstream's own word for what follows is to be tried. */
  isOtherPlace(): boolean;
  /** After a reading that did not make more of the list known. */
  classify(before: ListState, after: ListState, onward: Onward): "on" | Standstill;
}

/** Whatever page is read. */
const ENDED: Standstill = {
  why: "Nothing shows behind what is known, although the list tells of more.",
  isEnd: true,
};
const REPEATED: Standstill = { why: "The list shows the same runs again and again.", isEnd: true };
const DEAD: Standstill = {
  why: "The list cannot be read on: the upstream refuses the tokens that it gives.",
  isEnd: false,
};
const FLAPPING: Standstill = {
  why: "The list cannot be read on: it answers now in pages, now in tokens.",
  isEnd: false,
};
const ENDLESS: Standstill = {
  why: "The list of runs goes on without showing anything new.",
  isEnd: false,
  isTriedAgain: true,
};

const CIRCLING: Standstill = {
  why: "The list cannot be read on: its pages lead back again and again.",
  isEnd: false,
};

/** Pages in a row that may show nothing behind what is known before that is believed to be the list's end. */
const IDLE_PAGES_MAX = 4;
/** The same of token answers, which may be empty although others follow, and of what a keeper lets go while it is read. */
const IDLE_ANSWERS_MAX = 19;
/** How often one reading may be led back without having come further in between. */
const RESTARTS_MAX = 60;
/** The same of pages, whose places do not die. */
const PAGE_RESTARTS_MAX = 8;
/** Readings that may show once more what was shown since the reading was led back last. */
const REPEATS_MAX = 1;
/** Readings in a row in which a token may die: one in three does in the hardest worlds. */
const DEATHS_MAX = 11;
/** A token that the upstream gives again after it refused it is tried once more: it may be refused by one replica alone. */
const TRIES_MAX = 2;
/** Readings in a row that may meet another mode: an upstream that is replaced changes it once. */
const MODE_CHANGES_MAX = 4;

/** @param bound down to which time the list is known */
export function createProgress(bound: number): Progress {
  const refusals = new Map<string, number>();
  const shown = new Set<string>();
  const inARow = { deaths: 0, modeChanges: 0, idle: 0 };
  let furthest: number | null = null;
  let furthestOfAll = Number.NEGATIVE_INFINITY;
  let repeats = 0;
  let restarts = 0;

  /** What is read again on the way back, such as a crowded time, is no repetition. */
  function beginAnew(): void {
    shown.clear();
    repeats = 0;
  }

  return {
    isOtherPlace: () => inARow.idle % 2 === 1,
    classify(before, after, { dead, known, isOtherMode }) {
      const next = markFor(after, bound);
      const reached = next?.index ?? Number.NEGATIVE_INFINITY;
      furthest ??= markFor(before, bound)?.index ?? Number.NEGATIVE_INFINITY;
      if (reached > furthestOfAll) restarts = 0;
      furthestOfAll = Math.max(furthestOfAll, reached);

      for (const token of dead) refusals.set(token, (refusals.get(token) ?? 0) + 1);
      const token = next !== null && next.place !== null && "token" in next.place ? next.place.token : "";
      inARow.deaths = dead.length > 0 ? inARow.deaths + 1 : 0;
      if (inARow.deaths > DEATHS_MAX || (refusals.get(token) ?? 0) >= TRIES_MAX) return DEAD;
      if (dead.length > 0) beginAnew();

      if (known.length > 0 && known.every((invokeId) => shown.has(invokeId))) repeats += 1;
      for (const invokeId of known) shown.add(invokeId);
      if (repeats > REPEATS_MAX) return REPEATED;

      const hasChanged = isOtherMode || (before.notes.mode !== null && before.notes.mode !== after.notes.mode);
      inARow.modeChanges = hasChanged ? inARow.modeChanges + 1 : 0;
      if (inARow.modeChanges > MODE_CHANGES_MAX) return FLAPPING;
      const isCut = before.basis !== after.basis;
      // A list whose places died is read anew from further up.
      if (hasChanged || next === null || reached < furthest) {
        beginAnew();
        furthest = reached;
        restarts += 1;
        const isByPages = after.notes.mode === "page" && !hasChanged && !isCut;
        if (isByPages && restarts >= PAGE_RESTARTS_MAX) return CIRCLING;
        return restarts < RESTARTS_MAX ? "on" : ENDLESS;
      }

      inARow.idle = reached <= furthest || isCut ? inARow.idle + 1 : 0;
      furthest = reached;
      if (after.notes.mode === "page" && !isCut && inARow.idle > IDLE_PAGES_MAX) return ENDED;
      return inARow.idle > IDLE_ANSWERS_MAX ? ENDLESS : "on";
    },
  };
}
