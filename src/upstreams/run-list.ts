import type { Invocation, Operation, Source } from "#domain";
import { DeadPlaceError, isDeadToken } from "./dead-place.ts";
import type { PageShape } from "./envelope.ts";
import { type ListEnd, lengthOf, listEnd, totalOf, usedPageSize } from "./pages.ts";
import { askAgain, isPageAnswer, isTokenAnswer, type Paging, type PagingParameters } from "./paging.ts";
import { badResponse } from "./reading.ts";
import { hasSameRuns } from "./repeat-guard.ts";
import { nextTokenPlace, openTokenPlace, sealTokenPlace, type TokenPlace } from "./token-place.ts";
import type { PagePlace, Place, RunList, RunListPage } from "./upstream.ts";
import { chooseWindow } from "./window-choice.ts";

/** What a list is read with. */
export interface RunListOptions {
  readonly source: Source;
  readonly action: string;
  readonly key: string;
  readonly paging: Paging;
  ask(parameters: PagingParameters, operation: Operation): Promise<PageShape<Invocation>>;
}

/** The part of a list that reads. */
export type RunListReader = Pick<RunList, "read" | "placeAt">;

type Shape = PageShape<Invocation>;

/** How many answers without any record are followed. */
const MAX_BARREN_ANSWERS = 20;

/** Reads a list in tokens or in pages, as the upstream answers. */
export function createRunListReader(options: RunListOptions): RunListReader {
  const { paging } = options;

  async function readFirst(operation: Operation): Promise<RunListPage> {
    const { sent, shape } = await ask(options, paging.first, operation);
    const { pageNumber, pageSize } = sent;
    if (pageNumber === undefined || pageSize === undefined || isTokenAnswer(paging, shape, pageSize)) {
      return toTokenPage(options, shape, null);
    }
    return toPage(shape, { pageNumber, pageSize }, operation);
  }

  async function readToken(place: TokenPlace, operation: Operation): Promise<RunListPage> {
    const parameters = () => paging.byToken(place.token, place.passed);
    const { sent, shape } = await ask(options, parameters, operation);
    const { pageNumber, pageSize } = sent;
    if (pageNumber === undefined || pageSize === undefined || !isPageAnswer(shape, pageNumber)) {
      return toTokenPage(options, shape, place);
    }
    return toPage(shape, { pageNumber, pageSize }, operation);
  }

  async function readPage(place: PagePlace, operation: Operation): Promise<RunListPage> {
    const parameters = () => paging.byPage(place) ?? failAsDead(options, "the list does not answer in pages any more");
    const { sent, shape } = await ask(options, parameters, operation);
    const { pageNumber, pageSize } = sent;
    if (pageNumber === 1 && shape.nextToken !== null && paging.hasTokens) return toTokenPage(options, shape, null);
    return toPage(shape, { pageNumber, pageSize }, operation);
  }

  async function toPage(shape: Shape, place: PagePlace, operation: Operation): Promise<RunListPage> {
    await checkPage(options, shape, place, operation);
    const used = usedPageSize(shape, place.pageNumber, place.pageSize);
    if (used < place.pageSize) paging.limit.lower(used);
    // Under the size that the upstream used, the page lies elsewhere in the list.
    if (used < place.pageSize && place.pageNumber > 1) return readPage(place, operation);
    return toRunListPage(paging, shape, { pageNumber: place.pageNumber, pageSize: used });
  }

  return {
    async read(place, operation) {
      if (place === null) return readFirst(operation);
      if (!("token" in place)) return readPage(place, operation);
      const token = openTokenPlace(place.token);
      return token === null ? failAsDead(options, "the place is none of this list") : readToken(token, operation);
    },
    placeAt: (index) => (paging.mode() === "page" ? chooseWindow(index, paging.limit.maxPageSize) : null),
  };
}

function ask<Sent extends PagingParameters>(options: RunListOptions, parameters: () => Sent, operation: Operation) {
  return askAgain(options.paging, parameters, async (sent) => {
    try {
      return await options.ask(sent, operation);
    } catch (error) {
      throw isDeadToken(error) ? new DeadPlaceError(error) : error;
    }
  });
}

function toTokenPage({ source, action, paging }: RunListOptions, shape: Shape, from: TokenPlace | null): RunListPage {
  if (shape.nextToken !== null || lengthOf(shape) > 0) paging.note("token");
  const next = shape.nextToken === null ? undefined : nextTokenPlace(from, shape.nextToken, lengthOf(shape));
  if (next === null) throw badResponse(source, action, null, "the tokens of the list go round in a circle");
  if (next !== undefined && next.barren > MAX_BARREN_ANSWERS) {
    throw badResponse(source, action, null, "the list goes on without any record");
  }
  return {
    runs: shape.items,
    next: next === undefined ? null : sealTokenPlace(next),
    mode: "token",
    offset: null,
    indexes: null,
    total: null,
    unreadable: shape.unreadableCount,
  };
}

/** Sees that a page is the one that was asked for. */
async function checkPage(options: RunListOptions, shape: Shape, place: PagePlace, operation: Operation): Promise<void> {
  const { source, action, key, paging } = options;
  const { pageNumber, pageSize } = place;
  const guard = paging.guard(key);
  const invokeIds = namesOf(shape);
  const isSuspicious = pageNumber > 1 && guard.isSuspicious(invokeIds, pageSize);
  guard.note(invokeIds, pageNumber);
  if (paging.hasTokens && shape.nextToken !== null && (isSuspicious || shape.pageNumber !== pageNumber)) {
    paging.note("token");
    failAsDead(options, "the list answers in tokens now");
  }
  if (!isSuspicious) return;
  const first = namesOf(await options.ask({ pageNumber: 1, pageSize }, operation));
  guard.note(first, 1);
  if (hasSameRuns(first, invokeIds)) {
    throw badResponse(source, action, null, `page ${pageNumber} of the list is page 1 again`);
  }
}

function namesOf({ items }: Shape): readonly string[] {
  return items.map(({ invokeId }) => invokeId);
}

function toRunListPage(paging: Paging, shape: Shape, place: PagePlace): RunListPage {
  const offset = (place.pageNumber - 1) * place.pageSize;
  const total = totalOf(shape, offset);
  const length = lengthOf(shape);
  if (place.pageNumber > 1 || (total !== null && total > length)) paging.note("page");
  return {
    runs: shape.items,
    next: nextPage(paging, listEnd({ offset, pageSize: place.pageSize, length, total }), place),
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
  return chooseWindow(pageNumber * pageSize, paging.limit.maxPageSize);
}

function failAsDead({ source, action }: RunListOptions, what: string): never {
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
