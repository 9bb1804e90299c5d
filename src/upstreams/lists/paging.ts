import { type Clock, UpstreamError } from "#domain";
import type { PagePlace, RunListPage } from "../contract/index.ts";
import type { PageShape } from "../mapping/index.ts";
import { createPageLimit, fit, lengthOf, type PageLimit, smallerPageSize } from "./pages.ts";
import { createRepeatGuard, type RepeatGuard } from "./repeat-guard.ts";
import { chooseWindow } from "./window-choice.ts";

/** How one answer of a list is asked for, in the vendor's words. Undefined members are not sent. */
export interface PagingParameters {
  readonly pageNumber?: number | undefined;
  readonly pageSize?: number | undefined;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** What the documents say of how an action pages. */
export interface PagingOptions {
  readonly hasTokens: boolean;
  /** 50 unless told otherwise. */
  readonly maxPageSize?: number;
}

/** What the answers of one action have shown of how it pages. */
export interface Paging {
  readonly limit: PageLimit;
  /** False for an action that knows no tokens, whatever its answers hold. */
  readonly hasTokens: boolean;
  /** The mode of the latest answer that could be of this mode only; null before. */
  mode(): RunListPage["mode"] | null;
  note(mode: RunListPage["mode"]): void;
  /** Both modes at once, as long as neither was refused: the upstream chooses. Begins at the newest. */
  first(): PagingParameters;
  /** @param passed how many records lie before; an upstream that has forgotten tokens answers the page about there. */
  byToken(nextToken: string, passed: number): PagingParameters;
  /** Pages are tried once more although they were refused; false if that was of late. */
  offerPages(): boolean;
  /** Null if the upstream refuses pages. */
  byPage(place: PagePlace): PagePlace | null;
  /** What the answers of one list have shown, the list being named by its key. */
  guard(key: string): RepeatGuard;
  /** True if the request was refused for how it pages, or its answer was too large, and there is another way to try. */
  learnFrom(error: unknown, sent: PagingParameters): boolean;
}

/** How long a refused parameter is left out: the upstream may be another one after ten minutes. */
const REMEMBERED_MS = 600_000;

/** For so long after an answer with one record was too large, no other one is asked for with fewer: that takes four calls. */
const ALONE_TOO_LARGE_MS = 60_000;

/** An answer that was too large is asked for again with so many times fewer records. */
const LESS = 4;

/** Filters make lists without number. */
const REMEMBERED_LISTS = 1000;

/** Starts without knowledge; what is refused is tried again after ten minutes. */
export function createPaging(clock: Clock, options: PagingOptions): Paging {
  const limit = createPageLimit(clock, options.maxPageSize);
  const readLess = createShrinking(clock, limit);
  const guards = new Map<string, RepeatGuard>();
  let mode: RunListPage["mode"] | null = options.hasTokens ? null : "page";
  let noPagesUntil = Number.NEGATIVE_INFINITY;
  let offeredUntil = Number.NEGATIVE_INFINITY;
  let noTokensUntil = options.hasTokens ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const hasPages = (): boolean => clock.elapsed() >= noPagesUntil;
  const hasTokens = (): boolean => clock.elapsed() >= noTokensUntil;

  function refuse(what: "pages" | "tokens"): boolean {
    const isOnlyWay = what === "pages" ? !hasTokens() : !hasPages();
    if (isOnlyWay) return false;
    if (what === "pages") noPagesUntil = clock.elapsed() + REMEMBERED_MS;
    else noTokensUntil = clock.elapsed() + REMEMBERED_MS;
    // A parameter that is refused at any size has told nothing of sizes.
    limit.forget(what === "pages" ? "PageSize" : "MaxResults");
    return true;
  }

  return {
    limit,
    hasTokens: options.hasTokens,
    mode: () => mode,
    note(shown) {
      mode = shown;
    },
    first: () => ({
      ...(hasPages() ? { pageNumber: 1, pageSize: limit.maxPageSize } : {}),
      ...(hasTokens() ? { maxResults: limit.maxPageSize } : {}),
    }),
    byToken: (nextToken, passed) => ({
      ...(hasPages() ? pageAfter(passed, limit.maxPageSize) : {}),
      maxResults: limit.maxPageSize,
      nextToken,
    }),
    offerPages() {
      if (clock.elapsed() < offeredUntil) return false;
      offeredUntil = clock.elapsed() + REMEMBERED_MS;
      noPagesUntil = Number.NEGATIVE_INFINITY;
      return true;
    },
    byPage: (place) => (hasPages() ? fit(place, limit) : null),
    guard(key) {
      const guard = guards.get(key) ?? createRepeatGuard();
      guards.delete(key);
      guards.set(key, guard);
      for (const oldest of guards.keys()) if (guards.size > REMEMBERED_LISTS) guards.delete(oldest);
      return guard;
    },
    learnFrom(error, sent) {
      if (error instanceof UpstreamError && error.isTooLarge === true) return readLess(sent);
      const parameter = refusedParameter(error);
      if (parameter === "PageNumber") return sent.pageNumber !== undefined && refuse("pages");
      if (parameter === null) return false;
      const size = parameter === "PageSize" ? sent.pageSize : sent.maxResults;
      if (size === undefined) return false;
      const smaller = smallerPageSize(size);
      const isPages = parameter === "PageSize";
      if (smaller === undefined) return refuse(isPages ? "pages" : "tokens");
      // A request that was sent before others found the parameter refused at any size has nothing to add.
      if (isPages ? hasPages() : hasTokens()) limit.lower(smaller, parameter);
      return true;
    },
  };
}

/** What is done after an answer that was too large: true if fewer records may be asked for. */
function createShrinking(clock: Clock, limit: PageLimit) {
  let aloneTooLargeUntil = Number.NEGATIVE_INFINITY;
  return ({ pageSize, maxResults }: PagingParameters): boolean => {
    if (clock.elapsed() < aloneTooLargeUntil) return false;
    const size = Math.min(pageSize ?? limit.maxPageSize, maxResults ?? limit.maxPageSize);
    if (size > 1) limit.lower(Math.ceil(size / LESS), "bytes");
    else {
      // Then it is not for their number.
      limit.forget("bytes");
      aloneTooLargeUntil = clock.elapsed() + ALONE_TOO_LARGE_MS;
    }
    return size > 1;
  };
}

function refusedParameter(error: unknown): "PageNumber" | "PageSize" | "MaxResults" | null {
  if (!(error instanceof UpstreamError)) return null;
  const found = /\b(PageNumber|PageSize|MaxResults)\b/i.exec(error.upstreamCode ?? "")?.[1]?.toLowerCase();
  if (found === "pagenumber") return "PageNumber";
  return found === "pagesize" ? "PageSize" : found === "maxresults" ? "MaxResults" : null;
}

/** Asks; behind the first answer, one without a list is a failure. */
export async function askOnce<Sent extends PagingParameters, Item>(
  sent: Sent,
  ask: (sent: Sent) => Promise<PageShape<Item>>,
): Promise<PageShape<Item>> {
  const shape = await ask(sent);
  if (sent.nextToken !== undefined || (sent.pageNumber ?? 1) > 1) shape.refuseAsEnd?.();
  return shape;
}

/** Asks, and asks in another way as long as the upstream refuses how the request pages. */
export async function askAgain<Sent extends PagingParameters, Item>(
  paging: Paging,
  parameters: () => Sent,
  ask: (sent: Sent) => Promise<PageShape<Item>>,
): Promise<{ readonly sent: Sent; readonly shape: PageShape<Item> }> {
  const sent = parameters();
  try {
    return { sent, shape: await askOnce(sent, ask) };
  } catch (error) {
    if (!paging.learnFrom(error, sent)) throw error;
    return askAgain(paging, parameters, ask);
  }
}

/**
 * True if the first answer of a list shows the token mode. The total is not valid there: the vendor says 0 beside a full
 * list. So do some samples in page mode, where a full page, told to be the first one, may be followed by others.
 */
export function isTokenAnswer(paging: Paging, shape: PageShape<unknown>, askedPageSize: number): boolean {
  if (!paging.hasTokens) return false;
  if (shape.nextToken !== null) return true;
  if ((shape.totalCount ?? 0) > 0) return false;
  const length = lengthOf(shape);
  const mayGoOn = length >= askedPageSize && shape.pageNumber === 1;
  return paging.mode() === "token" || (shape.totalCount === 0 && length > 0 && !mayGoOn);
}

/** True if an answer to a request without pages says that more follows, and has no token to go on with. */
export function isCutWithoutToken(shape: PageShape<unknown>): boolean {
  return shape.nextToken === null && (shape.totalCount ?? 0) > lengthOf(shape);
}

/**
 * True if an upstream answered a request that had a token by the page that stood beside it. Some tell that page's number, and a total, in
 * token mode as well: what completes the total without any record that lies before the token came by the token.
 * @param passed how many records lie before the token
 * @param isBefore whether a record lies there, asked at least of the last one: the page begins with it
 */
export function isPageAnswer<Item>(
  shape: PageShape<Item>,
  askedPageNumber: number | undefined,
  passed: number,
  isBefore: (item: Item) => boolean,
): boolean {
  const { items, nextToken, totalCount, pageNumber } = shape;
  if (nextToken !== null || totalCount === null || totalCount === 0 || pageNumber !== askedPageNumber) return false;
  return passed + lengthOf(shape) !== totalCount || items.some(isBefore);
}

// Never the first page if records lie before: its number in the answer would not show that pages are answered.
function pageAfter(passed: number, maxPageSize: number): PagePlace {
  const window = chooseWindow(passed, maxPageSize);
  return passed === 0 || window.pageNumber > 1 ? window : { pageNumber: 2, pageSize: Math.max(1, passed - 1) };
}
