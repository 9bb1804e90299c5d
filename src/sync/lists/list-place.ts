import type { Place } from "#upstreams";
import type { Mark } from "./list-notes.ts";
import type { OpenList } from "./open-list.ts";

/** So many runs of one creation time are read again with what follows, so that one page shows them whole. */
const SMALL_TIE = 10;

/** Where a list is read on behind a mark: at its place, or at the one that follows from the index. Null at the newest end. */
export function placeBehind(list: OpenList, mark: Mark, shift: number): Place | null {
  if (mark.isPlaceMeant === true) return mark.place;
  const end = mark.index + shift;
  const early = isSmallTie(mark) ? list.placeAt(Math.max(0, mark.tieStart + shift)) : null;
  const isOnward = early !== null && "pageNumber" in early && early.pageNumber * early.pageSize > end;
  return isOnward ? early : (list.placeAt(end) ?? mark.place);
}

/** Where what is not known for certain begins behind a mark: the runs of its time, or the first record behind it. */
export function uncertainFrom(mark: Mark, shift: number): number {
  // Behind the beginning of its time, a page off its place could hide some of the runs of that time.
  return (isSmallTie(mark) ? mark.tieStart : mark.index) + shift;
}

function isSmallTie({ index, tieStart }: Mark): boolean {
  return index - tieStart <= SMALL_TIE;
}
