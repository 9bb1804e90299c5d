import { UpstreamError } from "#domain";
import { isDeadToken } from "../contract/index.ts";
import type { PageShape } from "../mapping/index.ts";
import { lengthOf, usedPageSize } from "./pages.ts";
import {
  askAgain,
  askOnce,
  isCutWithoutToken,
  isPageAnswer,
  isTokenAnswer,
  type Paging,
  type PagingParameters,
} from "./paging.ts";
import { sizeOfFirst } from "./silent-cut.ts";
import { nextTokenPlace, type TokenPlace } from "./token-place.ts";

/** How a whole list is read. */
export interface AllPages<Item> {
  readonly paging: Paging;
  ask(parameters: PagingParameters): Promise<PageShape<Item>>;
  /** Tells records apart; a page on which nothing is new ends a list in page mode. */
  keyOf(item: Item): string;
  /** True once no further page is needed. */
  isEnough(items: readonly Item[]): boolean;
  /** Fails the source: the list does not end within 200 answers, or goes on without anything new. */
  giveUp(): never;
}

/**
 * Why records of a list are missing. `shuffled`: some came twice, since the order changed between two pages. `unreadable`: some
 * cannot be read. `cut`: fewer show than a total says that counts. `again`: a token led back to records that had been shown.
 */
export type Lack = "shuffled" | "unreadable" | "cut" | "again";

/** What was read of a whole list. */
export interface AllItems<Item> {
  readonly items: readonly Item[];
  /** Why records are missing; null if none seems to be. */
  readonly lack: Lack | null;
  /** How many records the list said that it has; 0 if it did not say. */
  readonly told: number;
  /** Why the list could not be read on; null if it was read as far as it had to be. */
  readonly failure: UpstreamError | null;
}

// No run has as many instances, and no region as many servers, as this many pages hold.
const MAX_ANSWERS = 200;

/** How many answers in token mode may bring nothing new, one after the other. */
const MAX_BARREN_ANSWERS = 20;

const PAGES_AT_ONCE = 4;

// No upstream cuts its pages to fewer. Beside a shorter page, and a member for a token, the total may be one in token mode.
const LEAST_PAGE_SIZE = 10;

/**
 * Every record of a list once, by tokens or by pages, as the upstream answers. A page that fails costs only what it would have told.
 * @throws UpstreamError if no record could be read
 */
export async function readAllPages<Item>(reading: AllPages<Item>): Promise<AllItems<Item>> {
  const collection = createCollection(reading);
  try {
    return await begin(reading, collection);
  } catch (error) {
    const items = collection.items();
    if (!(error instanceof UpstreamError) || items.length === 0) throw error;
    const failure = collection.isEnough() ? null : error;
    return { items, lack: collection.lack("nothing"), told: collection.told(), failure };
  }
}

/** @param isInPages true once a token was of no use: those that the first answer gives are then left alone, or it would begin without end */
async function begin<Item>(
  reading: AllPages<Item>,
  collection: Collection<Item>,
  isInPages = false,
): Promise<AllItems<Item>> {
  const { sent, shape } = await askAgain(reading.paging, reading.paging.first, reading.ask);
  collection.add([shape]);
  const { pageNumber, pageSize } = sent;
  const isToken = !isInPages && pageSize !== undefined && isTokenAnswer(reading.paging, shape, pageSize);
  const { paging, ask, keyOf: nameOf } = reading;
  const isUnpaged = pageNumber === undefined || pageSize === undefined;
  const isCut = isUnpaged && isCutWithoutToken(shape);
  if (isCut && !collection.isEnough() && paging.offerPages()) return begin(reading, collection, isInPages);
  if (isUnpaged || isToken) return readByTokens(reading, collection, shape, isCut);
  const isFirst = pageNumber === 1 && !collection.isEnough();
  const used = isFirst ? await sizeOfFirst({ paging, key: "all", ask, nameOf }, shape, pageSize) : pageSize;
  return readByPages(reading, collection, shape, used);
}

async function readByTokens<Item>(
  reading: AllPages<Item>,
  collection: Collection<Item>,
  first: PageShape<Item>,
  isCut: boolean,
): Promise<AllItems<Item>> {
  // An answer in which nothing is new is seen by the collection.
  const placeBehind = (answer: PageShape<Item>, from: TokenPlace | null) =>
    answer.nextToken === null
      ? null
      : nextTokenPlace(from, answer.nextToken, { length: lengthOf(answer), lastName: null, isAgain: false });
  let last = first;
  let place = placeBehind(first, null);
  while (place !== null && !collection.isEnough()) {
    reading.paging.note("token");
    const from: TokenPlace = place;
    const answer = await askByToken(reading, collection, from);
    // A dead token or another mode: what was read stays, and the list is read again from its beginning.
    if (answer === null) return begin(reading, collection, true);
    collection.add([answer]);
    place = placeBehind(answer, from);
    if (answer.nextToken !== null && place === null) return reading.giveUp();
    last = answer;
  }
  const endsAgain = last !== first && last.items.length > 0 && collection.isBarren() && !collection.isEnough();
  const lack = collection.lack(isCut ? "a cut" : "nothing") ?? (endsAgain ? "again" : null);
  return { items: collection.items(), lack, told: isCut ? collection.told() : 0, failure: null };
}

