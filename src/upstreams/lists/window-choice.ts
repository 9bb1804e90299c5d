import type { PagePlace } from "../contract/index.ts";

/**
 * The page that holds the record in front of an index, and as many records from the index on as can be had. Pages begin at
 * multiples of their size only. So of the sizes that can be had, the one wins whose page begins closest in front of
 * that record: such a page proves that nothing was skipped and brings about 48 new records.
 *
 * If pages are so small that no page does both, the page brings new records and proves nothing.
 */
export function chooseWindow(index: number, maxPageSize: number, minPageSize = maxPageSize / 2): PagePlace {
  const anchor = Math.max(0, index - 1);
  let best: PagePlace = { pageNumber: Math.floor(index / maxPageSize) + 1, pageSize: maxPageSize };
  let bestEnd = index;
  for (let pageSize = maxPageSize; pageSize >= minPageSize; pageSize -= 1) {
    const start = Math.floor(anchor / pageSize) * pageSize;
    if (start + pageSize <= bestEnd) continue;
    bestEnd = start + pageSize;
    best = { pageNumber: start / pageSize + 1, pageSize };
  }
  return best;
}
