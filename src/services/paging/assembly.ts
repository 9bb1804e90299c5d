import type { Edge, Page, Sealer } from "../contract/index.ts";
import type { PageRequestArguments } from "./arguments.ts";
import { createCursorError } from "./cursor.ts";

/** What a page is put together of; its `edges` stand in the order of the list, whichever way it is walked. */
export interface PageParts<Node> extends Pick<Page<Node>, "sources"> {
  readonly edges: readonly Edge<Node>[];
  /** True if rows follow in the direction of the walk. */
  readonly hasMore: boolean;
  /** The cursor of an empty page that can be continued; null if absent. */
  onward?(): string | null;
  /** Null if absent. */
  readonly totalCount?: number | null;
}

/** A page as Relay has it: what is not known of the other direction is told by whether a cursor was given (contract, Lists). */
export function toPage<Node>(
  { direction, cursor }: Pick<PageRequestArguments, "direction" | "cursor">,
  { edges, hasMore, sources, totalCount = null, onward = () => null }: PageParts<Node>,
): Page<Node> {
  const isForward = direction > 0;
  return {
    edges,
    hasNextPage: isForward ? hasMore : cursor !== null,
    hasPreviousPage: isForward ? cursor !== null : hasMore,
    startCursor: () => edges[0]?.cursor() ?? (isForward ? null : onward()),
    endCursor: () => edges.at(-1)?.cursor() ?? (isForward ? onward() : null),
    totalCount,
    sources,
    isScanComplete: sources.every(({ isComplete }) => isComplete),
  };
}

/** The rows of a page, of those of a list that lie behind its cursor, and whether more of them follow. */
export function takePage<Row>(
  rows: readonly Row[],
  { direction, size }: Pick<PageRequestArguments, "direction" | "size">,
): { readonly taken: readonly Row[]; readonly hasMore: boolean } {
  const taken = direction > 0 ? rows.slice(0, size) : rows.slice(Math.max(0, rows.length - size));
  return { taken, hasMore: taken.length < rows.length };
}

/** The rows behind a place in the direction of a walk; all of them without one. `rows` are in ascending order of their places. */
export function behind<Row>(
  rows: readonly Row[],
  placeOf: (row: Row) => string,
  place: string | null,
  { direction }: Pick<PageRequestArguments, "direction">,
): readonly Row[] {
  if (place === null) return rows;
  return rows.filter((row) => (direction > 0 ? placeOf(row) > place : placeOf(row) < place));
}

/**
 * The place that a page's cursor holds; null at the list's beginning.
 * @throws InputError `INVALID_CURSOR` for a cursor of another list, a damaged or an empty one
 */
export function openPlace(
  sealer: Sealer,
  purpose: string,
  { cursor, cursorArgument }: Pick<PageRequestArguments, "cursor" | "cursorArgument">,
): string | null {
  if (cursor === null) return null;
  const place = cursor === "" ? null : sealer.open(purpose, cursor);
  if (place !== null) return Buffer.from(place).toString();
  throw createCursorError(cursorArgument);
}
