import type { RunListPage } from "#upstreams";
import { endIndexOf, type Mark, timesOf } from "./list-notes.ts";

/** Pages read at most to make one creation time whole; a list whose order changes at every call needs several rounds. */
const PAGES_MAX = 120;
/** Rounds without anything new after which a list is believed to contradict itself. */
const IDLE_ROUNDS_MAX = 2;

/** What is needed to make a creation time whole. */
export interface TieReader {
  /** Reads one page and writes what it shows. */
  read(index: number): Promise<RunListPage>;
  /** How many runs of the list are known that were created at this time. */
  countAt(time: number): Promise<number>;
}

/** Whether all runs of a creation time are known, as far as a page list can tell. */
export type TieVerdict = "whole" | "open" | "contradictory";

/**
 * Page lists have no order inside one creation time and may show another at every call, so the runs of a time that lies across
 * two pages are whole only if as many are known as the indexes say.
 * @param page the page that was read from `base` on
 */
export async function settleTie(page: RunListPage, base: Mark, shift: number, reader: TieReader): Promise<TieVerdict> {
  const seen = lookAt(page, base.time);
  if (seen.end === null) return "open";
  if (seen.start !== null) return "whole";
  const start = (base.tieStart ?? 0) + shift;
  if ((await reader.countAt(base.time)) >= seen.end - start) return "whole";
  return readRounds(base.time, start, reader);
}

async function readRounds(time: number, guess: number, reader: TieReader): Promise<TieVerdict> {
  let start = guess;
  let known = await reader.countAt(time);
  let idleRounds = 0;
  for (let pages = 0; pages < PAGES_MAX && idleRounds < IDLE_ROUNDS_MAX; ) {
    const round = await readRound(time, start, reader);
    pages += round.pages;
    const count = await reader.countAt(time);
    if (round.isOnePage || (round.start !== null && round.end !== null && count >= round.end - round.start)) return "whole";
    idleRounds = count > known ? 0 : idleRounds + 1;
    known = count;
    start = Math.max(0, (round.start ?? start) - (round.start === null ? 1 : 0));
  }
  return "contradictory";
}

interface Round {
  readonly start: number | null;
  readonly end: number | null;
  readonly isOnePage: boolean;
  readonly pages: number;
}

/** Reads the runs of one time once from their first to their last. */
async function readRound(time: number, from: number, reader: TieReader): Promise<Round> {
  let start: number | null = null;
  let index = from;
  for (let pages = 1; pages <= PAGES_MAX; pages += 1) {
    const page = await reader.read(index);
    const seen = lookAt(page, time);
    start ??= seen.start;
    if (seen.end !== null) return { start, end: seen.end, isOnePage: seen.start !== null, pages };
    const end = endIndexOf(page);
    if (end <= index) return { start, end: null, isOnePage: false, pages };
    index = end;
  }
  return { start, end: null, isOnePage: false, pages: PAGES_MAX };
}

/** Index of the first run of a time and of the first one behind them, if the page shows where they begin and end. */
function lookAt(page: RunListPage, time: number): { readonly start: number | null; readonly end: number | null } {
  const times = timesOf(page.runs);
  const indexAt = (position: number): number => page.indexes?.[position] ?? (page.offset ?? 0) + position;
  const older = times.findIndex((other) => other < time);
  const first = times.findIndex((other) => other <= time);
  const isStartShown = first > 0 || (page.offset ?? 0) === 0;
  const isEndShown = older >= 0 || page.next === null;
  return {
    start: !isStartShown ? null : first < 0 ? endIndexOf(page) : indexAt(first),
    end: !isEndShown ? null : older < 0 ? endIndexOf(page) : indexAt(older),
  };
}
