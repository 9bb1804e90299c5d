import type { Clock } from "#domain";
import type { PagePlace } from "../contract/index.ts";
import type { PageShape } from "../mapping/index.ts";

/** What shows that pages must be smaller: their length, the refusal of a parameter, or an answer that was too large to be read. */
export type LimitReason = "length" | "PageSize" | "MaxResults" | "bytes";

/** What one action allows, as its answers have shown so far. */
export interface PageLimit {
  readonly maxPageSize: number;
  /** Smallest size that pages can be asked for; the largest one if the upstream has pages of one size, whatever it is asked for. */
  readonly minPageSize: number;
  /** The upstream answers pages of this size although it was asked for smaller ones; until a smaller size shows. */
  fix(pageSize: number): void;
  /** @param why what has shown it; the least of all that was shown counts */
  lower(pageSize: number, why?: LimitReason): void;
  /** Forgets what was lowered for this reason alone. */
  forget(why: LimitReason): void;
  /** Length of the longest page of late: a shorter one was not cut. */
  readonly longest: number;
  noteLength(length: number): void;
}

/** Largest page of the invocation actions; documents up to 2018 have 20. */
const MAX_PAGE_SIZE = 50;

/** What documents of 2018 allow. */
const OLD_MAX_PAGE_SIZE = 20;

/** What the vendor's documents have by default. */
export const SMALLEST_PAGE_SIZE = 10;

/** What is tried where a page is refused as too large, one after the other. */
const SMALLER_PAGE_SIZES = [MAX_PAGE_SIZE, OLD_MAX_PAGE_SIZE, SMALLEST_PAGE_SIZE];

/** How long a smaller page is remembered: one odd answer must not make every list costly for good. */
const REMEMBERED_MS = 600_000;

/** Starts with the largest page, 50 unless told otherwise; what it has learned is forgotten ten minutes later. */
export function createPageLimit(clock: Clock, largest = MAX_PAGE_SIZE): PageLimit {
  const lowered = new Map<LimitReason, { readonly size: number; readonly until: number }>();
  let seen = { length: 0, until: Number.NEGATIVE_INFINITY };
  let fixed: { readonly size: number; readonly until: number } | null = null;
  const fixedSize = (): number | null => (fixed !== null && clock.elapsed() < fixed.until ? fixed.size : null);
  const current = (): number => {
    const now = clock.elapsed();
    return Math.min(largest, ...[...lowered.values()].filter(({ until }) => now < until).map(({ size }) => size));
  };
  const longest = (): number => (clock.elapsed() < seen.until ? seen.length : 0);
  return {
    get maxPageSize() {
      return fixedSize() ?? current();
    },
    get minPageSize() {
      return fixedSize() ?? Math.ceil(current() / 2);
    },
    fix(size) {
      fixed = { size, until: clock.elapsed() + REMEMBERED_MS };
    },
    lower(pageSize, why = "length") {
      fixed = null;
      const size = Math.max(1, Math.min(current(), pageSize));
      lowered.set(why, { size, until: clock.elapsed() + REMEMBERED_MS });
    },
    forget: (why) => void lowered.delete(why),
    get longest() {
      return longest();
    },
    noteLength(length) {
      if (length > longest()) seen = { length, until: clock.elapsed() + REMEMBERED_MS };
    },
  };
}

/** The page that holds the first index asked for, if pages must be smaller than asked, or of one size. */
export function fit(page: PagePlace, { maxPageSize, minPageSize }: PageLimit): PagePlace {
  if (page.pageSize <= maxPageSize && (page.pageSize === maxPageSize || minPageSize < maxPageSize)) return page;
  const first = (page.pageNumber - 1) * page.pageSize;
  return { pageNumber: Math.floor(first / maxPageSize) + 1, pageSize: maxPageSize };
}

/**
 * The page size that the upstream used. A page that is longer than what was asked for shows it: one that is shorter, if it tells. A
 * page that is shorter than the size it tells may as well be the list's end under the size that was asked for; on the very first page, which begins at 0 whatever its size is, that is the better guess.
 */
export function usedPageSize(shape: PageShape<unknown>, pageNumber: number, asked: number, largest = asked): number {
  const length = lengthOf(shape);
  const told = shape.pageSize ?? asked;
  if (length > asked) return Math.max(length, told);
  if (told > asked && told <= largest && length > 0 && length < asked && pageNumber > 1) return told;
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
