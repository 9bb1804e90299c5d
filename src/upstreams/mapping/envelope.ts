import type { UpstreamError } from "#domain";
import { type Fields, isFields, isNothing, pick, readId, readInteger } from "./fields.ts";
import type { Reading } from "./reading.ts";
import { type ListSpec, type Readable, readEach, readRecords } from "./records.ts";

/** One page of a list, read. */
export interface PageShape<Item> extends Readable<Item> {
  /** Length of the whole list as the upstream tells it; null where it does not. */
  readonly totalCount: number | null;
  /** The page size that the upstream says it used; null where it does not. */
  readonly pageSize: number | null;
  /** The page number that the upstream says it answers; null if it does not. */
  readonly pageNumber: number | null;
  /** Where a list in token mode goes on; null at its end and in page mode. */
  readonly nextToken: string | null;
  /** True if the answer has a member for a token, be it empty: then its total may be one in token mode, which is not valid. */
  readonly hasTokenMember: boolean;
  /** Fails the source; set if the answer holds no list and no token, which may mean an empty list and never the end of one. */
  readonly refuseAsEnd?: () => never;
}

/**
 * The page of a list that is about something that does not exist, as this error says. Behind the first page, where records of it were shown,
 * that is a failure.
 */
export function toEmptyPage(error: UpstreamError): PageShape<never> {
  return {
    items: [],
    positions: [],
    unreadableCount: 0,
    totalCount: 0,
    pageSize: null,
    pageNumber: null,
    nextToken: null,
    hasTokenMember: false,
    refuseAsEnd() {
      throw error;
    },
  };
}

/** The same page with only those items that pass; each keeps its position. */
export function keepItems<Item>(page: PageShape<Item>, test: (item: Item) => boolean): PageShape<Item> {
  if (page.items.every(test)) return page;
  const kept = [...page.items.keys()].filter((index) => test(page.items[index] as Item));
  return {
    ...page,
    items: kept.map((index) => page.items[index] as Item),
    positions: kept.map((index) => page.positions[index] ?? index),
  };
}

/**
 * The record that was asked for by its id; null if there is none.
 * @throws UpstreamError `BAD_RESPONSE` where the answer counts records, and does not hold the one: it may well be there
 */
export function findOnly<Item>({ items, totalCount }: PageShape<Item>, reading: Reading): Item | null {
  const [item = null] = items;
  if (item === null && totalCount !== null && totalCount > 0)
    return reading.fail(`TotalCount is ${totalCount}, and the run that was asked for is not in the list`);
  return item;
}

/** Where a list may stand in an answer, and how it may be wrapped there. */
export interface EnvelopeSpec extends ListSpec {
  /** Names of the list, the usual one first. */
  readonly roots: readonly string[];
  /** An object around the list and its paging members, which some generations leave out. */
  readonly wrapper?: string;
}

/** Runs: `Invocations.Invocation[]` (ECS), `Invocations[]` and `CommandInvocations[]` (SWAS). */
export const RUN_ENVELOPE: EnvelopeSpec = {
  name: "Invocations",
  roots: ["Invocations", "CommandInvocations"],
  inner: "Invocation",
  marks: ["InvokeId", "CommandName", "InvocationStatus", "InvokeStatus"],
};

/** Results: under `Invocation` (ECS), without it (documents of 2018), or one object alone (SWAS). */
export const RESULT_ENVELOPE: EnvelopeSpec = {
  name: "InvocationResults",
  wrapper: "Invocation",
  roots: ["InvocationResults", "InvocationResult"],
  inner: "InvocationResult",
  marks: ["InstanceId", "InvokeId", "InvocationStatus", "InvokeRecordStatus"],
};

/**
 * Finds the list of an answer and reads its records. An answer without the list is an empty page only if it says by its paging
 * members that nothing is to be expected, or if it has a request id and says nothing else.
 * @throws UpstreamError `BAD_RESPONSE` for an answer that holds neither, and for a list of the wrong type.
 */
export async function readPage<Item>(
  answer: Fields,
  spec: EnvelopeSpec,
  reading: Reading,
  read: (fields: Fields) => Item,
): Promise<PageShape<Item>> {
  const body = unwrap(answer, reading);
  const wrapped = spec.wrapper === undefined ? undefined : pick(body, spec.wrapper);
  const holders = isFields(wrapped) ? [wrapped, body] : [body];
  const root = findRoot(holders, spec);
  // Some generations may have them beside the records, within the object around these.
  const paged = isFields(root) ? [...holders, root] : holders;
  const totalCount = readPaging(paged, "TotalCount", reading);
  const pageSize = readPaging(paged, "PageSize", reading);
  const nextToken = readNextToken(paged, reading);
  if (root === undefined && nextToken === null && !isKnownToBeEmpty(body, wrapped, totalCount, pageSize)) {
    return reading.fail(`the answer holds no ${spec.name}`);
  }
  const list = await readEach(readRecords(root, spec, reading), spec, reading, read);
  // An empty wrapper is an empty list as a converter from XML writes it.
  const isBare = (root ?? null) === null && wrapped !== "" && !isEmptyObject(wrapped) && nextToken === null;
  return {
    ...list,
    ...(isBare && { refuseAsEnd: () => reading.fail(`an answer behind the first holds no ${spec.name}`) }),
    totalCount,
    pageSize,
    pageNumber: readPaging(paged, "PageNumber", reading),
    nextToken,
    hasTokenMember: paged.some((holder) => pick(holder, "NextToken") !== undefined),
  };
}

/** The list of an answer that has no paging members, such as that of the regions. */
export async function readWhole<Item>(
  answer: Fields,
  spec: EnvelopeSpec,
  reading: Reading,
  read: (fields: Fields) => Item,
): Promise<readonly Item[]> {
  return (await readPage(answer, spec, reading, read)).items;
}

/** The body itself, where a converter from XML left it inside the element `<Action>Response`. */
export function unwrap(answer: Fields, reading: Reading): Fields {
  const inner = answer[`${reading.action}Response`];
  return isFields(inner) ? inner : answer;
}

function findRoot(holders: readonly Fields[], spec: EnvelopeSpec): unknown {
  for (const holder of holders) {
    for (const name of spec.roots) {
      const value = pick(holder, name);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

function readPaging(holders: readonly Fields[], name: string, reading: Reading): number | null {
  for (const holder of holders) {
    const value = readInteger({ [name]: pick(holder, name) }, name, reading);
    if (value !== null && value >= 0) return value;
  }
  return null;
}

function readNextToken(holders: readonly Fields[], reading: Reading): string | null {
  for (const holder of holders) {
    const token = readId({ NextToken: pick(holder, "NextToken") }, "NextToken", reading);
    if (token !== null) return token;
  }
  return null;
}

function isKnownToBeEmpty(body: Fields, wrapped: unknown, totalCount: number | null, pageSize: number | null): boolean {
  if (wrapped !== undefined && (isNothing(wrapped) || isEmptyObject(wrapped))) return true;
  return totalCount === 0 || (totalCount === null && (pageSize !== null || saysNothing(body)));
}

const SAYING_NOTHING = /^(RequestId|PageNumber|PageSize|MaxResults|NextToken|TotalCount)$/i;

/** True for the vendor's form of an empty answer; what another service answers has no request id, or more than that. */
function saysNothing(body: Fields): boolean {
  return pick(body, "RequestId") !== undefined && Object.keys(body).every((name) => SAYING_NOTHING.test(name));
}

function isEmptyObject(value: unknown): boolean {
  return isFields(value) && Object.keys(value).length === 0;
}
