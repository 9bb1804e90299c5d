import type { Operation } from "#domain";
import { LIST_END, NO_TIME } from "#store";
import type { PagePlace } from "#upstreams";
import { bottomOf, endIndexOf, flawOf, type IndexedPage, type ListNotes, type Mark, timesOf } from "./list-notes.ts";
import { uncertainFrom } from "./list-place.ts";
import type { OpenList } from "./open-list.ts";

/** Records that a page begins earlier if the list moved up; doubled until the page meets known ground. */
const STEP_BACK = 5;
const STEP_BACK_MAX = 400;

/** True if a page begins behind the runs that were known, since others in front of them vanished, or shows less than it tells of. */
export function isOffPlace(page: IndexedPage, base: Mark, { shift }: ListNotes): boolean {
  return isShort(page, base, shift) || isBehindGap(page, base, shift);
}

/**
 * Reads further in front until a page meets what is known; one that shows less than it tells of is returned with its flaw unless
 * the page in front shows anything new. @throws UpstreamError
 */
export async function stepBack(
  list: OpenList,
  first: IndexedPage,
  base: Mark,
  { mode, shift }: ListNotes,
  operation: Operation,
): Promise<IndexedPage> {
  const passed = base.index + shift;
  const readBack = (back: number): Promise<IndexedPage> => {
    const place = list.placeAt(Math.max(0, uncertainFrom(base, shift) - back));
    const isFar = back === STEP_BACK && place !== null && "pageNumber" in place && endOf(place) < first.offset;
    return list.readInMode(mode, isFar ? list.placeAt(first.offset - 1) : place, 0, operation);
  };
  let page = first;
  let back = STEP_BACK;
  if (isShort(first, base, shift)) {
    // It may as well be the page that begins off its place. A list that says that it is longer is followed no further back.
    page = await readBack(back);
    if ((await list.findNew(page.runs)).length === 0) return { ...first, flaw: flawOf(first, passed) };
    back *= 2;
  }
  for (; back <= STEP_BACK_MAX && isBehindGap(page, base, shift); back *= 2) page = await readBack(back);
  const met = joined(page, first);
  return { ...met, flaw: flawOf(met, passed) };
}

function endOf({ pageNumber, pageSize }: PagePlace): number {
  return pageNumber * pageSize;
}

/** The page that met what is known, with the one behind it if nothing can lie between: pages of one size never overlap. */
function joined(front: IndexedPage, behind: IndexedPage): IndexedPage {
  const isAdjacent = front.mode === "page" && endIndexOf(front) === behind.offset && front.total === behind.total;
  if (!isAdjacent || front.total === null || front.runs.length === 0) return front;
  const again = new Set(behind.runs.map(({ invokeId }) => invokeId));
  const kept = front.runs.map((run, position) => ({ run, index: front.indexes[position] ?? front.offset + position }));
  const others = kept.filter(({ run }) => !again.has(run.invokeId));
  return {
    ...behind,
    offset: front.offset,
    runs: [...others.map(({ run }) => run), ...behind.runs],
    indexes: [...others.map(({ index }) => index), ...behind.indexes],
    unreadable: front.unreadable + behind.unreadable,
    isDoubtful: front.isDoubtful || behind.isDoubtful,
  };
}

function isShort(page: IndexedPage, base: Mark, shift: number): boolean {
  return flawOf(page, base.index + shift) !== page.flaw;
}

function isBehindGap(page: IndexedPage, base: Mark, shift: number): boolean {
  if (page.mode === "token" || page.offset === 0) return false;
  if (page.runs.length === 0) return endIndexOf(page) > 0 && bottomOf(page, base.time) === LIST_END;
  const first = timesOf(page.runs).find((time) => time !== NO_TIME);
  // A page that begins in front of the base's time shows runs of it.
  if (first === undefined) return base.time !== NO_TIME && page.offset <= base.tieStart + shift;
  return first < base.time || (first === base.time && page.offset < base.tieStart + shift);
}
