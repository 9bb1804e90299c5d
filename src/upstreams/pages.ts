import { UpstreamError } from "#domain";
import type { PageShape } from "./envelope.ts";
import { mapBounded } from "./parallel.ts";
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

const OLD_MAX_PAGE_SIZE = 20;

/** Starts with the largest page, 50 unless told otherwise, and only ever shrinks. */
export function createPageLimit(largest = MAX_PAGE_SIZE): PageLimit {
  let maxPageSize = largest;
  return {
    get maxPageSize() {
      return maxPageSize;
    },
    lower(pageSize) {
      maxPageSize = Math.max(1, Math.min(maxPageSize, pageSize));
    },
  };
}

/** One page, asked for again with the old limit of 20 where the upstream refuses the size. */
export async function readLimited<Item>(
  page: PageRequest,
  limit: PageLimit,
  ask: AskPage<Item>,
): Promise<{ readonly shape: PageShape<Item>; readonly pageNumber: number; readonly pageSize: number }> {
  const fitted = fit(page, limit.maxPageSize);
  try {
    const shape = await ask(fitted.pageNumber, fitted.pageSize);
    return { shape, ...fitted };
  } catch (error) {
    if (!isPageSizeRefused(error) || fitted.pageSize <= OLD_MAX_PAGE_SIZE) throw error;
    limit.lower(OLD_MAX_PAGE_SIZE);
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
  const length = lengthOf(shape);
  if (used < pageSize) limit.lower(used);
  const offset = (pageNumber - 1) * used;
  const wanted = (page.pageNumber - 1) * page.pageSize;
  if (used < pageSize && (wanted < offset || wanted >= offset + used)) return readWindow(page, limit, ask);
  return {
    items: shape.items,
    offset,
    pageSize: used,
    totalCount: totalOf(shape, offset, length),
    unreadableCount: shape.unreadableCount,
  };
}

/** How a whole list is walked. */
export interface Walk<Item> {
  readonly limit: PageLimit;
  readonly ask: AskPage<Item>;
  /** Pages that are surely needed, asked for at once. */
  readonly surePages: number;
  /** Tells records apart; a page on which nothing is new ends the walk. */
  keyOf(item: Item): string;
  /** True once no further page is needed. */
  isEnough(items: readonly Item[]): boolean;
  /** Called where the list does not end within {@link MAX_WALK_PAGES}. */
  giveUp(): never;
}

/** What a walk found. */
export interface WalkedList<Item> {
  readonly items: readonly Item[];
  /** True where records came twice and the total says that others are missing: the order changed between two pages. */
  readonly isTorn: boolean;
}

/** No run has as many instances, and no region as many servers, as this many pages hold. */
export const MAX_WALK_PAGES = 200;

const PAGES_AT_ONCE = 4;

/** Every record of a list, each page by its number; ends with an empty page, a page without news, or where the total says so. */
export async function walkPages<Item>(walk: Walk<Item>): Promise<WalkedList<Item>> {
  const pageSize = walk.limit.maxPageSize;
  try {
    return await walkWith(walk, pageSize);
  } catch (error) {
    if (!isPageSizeRefused(error) || pageSize <= OLD_MAX_PAGE_SIZE) throw error;
    walk.limit.lower(OLD_MAX_PAGE_SIZE);
    return walkPages(walk);
  }
}

async function walkWith<Item>(walk: Walk<Item>, pageSize: number): Promise<WalkedList<Item>> {
  const found = new Map<string, Item>();
  let readCount = 0;
  let total = 0;
  let isMixed = false;
  let nextPage = 1;
  let pageCount = Math.max(1, walk.surePages);
  while (pageCount > 0) {
    if (nextPage + pageCount - 1 > MAX_WALK_PAGES) return walk.giveUp();
    const numbers = Array.from({ length: pageCount }, (_, index) => nextPage + index);
    const pages = await mapBounded(numbers, PAGES_AT_ONCE, (pageNumber) => walk.ask(pageNumber, pageSize));
    const before = found.size;
    for (const item of pages.flatMap((page) => page.items)) found.set(walk.keyOf(item), item);
    const length = pages.reduce((sum, page) => sum + lengthOf(page), 0);
    const newCount = found.size - before;
    readCount += length;
    // Pages that repeat others and bring nothing are an upstream that does not page, or a wrong total: nothing is missing.
    isMixed ||= newCount > 0 && newCount < length;
    total = Math.max(total, ...pages.map((page) => page.totalCount ?? 0));
    const isOver = newCount === 0 || walk.isEnough([...found.values()]);
    pageCount = isOver ? 0 : pagesLeft(pages, readCount, pageSize);
    nextPage += numbers.length;
  }
  return { items: [...found.values()], isTorn: isMixed && found.size < total };
}

function pagesLeft(pages: readonly PageShape<unknown>[], readCount: number, asked: number): number {
  const last = pages.at(-1);
  if (last === undefined || lengthOf(last) === 0) return 0;
  const used = usedPageSize(last, 1, asked);
  const total = last.totalCount !== null && last.totalCount >= readCount ? last.totalCount : null;
  if (total === null || total === readCount) return total === null && lengthOf(last) >= used ? 1 : 0;
  if (lengthOf(last) < used) return 1;
  return Math.min(PAGES_AT_ONCE, Math.ceil((total - readCount) / used));
}

function lengthOf(page: PageShape<unknown>): number {
  return page.items.length + page.unreadableCount;
}

/** The page that holds the first index asked for, where pages must be smaller than asked. */
function fit(page: PageRequest, maxPageSize: number): PageRequest {
  if (page.pageSize <= maxPageSize) return page;
  const first = (page.pageNumber - 1) * page.pageSize;
  return { pageNumber: Math.floor(first / maxPageSize) + 1, pageSize: maxPageSize };
}

// A page that is shorter than the size it tells may as well be the list's end under the size that was asked for; on the
// very first page, which begins at 0 whatever its size is, that is the better guess.
function usedPageSize(shape: PageShape<unknown>, pageNumber: number, asked: number): number {
  const length = lengthOf(shape);
  const told = shape.pageSize ?? asked;
  if (told >= 1 && told < asked && length <= told && (length === told || pageNumber > 1)) return told;
  const isCutShort = length === OLD_MAX_PAGE_SIZE && length < asked && (shape.totalCount ?? 0) > length;
  return isCutShort && pageNumber === 1 ? length : asked;
}

// A total below what was just seen is no total: token mode and some samples tell 0 beside a full list.
function totalOf(shape: PageShape<unknown>, offset: number, length: number): number | null {
  if (shape.totalCount === null || (length > 0 && shape.totalCount < offset + length)) return null;
  return shape.totalCount;
}

function isPageSizeRefused(error: unknown): boolean {
  return error instanceof UpstreamError && /^InvalidParam(eter)?\.PageSize/i.test(error.upstreamCode ?? "");
}
