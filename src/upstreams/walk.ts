import type { PageShape } from "./envelope.ts";
import { type AskPage, isPageSizeRefused, lengthOf, type PageLimit, smallerPageSize, usedPageSize } from "./pages.ts";
import { mapBounded } from "./parallel.ts";

/** How a whole list is walked. */
interface Walk<Item> {
  readonly limit: PageLimit;
  readonly ask: AskPage<Item>;
  /** Pages that are surely needed, asked for at once. */
  readonly surePages: number;
  /** Tells records apart; a page on which nothing is new ends the walk. */
  keyOf(item: Item): string;
  /** True once no further page is needed. */
  isEnough(items: readonly Item[]): boolean;
  /** Called where the list does not end within 200 pages. */
  giveUp(): never;
}

/** What a walk found. */
export interface WalkedList<Item> {
  readonly items: readonly Item[];
  /** True where records came twice and the total says that others are missing: the order changed between two pages. */
  readonly isTorn: boolean;
}

// No run has as many instances, and no region as many servers, as this many pages hold.
const MAX_WALK_PAGES = 200;

const PAGES_AT_ONCE = 4;

/** Every record of a list, each page by its number; ends with an empty page, a page without news, or where the total says so. */
export async function walkPages<Item>(walk: Walk<Item>): Promise<WalkedList<Item>> {
  const pageSize = walk.limit.maxPageSize;
  try {
    return await walkWith(walk, pageSize);
  } catch (error) {
    const smaller = isPageSizeRefused(error) ? smallerPageSize(pageSize) : undefined;
    if (smaller === undefined) throw error;
    walk.limit.lower(smaller);
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
