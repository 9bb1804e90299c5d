import { invocationKey } from "#domain";
import { timeOf } from "#store";
import { endIndexOf, type IndexedPage, isLast, type ListNotes, type Mark, timesOf, vanishedOf } from "./list-notes.ts";

/** Pages read at most to make one creation time whole; a list whose order changes at every call needs several rounds. */
const PAGES_MAX = 120;
/**
 * Rounds without anything new after which a list is believed to contradict itself; once it did, the first. One that shows
 * another order at every call hides its last run from one round in three; one with the same order shows nothing new at all.
 */
const IDLE_ROUNDS_MAX = 12;
/** For so many rounds counts one in the same order as the round before. */
const SAME_ORDER_WEIGHT = 3;

/** What is needed to make a creation time whole. */
export interface TieReader {
  /** Reads the page that begins at this index or in front of it, and writes what it shows. */
  read(index: number): Promise<IndexedPage>;
  /** How many runs of the list are known that were created at this time. */
  countAt(time: number): Promise<number>;
}

/** Whether all runs of a creation time are known, as far as a list can tell. */
export interface TieVerdict {
  readonly state: "whole" | "open" | "contradictory";
  /** Records of the page before that each page of the list begins with, as far as was found out. */
  readonly overlap: number;
}

/**
 * Lists have no order inside one creation time and may show another at every call, so the runs of a time that lies across two
 * pages are whole only if as many are known as the indexes say.
 * @param page the page that was read from `base` on
 */
export async function settleTie(
  page: IndexedPage,
  base: Mark,
  notes: ListNotes,
  reader: TieReader,
): Promise<TieVerdict> {
  const { shift, overlap } = notes;
  const seen = lookAt(page, base.time);
  if (seen.end === null) return { state: "open", overlap };
  if (seen.start !== null) return { state: "whole", overlap };
  const isWhole = page.total !== null && notes.firstTotal !== null && vanishedOf(notes, page.total) === 0;
  const isTrusted = page.mode === "token" || isWhole;
  const start = Math.max(0, base.tieStart + shift);
  const isAllKnown = isTrusted && (await reader.countAt(base.time)) >= seen.end - overlap - start;
  if (isAllKnown) return { state: "whole", overlap };
  const shown = new Set<string>();
  noteShown(page, base.time, shown);
  return readRounds(base.time, { start, overlap, notes, isTrusted, shown }, reader);
}

interface RoundRules {
  /** Where the runs of the time are believed to begin. */
  readonly start: number;
  readonly overlap: number;
  readonly notes: ListNotes;
  /** False if what is known may be gone from the list, so that it does not count for what the indexes say. */
  readonly isTrusted: boolean;
  readonly shown: Set<string>;
}

async function readRounds(time: number, rules: RoundRules, reader: TieReader): Promise<TieVerdict> {
  const { overlap, shown } = rules;
  const idleRoundsMax = rules.notes.isDoubtful ? 1 : IDLE_ROUNDS_MAX;
  let { start, isTrusted } = rules;
  const countKnown = async (): Promise<number> => (isTrusted ? reader.countAt(time) : shown.size);
  let known = await countKnown();
  let idleRounds = 0;
  let stepBack = 1;
  let before: Round | null = null;
  for (let pages = 0; pages < PAGES_MAX && idleRounds < idleRoundsMax; ) {
    const round = await readRound(time, start, rules, reader);
    pages += round.pages;
    isTrusted &&= !hasShrunk(round, rules);
    const count = await countKnown();
    const told = round.start === null || round.end === null ? null : round.end - round.start;
    if (round.isOnePage || (told !== null && count >= told)) return { state: "whole", overlap };
    const isIdle = count === known;
    const weight = before?.order === round.order ? SAME_ORDER_WEIGHT : 1;
    // Records that every page repeats from the page before are counted twice by the indexes. What was pushed on by an
    // arrival between two pages is not repeated by the next round.
    const isRepeated = before?.start === round.start && before.repeated === round.repeated;
    if (isIdle && isRepeated && told !== null && count >= told - round.repeated)
      return { state: "whole", overlap: round.repeated };
    before = round;
    idleRounds = isIdle ? idleRounds + weight : 0;
    known = count;
    start = Math.max(0, round.start ?? start - stepBack);
    stepBack *= 4;
  }
  return { state: "contradictory", overlap };
}

/** True if runs came in front of the time and the list did not grow by as many: others are gone. */
function hasShrunk({ start, total }: Round, { start: expected, notes }: RoundRules): boolean {
  if (start === null || total === null || notes.firstTotal === null) return false;
  return start - expected > total - notes.firstTotal - notes.shift;
}

/** Adds the runs of one time that a page shows, and tells them in its order. */
function noteShown(page: IndexedPage, time: number, shown: Set<string>): readonly string[] {
  const keys = page.runs.filter((run) => timeOf(run) === time).map(invocationKey);
  for (const key of keys) shown.add(key);
  return keys;
}

interface Round {
  readonly start: number | null;
  readonly end: number | null;
  readonly isOnePage: boolean;
  readonly pages: number;
  /** The list's length as its last page told it. */
  readonly total: number | null;
  /** Records that pages of this round repeated from the page before, in the same order. */
  readonly repeated: number;
  /** The runs of the time in the order in which the round showed them. */
  readonly order: string;
}

/** Reads the runs of one time once from their first to their last. */
async function readRound(time: number, from: number, { shown }: RoundRules, reader: TieReader): Promise<Round> {
  let start: number | null = null;
  let index = from;
  let repeated = 0;
  let order = "";
  let before: IndexedPage | null = null;
  for (let pages = 1; pages <= PAGES_MAX; pages += 1) {
    const page = await reader.read(index);
    order += noteShown(page, time, shown).join("\n");
    if (before !== null && (page.offset ?? 0) >= endIndexOf(before)) repeated += repeatedCount(before, page);
    before = page;
    const seen = lookAt(page, time);
    start ??= seen.start;
    const round = { start, pages, repeated, order, total: page.total };
    if (seen.end !== null) return { ...round, end: seen.end, isOnePage: seen.start !== null };
    const end = endIndexOf(page);
    if (end <= index) return { ...round, end: null, isOnePage: false };
    index = end;
  }
  return { start, end: null, isOnePage: false, pages: PAGES_MAX, repeated, order, total: null };
}

/** How many of the last records of one page the next one begins with. */
function repeatedCount(before: IndexedPage, page: IndexedPage): number {
  const ends = before.runs.map(invocationKey);
  const begins = page.runs.map(invocationKey);
  for (let count = Math.min(ends.length, begins.length); count > 0; count -= 1) {
    if (ends.slice(-count).every((key, position) => key === begins[position])) return count;
  }
  return 0;
}

/** Index of the first run of a time and of the first one behind them, if the page shows where they begin and end. */
export function lookAt(
  page: IndexedPage,
  time: number,
): { readonly start: number | null; readonly end: number | null } {
  const times = timesOf(page.runs);
  const indexAt = (position: number): number => page.indexes[position] ?? page.offset + position;
  const older = times.findIndex((other) => other < time);
  const first = times.findIndex((other) => other <= time);
  // A page that shows newer runs alone shows that none of the time stand in front of it.
  const isStartShown = (first !== 0 && times.length > 0) || page.offset === 0;
  const isEndShown = older >= 0 || isLast(page);
  return {
    start: !isStartShown ? null : first < 0 ? endIndexOf(page) : indexAt(first),
    end: !isEndShown ? null : older < 0 ? endIndexOf(page) : indexAt(older),
  };
}
