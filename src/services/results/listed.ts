import { type InvocationResult, type Operation, sourceRank, type UpstreamError } from "#domain";
import { NO_TIME } from "#store";
import type { Sync } from "#sync";
import type { Page, PageProjection, ResultFilter } from "../contract/index.ts";
import {
  type CursorCodec,
  type DescribeSource,
  type PageCursor,
  type PageRequestArguments,
  takePage,
  toPage,
} from "../paging/index.ts";
import { toListQuery } from "./filter.ts";

/** What pages of listed results are made with. */
export interface ListedResultsParts {
  readonly sync: Pick<Sync, "resultLists">;
  readonly describe: DescribeSource;
  readonly codec: CursorCodec;
  readonly isMeant: (result: InvocationResult, filter: ResultFilter) => boolean;
}

/** Marks the cursors of these pages among those of pages by runs. */
const MARK = "listed";

/** True for a cursor of a page of listed results. */
export function isListedCursor({ row }: PageCursor): boolean {
  return row[2] === MARK;
}

/**
 * A page of the results of one instance or one command whose runs no list tells, in the order of the upstream's list of
 * results. Null if the source has no such list.
 * @param failure why the runs cannot be read now; `sources` then says so
 * @throws UpstreamError
 */
export async function pageOfListed(
  { sync, describe, codec, isMeant }: ListedResultsParts,
  request: PageRequestArguments,
  at: PageCursor | null,
  filter: ResultFilter,
  projection: Pick<PageProjection, "totalCount">,
  operation: Operation,
  failure: UpstreamError | null,
): Promise<Page<InvocationResult> | null> {
  const { direction, size } = request;
  const { source } = filter;
  const findRow = (rows: readonly InvocationResult[]) => rows.findIndex((row) => isAt(row, at));
  const isEnough = (all: readonly InvocationResult[]): boolean => {
    if (direction < 0) return at !== null && findRow(all) >= 0;
    const behind = at === null ? all : findRow(all) < 0 ? [] : all.slice(findRow(all) + 1);
    return behind.filter((row) => isMeant(row, filter)).length > size;
  };
  const listed = await sync.resultLists.read(source, toListQuery(filter), at === null, isEnough, operation);
  if (listed === null) return null;
  const own = at === null ? null : findRow(listed.results);
  const limit = own === null || own < 0 ? listed.results.length : own;
  const stretch = direction > 0 ? listed.results.slice(own === null ? 0 : limit + 1) : listed.results.slice(0, limit);
  const meant = stretch.filter((row) => isMeant(row, filter));
  const { taken, hasMore } = takePage(meant, request);
  const countAll = () => listed.results.filter((row) => isMeant(row, filter)).length;
  const isCut = !listed.isWhole && !isEnough(listed.results);
  return toPage(request, {
    edges: taken.map((node) => ({ node, cursor: () => codec.seal(cursorOf(node)) })),
    hasMore: hasMore || (direction > 0 && isCut),
    totalCount: projection.totalCount && listed.isWhole && listed.isSound ? countAll() : null,
    sources: [await describe(source, !isCut && listed.isSound, failure)],
  });
}

function cursorOf({ source, invokeId, instanceId }: InvocationResult): PageCursor {
  const position = { time: NO_TIME, source: sourceRank(source), invokeId };
  return { position, lagging: new Map(), row: [instanceId, "", MARK] };
}

function isAt({ invokeId, instanceId }: InvocationResult, at: PageCursor | null): boolean {
  return at !== null && at.position.invokeId === invokeId && at.row[0] === instanceId;
}
