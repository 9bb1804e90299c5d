import { invocationKey, type Operation } from "#domain";
import { timeOf } from "#store";
import type { Place } from "#upstreams";
import { driftAfter, endIndexOf, type IndexedPage, type ListNotes, lookAt, type Mark } from "./list-notes.ts";
import type { OpenList } from "./open-list.ts";

/** Pages read at most to make one creation time whole; a list whose order changes at every call needs several rounds. */
const PAGES_MAX = 120;
/**
 * Rounds without anything new after which a list is believed to contradict itself; once it did, the first. One that shows
 * another order at every call hides its last run from one round in three; one with the same order shows nothing new at all.
 */
const IDLE_ROUNDS_MAX = 12;
/** For so many rounds counts one in the same order as the round before. */
const SAME_ORDER_WEIGHT = 3;

/** Whether all runs of a creation time are known, as far as a list can tell. */
export type TieVerdict = "whole" | "open" | "contradictory";

/** What a page alone tells of its base's time; null if the time lies across pages, so that others have to tell. */
export function tieOnPage(page: IndexedPage, base: Mark): TieVerdict | null {
  const { start, end } = lookAt(page, base.time);
  if (end === null) return "open";
  return start === null ? null : "whole";
}

/**
 * Lists have no order inside one creation time and may show another at every call, so the runs of a time that lies across two
 * pages are whole only if as many are known as the indexes say.
 * @param page the page that was read from `base` on, and shows the time's end
 * @throws DeadPlaceError @throws UpstreamError
 */
export async function settleTie(
  list: OpenList,
  page: IndexedPage,
  base: Mark,
  notes: ListNotes,
  operation: Operation,
): Promise<TieVerdict> {
  await list.writeRuns(page);
  const isWhole = page.total !== null && notes.firstTotal !== null && driftAfter(notes, page.total, 0).vanished === 0;
  const isTrusted = page.mode === "token" || isWhole;
  const start = Math.max(0, base.tieStart + notes.shift);
  const end = lookAt(page, base.time).end ?? start;
  if (isTrusted && (await list.countAt(base.time)) >= end - start) return "whole";
  const shown = new Set<string>();
  noteShown(page, base.time, shown);
  const readAt = readerOf(list, page.mode, notes, operation);
  return readRounds(base.time, { start, notes, isTrusted, shown, readAt, countAt: list.countAt });
}

/** Reads the page that begins at an index or in front of it, and keeps what it shows. */
type ReadAt = (index: number) => Promise<IndexedPage>;

function readerOf(list: OpenList, mode: ListNotes["mode"], { marks, shift }: ListNotes, operation: Operation): ReadAt {
  const places = new Map<number, Place | null>([[0, null]]);
  for (const mark of marks) places.set(mark.index + shift, mark.place);
  return async (index) => {
    const offset = Math.max(...[...places.keys()].filter((known) => known <= index));
    const place = list.placeAt(index) ?? places.get(offset) ?? null;
    const page = await list.readInMode(mode, place, offset, operation);
    places.set(endIndexOf(page), page.next);
    await list.writeRuns(page);
    return page;
  };
}

interface RoundRules {
  /** Where the runs of the time are believed to begin. */
  readonly start: number;
  readonly notes: ListNotes;
  /** False if what is known may be gone from the list, so that it does not count for what the indexes say. */
  readonly isTrusted: boolean;
  readonly shown: Set<string>;
  readonly readAt: ReadAt;
  readonly countAt: OpenList["countAt"];
}

async function readRounds(time: number, rules: RoundRules): Promise<TieVerdict> {
  const { shown, countAt } = rules;
  const idleRoundsMax = rules.notes.isDoubtful ? 1 : IDLE_ROUNDS_MAX;
  let { start, isTrusted } = rules;
  // A list may show more than its filter means, which is not counted among what is known of it but by the indexes.
  const countKnown = async (): Promise<number> => Math.max(isTrusted ? await countAt(time) : 0, shown.size);
  let known = await countKnown();
  let idleRounds = 0;
  let stepBack = 1;
  let before: Round | null = null;
  for (let pages = 0; pages < PAGES_MAX && idleRounds < idleRoundsMax; ) {
    const round = await readRound(time, start, rules);
    pages += round.pages;
    isTrusted &&= !hasShrunk(round, rules);
    const count = await countKnown();
    const told = round.start === null || round.end === null ? null : round.end - round.start;
    if (round.isOnePage || (told !== null && count >= told)) return "whole";
    const isIdle = count === known;
    const weight = before?.order === round.order ? SAME_ORDER_WEIGHT : 1;
    before = round;
    idleRounds = isIdle ? idleRounds + weight : 0;
    known = count;
    start = Math.max(0, round.start ?? start - stepBack);
    stepBack *= 4;
  }
  return "contradictory";
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
  /** The runs of the time in the order in which the round showed them. */
  readonly order: string;
}

/** Reads the runs of one time once from their first to their last. */
async function readRound(time: number, from: number, { shown, readAt }: RoundRules): Promise<Round> {
  let start: number | null = null;
  let index = from;
  let order = "";
  for (let pages = 1; pages <= PAGES_MAX; pages += 1) {
    const page = await readAt(index);
    order += noteShown(page, time, shown).join("\n");
    const seen = lookAt(page, time);
    start ??= seen.start;
    const round = { start, pages, order, total: page.total };
    if (seen.end !== null) return { ...round, end: seen.end, isOnePage: seen.start !== null };
    const end = endIndexOf(page);
    if (end <= index) return { ...round, end: null, isOnePage: false };
    index = end;
  }
  return { start, end: null, isOnePage: false, pages: PAGES_MAX, order, total: null };
}
