import {
  type InvocationQuery,
  type InvocationStatus,
  isLackOfOffer,
  type Operation,
  type Projection,
  type Source,
  type UpstreamError,
  upstreamQuery,
} from "#domain";
import { LIST_END, type Position } from "#store";
import type { KnownList, SourceFailure, Sync } from "#sync";
import type { ShownAhead } from "../paging/index.ts";

/** What a page reads of one source, and how that fares. */
export interface PageSource {
  readonly source: Source;
  /** Its own place if it lagged behind on the pages before; else that of the page; null at the beginning. */
  readonly start: Position | null;
  /** What pages before showed of what lies behind its own place. */
  readonly shown: ShownAhead | null;
  lists: readonly KnownList[];
  /** True once it is known which lists there are; a source without servers may have none. */
  isOpened: boolean;
  /** Runs that its lists showed late before this page was read, by id. */
  lateBefore: ReadonlySet<string>;
  /** The states by which runs are chosen; null if they are not chosen by states. */
  states: { readonly readAt: number | null; readonly isWhole: boolean } | null;
  failure: UpstreamError | null;
  /** True if this page goes on without what reading would have shown: it failed, was too slow, or the budget ended. */
  isLate: boolean;
  /** True if this page asked the source for anything, or would have, had that not been read a moment ago. */
  wasAsked: boolean;
}

/** More statuses than this are looked for in the list of all runs. */
const NARROW_STATUSES_MAX = 4;

/** The lists that a page reads of a source. */
interface ChosenLists {
  readonly lists: readonly KnownList[];
  /** True if runs enter these and leave them as they go on. */
  readonly isByState: boolean;
}

/**
 * The lists that a page reads of a source: the list of all runs if that is known to its end and tells what is meant, else the narrowest.
 * @throws UpstreamError
 */
export async function chooseLists(
  sync: Sync,
  source: Source,
  query: InvocationQuery,
  projection: Projection,
  operation: Operation,
): Promise<ChosenLists> {
  const { statusIn, createdAfter: _after, createdBefore: _before, ...narrow } = upstreamQuery(query);
  const isNarrow = Object.keys(narrow).length > 0 || isFew(statusIn);
  // A single run may be younger than what was read, and of a run's servers the list of all runs may leave out some.
  const isOpen = isToldByAll(query) && query.invokeId === undefined && query.instanceId === undefined;
  const whole = isNarrow && isOpen ? await sync.findWhole(source) : null;
  if (whole !== null) return { lists: whole, isByState: false };
  if (!isFew(statusIn)) {
    return { lists: await sync.openLists(source, narrow, projection, operation), isByState: false };
  }
  const lists = await Promise.all(
    [...new Set(statusIn)].map((status) =>
      sync.openLists(source, { ...narrow, statusIn: [status] }, projection, operation),
    ),
  );
  return { lists: [...new Map(lists.flat().map((list) => [list.key, list])).values()], isByState: true };
}

/** True if the list of all runs tells which of them the query means: of resource groups only the upstream knows. */
export function isToldByAll(query: InvocationQuery): boolean {
  return query.resourceGroupId === undefined;
}

function isFew(statusIn: readonly InvocationStatus[] | undefined): statusIn is readonly InvocationStatus[] {
  return statusIn !== undefined && new Set(statusIn).size <= NARROW_STATUSES_MAX && !statusIn.includes("UNKNOWN");
}

/**
 * What the source refused for what this question names, or since it offers the product no longer; null if it did not. Asking for the next
 * page would meet the same.
 */
export function refusalOf({ failure }: Pick<PageSource, "failure">): UpstreamError | null {
  return failure?.isOfQuestion === true || failure?.wasOffered === true ? failure : null;
}

/** True if the source owes this walk nothing: it does not offer the product, or refuses the question. */
export function owesNothing(part: Pick<PageSource, "failure">): boolean {
  return isNeverOffered(part) || refusalOf(part) !== null;
}

/** True if the source never offered what this page asks it for: it has nothing. */
export function isNeverOffered({ failure }: Pick<PageSource, "failure">): boolean {
  return failure !== null && isLackOfOffer(failure) && failure.wasOffered !== true;
}

/** Why the last attempt to read one of the source's lists failed, whichever was read later; null if none did. */
export async function listFailureOf({ lists }: Pick<PageSource, "lists">): Promise<SourceFailure | null> {
  const failures = await Promise.all(lists.map((list) => list.failure()));
  return failures.find((failure) => failure !== null) ?? null;
}

/** True if what is known of the source is shown: also if it is not asked any more. */
export function isAnswered(part: PageSource): boolean {
  return part.isOpened || owesNothing(part);
}

/** Down to which time, exclusive, all of a source's runs are known that were created at `from` or earlier. */
export async function boundBelow({ lists }: PageSource, from: number): Promise<number> {
  if (lists.length === 0) return LIST_END;
  const bounds = await Promise.all(lists.map((list) => list.boundBelow(from)));
  return Math.max(...bounds);
}

/** When the newest end of a source's lists was read with success, the oldest time counting; null if that of any never was. */
export async function readAtOf({ lists }: PageSource): Promise<number | null> {
  const times = await Promise.all(lists.map((list) => list.readAt()));
  const known = times.filter((time) => time !== null);
  return known.length === 0 || known.length < times.length ? null : Math.min(...known);
}

/** False if a list of the source contradicts itself: something may be missing that nobody can find. */
export async function isSound({ lists }: PageSource): Promise<boolean> {
  const answers = await Promise.all(lists.map((list) => list.isSound()));
  return answers.every(Boolean);
}

/** Where and why a list of the source ends although it says that there is more: the newest such place; null if none does. */
export async function falseEndOf({ lists }: PageSource): ReturnType<KnownList["falseEnd"]> {
  const ends = await Promise.all(lists.map((list) => list.falseEnd()));
  return ends.reduce((first, end) => (first === null || (end !== null && end.time > first.time) ? end : first), null);
}
