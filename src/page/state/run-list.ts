import type { RecentRunsQuery, RefreshRunsQuery } from "cloud-assistant-gateway/client";

/** One page of runs. */
export type RunPage = NonNullable<RecentRunsQuery["invocations"]>;
/** A row of the list of runs. */
export type Run = NonNullable<RunPage["nodes"][number]>;
/** How a source fared. */
export type Source = RunPage["sources"][number];

/** The runs that are known so far, newest first, and where the list goes on. */
export interface RunList {
  readonly runs: readonly Run[];
  /** New runs that are not shown yet, so that nothing moves under the reader. */
  readonly arrivals: readonly Run[];
  readonly endCursor: string | null;
  readonly hasMore: boolean;
  readonly sources: readonly Source[];
}

/** The list that a first page begins. */
export function beginList(page: RunPage): RunList {
  return { ...toEnd(page), runs: rowsOf(page), arrivals: [], sources: page.sources };
}

/** The list with the page behind its end. */
export function appendPage(list: RunList, page: RunPage): RunList {
  const known = new Set([...list.runs, ...list.arrivals].map(({ id }) => id));
  const runs = [...list.runs, ...rowsOf(page).filter(({ id }) => !known.has(id))];
  return { ...list, ...toEnd(page), runs, sources: mergeSources(list.sources, page.sources) };
}

/**
 * The list with its first page read again: known runs are brought up to date, new ones come in at their places or, while `isHolding`,
 * wait among the arrivals. When more runs came than a page holds, the list begins anew.
 */
export function mergeHead(list: RunList, page: RunPage, isHolding: boolean): RunList {
  const rows = rowsOf(page);
  const updates = new Map(rows.map((run) => [run.id, run]));
  const known = new Set([...list.runs, ...list.arrivals].map(({ id }) => id));
  const fresh = rows.filter(({ id }) => !known.has(id));
  if (fresh.length === rows.length && known.size > 0 && page.pageInfo.hasNextPage) return beginList(page);
  const update = (run: Run): Run => updates.get(run.id) ?? run;
  const arrivals = [...fresh, ...list.arrivals.map(update)];
  const held = { ...list, runs: list.runs.map(update), arrivals: sortRuns(arrivals), sources: page.sources };
  const emptied = list.runs.length === 0 ? toEnd(page) : {};
  return isHolding ? held : { ...admitArrivals(held), ...emptied };
}

/** The list with its arrivals at their places. */
export function admitArrivals(list: RunList): RunList {
  if (list.arrivals.length === 0) return list;
  return { ...list, runs: sortRuns([...list.runs, ...list.arrivals]), arrivals: [] };
}

/** The list with newer states of some of its runs; those that `isWanted` no longer wants leave it. */
export function updateRuns(list: RunList, answer: RefreshRunsQuery, isWanted: (run: Run) => boolean): RunList {
  const states = new Map(
    answer.nodes.flatMap((node) => (node?.__typename === "Invocation" ? [[node.id, node] as const] : [])),
  );
  const update = (run: Run): Run => {
    const state = states.get(run.id);
    return state === undefined ? run : { ...run, ...state };
  };
  return { ...list, runs: list.runs.map(update).filter((run) => !states.has(run.id) || isWanted(run)) };
}

/** Ids of at most 100 runs that may still change and are not on the first page, which is read anyway. */
export function idsToRefresh(list: RunList, headIds: ReadonlySet<string>): readonly string[] {
  return list.runs.flatMap(({ id, isFinal }) => (isFinal || headIds.has(id) ? [] : [id])).slice(0, 100);
}

function rowsOf(page: RunPage): readonly Run[] {
  return page.nodes.flatMap((run) => (run === null ? [] : [run]));
}

function toEnd({ pageInfo }: RunPage): Pick<RunList, "endCursor" | "hasMore"> {
  const { endCursor, hasNextPage } = pageInfo;
  return { endCursor, hasMore: hasNextPage && endCursor !== null };
}

function sortRuns(runs: readonly Run[]): readonly Run[] {
  return runs.toSorted(compareRuns);
}

/** The gateway's total order: newest first, runs without a time last, then by what names a run. */
function compareRuns(one: Run, other: Run): number {
  const time = (run: Run): number =>
    run.creationTime === null ? Number.NEGATIVE_INFINITY : Date.parse(run.creationTime);
  const byTime = time(other) - time(one);
  if (byTime !== 0 && !Number.isNaN(byTime)) return byTime;
  const name = (run: Run): string => [run.provider, run.account, run.regionId, run.invokeId].join("\0");
  return name(one) < name(other) ? -1 : 1;
}

function mergeSources(known: readonly Source[], newer: readonly Source[]): readonly Source[] {
  const names = new Set(newer.map(sourceKey));
  return [...newer, ...known.filter((source) => !names.has(sourceKey(source)))];
}

/** The same text for the same source. */
export function sourceKey({ provider, account, regionId }: Pick<Source, "provider" | "account" | "regionId">): string {
  return `${provider}/${account}/${regionId}`;
}
