import type { InvocationQuery, Projection } from "#domain";
import { type Asker, above, LIST_END, LIST_HEAD, type Position, positionOf, type StoredRun } from "#store";
import type { PageCursor } from "../paging/index.ts";
import type { WalkDirection } from "./direction.ts";
import type { PageSource } from "./source.ts";

/** Everything that one page is read for. */
export interface Walk {
  readonly direction: WalkDirection;
  readonly query: InvocationQuery;
  readonly projection: Projection;
  readonly size: number;
  /** Beyond this time nothing is meant. */
  readonly limit: number;
  readonly parts: readonly PageSource[];
  readonly asker: Asker;
}

/** A source of which nothing was read for this page. */
export function newPart(begin: Pick<PageSource, "source" | "start" | "shown">): PageSource {
  const lateBefore: ReadonlySet<string> = new Set();
  return {
    ...begin,
    lists: [],
    isOpened: false,
    lateBefore,
    states: null,
    failure: null,
    isLate: false,
    wasAsked: false,
  };
}

/** Epoch milliseconds of an instant, but none before 1970: behind it lie the runs without a time, and the ends of lists. */
export function timeOf(instant: string): number {
  return Math.max(0, Date.parse(instant));
}

/** Beyond which time nothing is meant. */
export function limitOf({ sign }: WalkDirection, { createdAfter, createdBefore }: InvocationQuery): number {
  if (sign > 0) return createdAfter === undefined ? LIST_END : timeOf(createdAfter) - 1;
  return createdBefore === undefined ? LIST_HEAD : timeOf(createdBefore) - 1;
}

/** Where a source begins: at its own place if it lagged, at the cursor, or where what is meant begins. */
export function startOf(
  direction: WalkDirection,
  { createdAfter, createdBefore }: InvocationQuery,
  cursor: PageCursor | null,
  isRunAgain: boolean,
  rank: string,
): Position | null {
  const edge = direction.sign > 0 ? createdBefore : createdAfter;
  const meant = edge === undefined ? null : above(timeOf(edge) - 1);
  if (cursor === null) return meant;
  const own = cursor.lagging.get(rank)?.place;
  return direction.later(meant, own ?? (isRunAgain ? besides(cursor.position, direction) : cursor.position));
}

/** The place next to a run's own, with no other run between, so that the run comes again. */
function besides(position: Position, { sign }: WalkDirection): Position {
  const { invokeId } = position;
  if (sign < 0) return { ...position, invokeId: `${invokeId}\u0000` };
  const before = String.fromCharCode(Math.max(0, invokeId.charCodeAt(invokeId.length - 1) - 1));
  return { ...position, invokeId: `${invokeId.slice(0, -1)}${before}\uffff` };
}

/** How far each source is known. */
export async function reachesOf({ parts, direction }: Walk): Promise<ReadonlyMap<PageSource, number | null>> {
  return new Map(await Promise.all(parts.map(async (part) => [part, await direction.reach(part)] as const)));
}

/** The rows of the page. */
export function rowsOf(found: readonly StoredRun[], { direction, size }: Walk): readonly StoredRun[] {
  return direction.sign > 0 ? found.slice(0, size) : found.slice(Math.max(0, found.length - size));
}

/** Where rows end, seen from the beginning. */
export function endOf(rows: readonly StoredRun[], { sign }: WalkDirection): Position | null {
  const last = sign > 0 ? rows.at(-1) : rows[0];
  return last === undefined ? null : positionOf(last.run);
}

/** True if runs that belong on the page, or in front of its end, may not be known yet. */
export function isOpen(
  part: PageSource,
  reach: number | null,
  end: Position | null,
  { direction, limit }: Walk,
): boolean {
  if (part.isLate || part.lists.length === 0 || direction.isAtEnd(reach, limit)) return false;
  return end === null || !direction.isReached(reach, end.time);
}

/** True if the page goes on without what the source may have in front of its end. */
export function isLagging(part: PageSource, reach: number | null, end: Position | null, walk: Walk): boolean {
  return part.isLate && (part.lists.length === 0 || isOpen({ ...part, isLate: false }, reach, end, walk));
}
