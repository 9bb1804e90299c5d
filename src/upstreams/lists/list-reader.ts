import type { Invocation, Operation, Source } from "#domain";
import type { PagePlace, Place, RunList, RunListPage } from "../contract/index.ts";
import { DeadPlaceError, isDeadToken } from "../contract/index.ts";
import type { PageShape } from "../mapping/index.ts";
import { type ListEnd, lengthOf, listEnd, totalOf, usedPageSize } from "./pages.ts";
import {
  askAgain,
  isCutWithoutToken,
  isPageAnswer,
  isTokenAnswer,
  type Paging,
  type PagingParameters,
} from "./paging.ts";
import { hasSameRecords } from "./repeat-guard.ts";
import { sizeOfFirst } from "./silent-cut.ts";
import { isLastBefore, nextTokenPlace, openTokenPlace, sealTokenPlace, type TokenPlace } from "./token-place.ts";
import { chooseWindow } from "./window-choice.ts";

/** What a list is read with. */
export interface ListOptions<Item> {
  readonly source: Source;
  readonly action: string;
  readonly key: string;
  readonly paging: Paging;
  ask(parameters: PagingParameters, operation: Operation): Promise<PageShape<Item>>;
  /** Tells records apart. */
  nameOf(item: Item): string;
}

/** One answer of a list of anything. */
export type ListPage<Item> = Omit<RunListPage, "runs"> & { readonly items: readonly Item[] };

/** The part of a list that reads. */
export interface ListReader<Item> extends Pick<RunList, "placeAt"> {
  read(place: Place | null, operation: Operation): Promise<ListPage<Item>>;
}

/** The part of a list of runs that reads, in tokens or in pages, as the upstream answers. */
export function createRunListReader(
  options: Omit<ListOptions<Invocation>, "nameOf">,
): Pick<RunList, "read" | "placeAt"> {
  const reader = createListReader({ ...options, nameOf: ({ invokeId }: Invocation) => invokeId });
  return {
    placeAt: reader.placeAt,
    async read(place, operation) {
      const { items, ...page } = await reader.read(place, operation);
      return { ...page, runs: items };
    },
  };
}

/** How many answers without any new record are followed, one after the other. */
const MAX_BARREN_ANSWERS = 8;

/** Reads a list in tokens or in pages, as the upstream answers. */
export function createListReader<Item>(options: ListOptions<Item>): ListReader<Item> {
  const { paging } = options;

  async function readFirst(operation: Operation): Promise<ListPage<Item>> {
    const { sent, shape } = await ask(options, paging.first, operation);
    const { pageNumber, pageSize } = sent;
    if (pageNumber === undefined || pageSize === undefined) return readUnpaged(shape, operation);
    if (isTokenAnswer(paging, shape, pageSize)) return toTokenPage(options, shape, null);
    return toPage(shape, { pageNumber, pageSize }, operation);
  }

  /** What is answered to a request without pages, since these were refused. Without a token it cannot go on where its total says that more follows. */
  async function readUnpaged(shape: PageShape<Item>, operation: Operation): Promise<ListPage<Item>> {
    const isCut = isCutWithoutToken(shape);
    if (isCut && paging.offerPages()) return readFirst(operation);
    const page = toTokenPage(options, shape, null);
    return isCut ? { ...page, flaw: CUT } : page;
  }

  async function readToken(place: TokenPlace, operation: Operation): Promise<ListPage<Item>> {
    const parameters = () => paging.byToken(place.token, place.passed);
    const { sent, shape } = await ask(options, parameters, operation);
    const { pageNumber, pageSize } = sent;
    const isBefore = (item: Item) => isLastBefore(place, options.nameOf(item));
    const isPage = isPageAnswer(shape, pageNumber, place.passed, isBefore);
    if (pageNumber === undefined || pageSize === undefined || !isPage) return toTokenPage(options, shape, place);
    return toPage(shape, { pageNumber, pageSize }, operation);
  }

  async function readPage(place: PagePlace, operation: Operation, isAgain = false): Promise<ListPage<Item>> {
    const parameters = () => paging.byPage(place) ?? failAsDead(options, "the list does not answer in pages any more");
    const { sent, shape } = await ask(options, parameters, operation);
    const { pageNumber, pageSize } = sent;
    if (pageNumber === 1 && shape.nextToken !== null && paging.hasTokens) return toTokenPage(options, shape, null);
    return toPage(shape, { pageNumber, pageSize }, operation, isAgain);
  }

  async function toPage(
    shape: PageShape<Item>,
    place: PagePlace,
    operation: Operation,
    isAgain = false,
  ): Promise<ListPage<Item>> {
    const flaw = await findFlaw(options, shape, place, operation);
    if (flaw !== null) return toFlawedPage(shape, place, flaw);
    const { pageNumber, pageSize } = place;
    if (pageNumber === 1) {
      const read = { ...options, ask: (sent: PagingParameters) => options.ask(sent, operation) };
      return toListPage(paging, shape, { pageNumber, pageSize: await sizeOfFirst(read, shape, pageSize) });
    }
    const used = usedPageSize(shape, pageNumber, pageSize, paging.limit.maxPageSize);
    if (used === pageSize) return toListPage(paging, shape, place);
    if (used < pageSize) paging.limit.lower(used);
    else paging.limit.fix(used);
    // Under the size that the upstream used, the page lies elsewhere in the list.
    return isAgain ? toListPage(paging, shape, { pageNumber, pageSize: used }) : readPage(place, operation, true);
  }

  return {
    async read(place, operation) {
      if (place === null) return readFirst(operation);
      if (!("token" in place)) return readPage(place, operation);
      const token = openTokenPlace(place.token);
      return token === null ? failAsDead(options, "the place is none of this list") : readToken(token, operation);
    },
    placeAt: (index) => (paging.mode() === "page" ? windowAt(index, paging) : null),
  };
}

