import type { Operation } from "#domain";
import { DeadPlaceError } from "#upstreams";
import { bottomOf, type IndexedPage, type ListState, type Mark } from "./list-notes.ts";
import { withDeepOrder, withUnordered } from "./list-order.ts";
import { placeBehind } from "./list-place.ts";
import { lateAmong, withMore } from "./list-reading.ts";
import { isOffPlace, stepBack } from "./list-step-back.ts";
import type { OpenList } from "./open-list.ts";
import { settleTie, tieOnPage } from "./tie.ts";

/** What reading on from a mark told. */
export interface Extension {
  readonly state: ListState;
  /** The runs of an answer that showed nothing but what is known, and that not further down; else none. */
  readonly known: readonly string[];
}

/**
 * Reads one answer behind a mark and keeps it together with what it tells of the list. One call, if the answer meets what is
 * known and no creation time lies across it.
 * @param state the list as it is known now
 * @param isArrival true if this goes on at the newest end, where what is new has just come
 * @throws DeadPlaceError if the upstream does not know the place any more @throws UpstreamError
 */
export async function extend(
  list: OpenList,
  before: ListState,
  base: Mark,
  isArrival: boolean,
  operation: Operation,
): Promise<Extension> {
  const { notes } = before;
  const { mode, shift } = notes;
  const first = await list.readInMode(mode, placeBehind(list, base, shift), base.index + shift, operation);
  const read = isOffPlace(first, base, notes) ? await stepBack(list, first, base, notes, operation) : first;
  const page = withDeepOrder(read, before);
  if (page.isUnordered) return extendUnordered(list, before, base, page, isArrival);
  const fresh = await list.findNew(page.runs);
  const tie = tieOnPage(page, base) ?? (await settleTie(list, page, base, notes, operation));
  const arrivals = isArrival && page.mode === "page" ? fresh.length : 0;
  const late = lateAmong(fresh, before, list, isArrival ? [] : page.runs);
  const state = withMore(await list.load(), page, { base, tie, arrivals, late });
  await list.keep(page, state);
  const known = fresh.length === 0 && isAside(page, base) ? page.runs : [];
  return { state, known: known.map(({ invokeId }) => invokeId) };
}

/** Keeps an answer of a list that has no order: no time lies across two of its answers, and none is known whole before its end. */
async function extendUnordered(
  list: OpenList,
  before: ListState,
  base: Mark,
  page: IndexedPage,
  isArrival: boolean,
): Promise<Extension> {
  const fresh = await list.findNew(page.runs);
  const late = lateAmong(fresh, before, list, isArrival ? [] : page.runs);
  const state = withUnordered(await list.load(), base, page, late);
  await list.keep(page, state);
  return { state, known: fresh.length === 0 ? page.runs.map(({ invokeId }) => invokeId) : [] };
}

/** Reads the answer behind a mark once more, for its runs alone; the newest end's if there is no mark. @throws UpstreamError */
export async function readAgain(list: OpenList, mark: Mark | null, operation: Operation): Promise<void> {
  const { shift } = (await list.load()).notes;
  await list.writeRuns(await list.read(mark === null ? null : placeBehind(list, mark, shift), 0, operation));
}

/** Reads the last answer of a list that tells its length, and keeps what it tells of runs behind it. No call for a list of one answer. */
export async function readEnd(list: OpenList, operation: Operation): Promise<void> {
  const { total, marks } = (await list.load()).notes;
  const place = total === null || marks.length === 0 ? null : list.placeAt(total - 1);
  if (place === null) return;
  try {
    const page = await list.read(place, 0, operation);
    await list.keep(page, await list.load());
  } catch (error) {
    if (!(error instanceof DeadPlaceError)) throw error;
  }
}

/** True if an answer does not lead further down. */
function isAside(page: IndexedPage, base: Mark): boolean {
  return page.mode === "token" && bottomOf(page, base.time) >= base.time;
}
