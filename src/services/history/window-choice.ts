import type { PageRequest } from "#upstreams";
import type { Direction } from "./run-key.ts";

/** Runs one upstream page holds at most (the vendor's document DescribeInvocations, PageSize and MaxResults). */
export const PAGE_SIZE_MAX = 50;

/** Worth more than any number of records: behind the first page, a full page does not prove that the list ends with it. */
const END_PROOF = 1_000;

/** What a window is chosen for. */
export interface WindowNeed {
  readonly direction: Direction;
  /** Index of the first record that is wanted, in the direction of reading. */
  readonly index: number;
  /** Page sizes above this are not honoured by the upstream. */
  readonly pageSizeMax: number;
  /** Length of the list where it is known: reading backwards from its end, a window that reaches past it proves the end. */
  readonly total: number | null;
}

/**
 * The page that holds the record in front of the wanted one, the anchor, and as many wanted ones behind it as can be had.
 *
 * Pages begin at multiples of their size only, so the size is what steers: among the sizes from half the maximum up, the one
 * whose page boundary lies closest in front of the anchor wins. Such a page both proves that nothing was skipped and yields
 * new records, so one call does both.
 */
export function chooseWindow(need: WindowNeed): PageRequest {
  const { direction, pageSizeMax } = need;
  const last = need.total === null ? Number.POSITIVE_INFINITY : Math.max(need.total - 1, 0);
  const index = Math.max(0, need.index);
  const anchor = direction > 0 ? Math.max(0, index - 1) : Math.min(index + 1, Math.max(last, index));
  let best: PageRequest = { pageNumber: Math.floor(anchor / pageSizeMax) + 1, pageSize: pageSizeMax };
  let bestYield = -1;
  for (let pageSize = pageSizeMax; pageSize >= Math.max(Math.min(2, pageSizeMax), pageSizeMax / 2); pageSize -= 1) {
    const start = Math.floor(anchor / pageSize) * pageSize;
    const provesEnd = direction < 0 && anchor >= last && start + pageSize > last + 1 ? END_PROOF : 0;
    const records = (direction > 0 ? start + pageSize - index : index - start + 1) + provesEnd;
    if (records > bestYield) {
      bestYield = records;
      best = { pageNumber: start / pageSize + 1, pageSize };
    }
  }
  return best;
}

/** One text for one page. */
export function pageName({ pageNumber, pageSize }: PageRequest): string {
  return `${pageNumber}/${pageSize}`;
}

/** How many wanted records a page can hold that is asked for `index`. */
export function windowYield(page: PageRequest, index: number, direction: Direction): number {
  const start = (page.pageNumber - 1) * page.pageSize;
  return direction > 0 ? start + page.pageSize - index : index - start + 1;
}