function ask<Sent extends PagingParameters, Item>(
  options: ListOptions<Item>,
  parameters: () => Sent,
  operation: Operation,
) {
  return askAgain(options.paging, parameters, async (sent) => {
    try {
      return await options.ask(sent, operation);
    } catch (error) {
      // A token that nobody sent is not dead: to begin at the newest would be refused in the same way.
      throw sent.nextToken !== undefined && isDeadToken(error) ? new DeadPlaceError(error) : error;
    }
  });
}

const BARREN = "The list goes on without any record.";
const CUT = "The list tells of more records than it shows, and has no token.";
const AGAIN = "The answer behind a token holds nothing but what lies before it.";

function toTokenPage<Item>(
  { paging, nameOf }: ListOptions<Item>,
  shape: PageShape<Item>,
  from: TokenPlace | null,
): ListPage<Item> {
  if (shape.nextToken !== null || lengthOf(shape) > 0) paging.note("token");
  const last = shape.items.at(-1);
  const name = last === undefined ? null : nameOf(last);
  const isAgain = from !== null && name !== null && isLastBefore(from, name);
  const page = {
    items: shape.items,
    flaw: null,
    mode: "token",
    offset: null,
    indexes: null,
    total: null,
    unreadable: shape.unreadableCount,
  } as const;
  if (shape.nextToken === null) return { ...page, next: null, flaw: isAgain ? AGAIN : null };
  const next = nextTokenPlace(from, shape.nextToken, { length: lengthOf(shape), lastName: name, isAgain });
  if (next === null) return { ...page, next: null, flaw: "The tokens of the list go round in a circle." };
  if (next.barren > MAX_BARREN_ANSWERS) return { ...page, next: null, flaw: isAgain ? AGAIN : BARREN };
  return { ...page, next: sealTokenPlace(next) };
}

/** Of the runs of one second, whose order may change at each call, a page of one or two holds an earlier one by chance. */
const TELLING_SIZE = 3;

/** Sees that a page is the one that was asked for; else tells what is wrong. */
async function findFlaw<Item>(
  options: ListOptions<Item>,
  shape: PageShape<Item>,
  place: PagePlace,
  operation: Operation,
): Promise<string | null> {
  const { key, paging, nameOf } = options;
  const { pageNumber, pageSize } = place;
  const guard = paging.guard(key);
  const names = shape.items.map(nameOf);
  const isTelling = pageSize >= Math.min(TELLING_SIZE, paging.limit.maxPageSize);
  const isSuspicious = isTelling && pageNumber > 1 && guard.isSuspicious(names, pageSize);
  guard.note(names, pageNumber);
  if (paging.hasTokens && shape.nextToken !== null && (isSuspicious || shape.pageNumber !== pageNumber)) {
    paging.note("token");
    failAsDead(options, "the list answers in tokens now");
  }
  if (!isSuspicious) return null;
  const first = (await options.ask({ pageNumber: 1, pageSize }, operation)).items.map(nameOf);
  guard.note(first, 1);
  return hasSameRecords(first, names) ? `Page ${pageNumber} of the list is page 1 again.` : null;
}

/** What such a page holds is known from page 1. */
function toFlawedPage<Item>(shape: PageShape<Item>, { pageNumber, pageSize }: PagePlace, flaw: string): ListPage<Item> {
  const offset = (pageNumber - 1) * pageSize;
  const total = totalOf(shape, offset);
  return { items: [], next: null, flaw, mode: "page", offset, indexes: [], total, unreadable: 0 };
}

function toListPage<Item>(paging: Paging, shape: PageShape<Item>, place: PagePlace): ListPage<Item> {
  const offset = (place.pageNumber - 1) * place.pageSize;
  const total = totalOf(shape, offset);
  const length = lengthOf(shape);
  if (place.pageNumber > 1 || (total !== null && total > length)) paging.note("page");
  return {
    items: shape.items,
    next: nextPage(paging, listEnd({ offset, pageSize: place.pageSize, length, total }), place),
    flaw: null,
    mode: "page",
    offset,
    indexes: shape.positions.map((position) => offset + position),
    total,
    unreadable: shape.unreadableCount,
  };
}

function nextPage(paging: Paging, end: ListEnd, { pageNumber, pageSize }: PagePlace): Place | null {
  if (end === "reached") return null;
  if (end === "doubt") return { pageNumber: pageNumber + 1, pageSize };
  return windowAt(pageNumber * pageSize, paging);
}

function windowAt(index: number, { limit }: Paging): PagePlace {
  return chooseWindow(index, limit.maxPageSize, limit.minPageSize);
}

function failAsDead({ source, action }: Pick<ListOptions<unknown>, "source" | "action">, what: string): never {
  throw new DeadPlaceError({
    code: "UNKNOWN",
    message: `${source.provider} ${source.regionId} ${action} of account ${source.account}: ${what}; begin at the newest`,
    source,
    action,
    upstreamCode: null,
    httpStatus: null,
    requestId: null,
    retryable: true,
    retryAfterMs: null,
  });
}