async function askByToken<Item>(
  reading: AllPages<Item>,
  collection: Collection<Item>,
  from: TokenPlace,
): Promise<PageShape<Item> | null> {
  try {
    const parameters = () => reading.paging.byToken(from.token, from.passed);
    const { sent, shape } = await askAgain(reading.paging, parameters, reading.ask);
    return isPageAnswer(shape, sent.pageNumber, from.passed, collection.holds) ? null : shape;
  } catch (error) {
    if (isDeadToken(error)) return null;
    throw error;
  }
}

async function readByPages<Item>(
  reading: AllPages<Item>,
  collection: Collection<Item>,
  first: PageShape<Item>,
  pageSize: number,
): Promise<AllItems<Item>> {
  let readCount = lengthOf(first);
  let nextPage = 2;
  let pageCount = pagesLeft([first], readCount, pageSize);
  while (pageCount > 0 && !collection.isEnough()) {
    const numbers = Array.from({ length: pageCount }, (_, index) => nextPage + index);
    const asked = await Promise.allSettled(numbers.map((pageNumber) => askOnce({ pageNumber, pageSize }, reading.ask)));
    const pages = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    collection.add(pages);
    const failures = asked.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
    if (failures.length > 0) {
      // What the upstream did not cause ends the operation, whichever page met it.
      const failure = failures.find((one) => !(one instanceof UpstreamError)) ?? failures[0];
      if (!reading.paging.learnFrom(failure, { pageNumber: nextPage, pageSize })) throw failure;
      // Pages of another size lie elsewhere: what was read stays, and the list is read again from its beginning.
      return begin(reading, collection);
    }
    readCount += pages.reduce((sum, page) => sum + lengthOf(page), 0);
    pageCount = collection.isBarren() ? 0 : pagesLeft(pages, readCount, pageSize);
    nextPage += numbers.length;
  }
  const isFull = lengthOf(first) >= Math.max(LEAST_PAGE_SIZE, usedPageSize(first, 1, pageSize));
  const isInTokens = first.hasTokenMember || reading.paging.mode() === "token";
  const lack = collection.lack(isInTokens && !isFull && lengthOf(first) > 0 ? "what was hidden" : "a cut");
  return { items: collection.items(), lack, told: collection.told(), failure: null };
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

/** The records that were read so far. */
interface Collection<Item> {
  items(): readonly Item[];
  holds(item: Item): boolean;
  /** Fails the source if it answers without end. */
  add(pages: readonly PageShape<Item>[]): void;
  isEnough(): boolean;
  /** True if the latest pages brought nothing new. */
  isBarren(): boolean;
  /**
   * @param totalTells what a total tells that was not reached: nothing, as in token mode, that others were hidden by records that
   * came twice, or also that the list was cut
   */
  lack(totalTells: "nothing" | "what was hidden" | "a cut"): Lack | null;
  told(): number;
}

function createCollection<Item>({ keyOf, isEnough, giveUp }: AllPages<Item>): Collection<Item> {
  const found = new Map<string, Item>();
  const counts = { answers: 0, barren: 0, total: 0, unreadable: 0 };
  let isMixed = false;
  const items = () => [...found.values()];
  return {
    items,
    holds: (item) => found.has(keyOf(item)),
    add(pages) {
      const before = found.size;
      for (const item of pages.flatMap((page) => page.items)) found.set(keyOf(item), item);
      const length = pages.reduce((sum, page) => sum + page.items.length, 0);
      const newCount = found.size - before;
      isMixed ||= newCount > 0 && newCount < length;
      counts.unreadable += pages.reduce((sum, page) => sum + page.unreadableCount, 0);
      counts.total = Math.max(counts.total, ...pages.map((page) => page.totalCount ?? 0));
      counts.barren = newCount > 0 ? 0 : counts.barren + 1;
      counts.answers += pages.length;
      if (counts.answers >= MAX_ANSWERS || counts.barren > MAX_BARREN_ANSWERS) giveUp();
    },
    isEnough: () => isEnough(items()),
    isBarren: () => counts.barren > 0,
    lack(totalTells) {
      const isShort = totalTells !== "nothing" && found.size < counts.total;
      if (isShort && isMixed) return "shuffled";
      if (counts.unreadable > 0) return "unreadable";
      return isShort && totalTells === "a cut" ? "cut" : null;
    },
    told: () => counts.total,
  };
}
