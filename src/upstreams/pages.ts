import { type Clock, UpstreamError } from "#domain";
import type { PageShape } from "./envelope.ts";
import type { InvocationWindow, PageRequest } from "./upstream.ts";

/** Reads one page: `pageNumber` from 1, `pageSize` at most 50. */
export type AskPage<Item> = (pageNumber: number, pageSize: number) => Promise<PageShape<Item>>;

/** What one action allows, as its answers have shown so far. */
export interface PageLimit {
  readonly maxPageSize: number;
  lower(pageSize: number): void;
}

/** Largest page of the invocation actions; documents up to 2018 have 20. */
export const MAX_PAGE_SIZE = 50;

/** What documents of 2018 allow. */
const OLD_MAX_PAGE_SIZE = 20;

/** What is tried where a page is refused as too large, one after the other; 10 is what the vendor's documents have by default. */
const SMALLER_PAGE_SIZES = [MAX_PAGE_SIZE, OLD_MAX_PAGE_SIZE, 10];

/** How long a smaller page is remembered: one odd answer must not make every list dear for good. */
const REMEMBERED_MS = 600_000;

/** Starts with the largest page, 50 unless told otherwise; what it has learned is forgotten ten minutes later. */
export function createPageLimit(clock: Clock, largest = MAX_PAGE_SIZE): PageLimit {
  let lowered = largest;
  let until = Number.NEGATIVE_INFINITY;
  const current = (): number => (clock.elapsed() < until ? lowered : largest);
  return {
    get maxPageSize() {
      return current();
    },
    lower(pageSize) {
      lowered = Math.max(1, Math.min(current(), pageSize));
      until = clock.elapsed() + REMEMBERED_MS;
    },
  };
}

/** One page, asked for again in smaller sizes, down to 10, where the upstream refuses the size. */
async function readLimited<Item>(
  page: PageRequest,
  limit: PageLimit,
  ask: AskPage<Item>,
): Promise<{ readonly shape: PageShape<Item>; readonly pageNumber: number; readonly pageSize: number }> {
  const fitted = fit(page, limit.maxPageSize);
  try {
    const shape = await ask(fitted.pageNumber, fitted.pageSize);
    return { shape, ...fitted };
  } catch (error) {
    const smaller = isPageSizeRefused(error) ? smallerPageSize(fitted.pageSize) : undefined;
    if (smaller === undefined) throw error;
    limit.lower(smaller);
    return readLimited(page, limit, ask);
  }
}

/**
 * One page of a list with its true place in it. Where the upstream clamps the page silently, this is remembered, and a
 * page that therefore lies elsewhere is asked for once more where it should be.
 */
export async function readWindow<Item>(
  page: PageRequest,
  limit: PageLimit,
  ask: AskPage<Item>,
): Promise<Omit<InvocationWindow, "items"> & { readonly items: readonly Item[] }> {
  const { shape, pageNumber, pageSize } = await readLimited(page, limit, ask);
  const used = usedPageSize(shape, pageNumber, pageSize);
  if (used < pageSize) limit.lower(used);
  const offset = (pageNumber - 1) * used;
  const wanted = (page.pageNumber - 1) * page.pageSize;
  if (used < pageSize && (wanted < offset || wanted >= offset + used)) return readWindow(page, limit, ask);
  return {
    items: shape.items,
    offset,
    pageSize: used,
    totalCount: totalOf(shape, offset),
    unreadableCount: shape.unreadableCount,
  };
}

/** The page that holds the first index asked for, where pages must be smaller than asked. */
export function fit(page: PageRequest, maxPageSize: number): PageRequest {
  if (page.pageSize <= maxPageSize) return page;
  const first = (page.pageNumber - 1) * page.pageSize;
  return { pageNumber: Math.floor(first / maxPageSize) + 1, pageSize: maxPageSize };
}

/**
 * The page size that the upstream used. A page that is shorter than the size it tells may as well be the list's end under the
 * size that was asked for; on the very first page, which begins at 0 whatever its size is, that is the better guess.
 */
export function usedPageSize(shape: PageShape<unknown>, pageNumber: number, asked: number): number {
  const length = lengthOf(shape);
  const told = shape.pageSize ?? asked;
  if (told >= 1 && told < asked && length <= told && (length === told || pageNumber > 1)) return told;
  const isCutShort = length === OLD_MAX_PAGE_SIZE && length < asked && (shape.totalCount ?? 0) > length;
  return isCutShort && pageNumber === 1 ? length : asked;
}

/** The length of the whole list. A total below what was just seen is none: some samples say 0 beside a full list. */
export function totalOf(shape: PageShape<unknown>, offset: number): number | null {
  const length = lengthOf(shape);
  if (shape.totalCount === null || (length > 0 && shape.totalCount < offset + length)) return null;
  return shape.totalCount;
}

/** True if the upstream refuses the size of a page. */
export function isPageSizeRefused(error: unknown): boolean {
  return error instanceof UpstreamError && /^InvalidParam(eter)?\.PageSize/i.test(error.upstreamCode ?? "");
}

/** The page size to try if the upstream refuses this one; undefined if there is none. */
export function smallerPageSize(refused: number): number | undefined {
  return SMALLER_PAGE_SIZES.find((pageSize) => pageSize < refused);
}

/** What a page says about the end of its list; `doubt` if the page is short although the total says that more follows. */
export type ListEnd = "reached" | "ahead" | "doubt";

/**
 * Whether a list ends with this page. An empty page ends it. Behind the first page a full one never does, whatever the total
 * says: an upstream that repeats records at the beginning of a page has others left over in the end.
 */
export function listEnd(page: {
  readonly offset: number;
  readonly pageSize: number;
  readonly length: number;
  readonly total: number | null;
}): ListEnd {
  const { offset, pageSize, length, total } = page;
  if (length === 0) return "reached";
  const end = offset + length;
  if (length >= pageSize) return total === end && offset === 0 ? "reached" : "ahead";
  return total === null || total <= end ? "reached" : "doubt";
}

/** How many places of the list a page takes. */
export function lengthOf(page: PageShape<unknown>): number {
  return page.items.length + page.unreadableCount;
}
