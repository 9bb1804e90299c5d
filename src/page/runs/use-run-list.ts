import type { InvocationFilter } from "cloud-assistant-gateway/client";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { pauseFor } from "../state/ask.ts";
import { FAILED_RUNS, type Filters, RUNNING_RUNS, toInvocationFilter, writeFilters } from "../state/filters.ts";
import { gateway, salvage } from "../state/gateway.ts";
import {
  admitArrivals,
  appendPage,
  beginList,
  idsToRefresh,
  mergeHead,
  type Run,
  type RunList,
  type RunPage,
  updateRuns,
} from "../state/run-list.ts";

const PAGE_ROWS = 50;
const POLL_MS = 3_000;

/** A list of runs as it moves. */
export interface LiveRunList {
  readonly list: RunList | null;
  readonly error: unknown;
  /** Where the list was scrolled to; outlives the view. */
  readonly memory: { scrollTop: number };
  /** Whether new runs wait instead of moving the rows. */
  hold(isHolding: boolean): void;
  admit(): void;
  loadMore(): void;
  again(): void;
}

/** What a list's life needs to know; plain fields, since many callbacks share it. */
interface Kept {
  readonly filter: InvocationFilter | null;
  list: RunList | null;
  headIds: ReadonlySet<string>;
  isHolding: boolean;
  isLoadingMore: boolean;
  /** True if the page behind the end held no row although the list goes on: its sources fail, and it is read again with the head. */
  isStuck: boolean;
  scrollTop: number;
}

// The list that was shown last: coming back from a run shows it as it was.
let last: { readonly key: string; readonly kept: Kept } | null = null;

/** Reads the list and keeps it up to date every 3 s while the page is visible. */
export function useRunList(filters: Filters): LiveRunList {
  const key = writeFilters(filters);
  const kept = keep(key, filters);
  const [, redraw] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const draw = useCallback(() => redraw((count) => count + 1), []);
  useEffect(() => {
    const leave = new AbortController();
    setError(null);
    const onRead = (failure: unknown): void => {
      setError(failure);
      draw();
    };
    void follow(kept, filters, leave.signal, onRead);
    return () => leave.abort();
  }, [key, round]);
  const current = useRef(kept);
  current.current = kept;
  const more = useCallback(() => void loadMore(current.current, draw, setError), []);
  // A page may be empty while the list goes on: the gateway stops looking now and then to spare the upstream.
  const isEmptyPage = kept.list?.runs.length === 0 && kept.list.hasMore;
  useEffect(() => {
    if (isEmptyPage) more();
  }, [isEmptyPage, kept.list?.endCursor]);
  return {
    list: kept.list,
    error,
    memory: kept,
    hold: (isHolding) => {
      kept.isHolding = isHolding;
    },
    admit() {
      if (kept.list !== null) kept.list = admitArrivals(kept.list);
      draw();
    },
    loadMore: more,
    again: () => setRound((before) => before + 1),
  };
}

function keep(key: string, filters: Filters): Kept {
  if (last?.key === key) return last.kept;
  const filter = toInvocationFilter(filters, Date.now());
  const kept: Kept = {
    filter,
    list: null,
    headIds: new Set(),
    isHolding: false,
    isLoadingMore: false,
    isStuck: false,
    scrollTop: 0,
  };
  last = { key, kept };
  return kept;
}

async function follow(
  kept: Kept,
  filters: Filters,
  signal: AbortSignal,
  onRead: (failure: unknown) => void,
): Promise<void> {
  do {
    try {
      const page = await readPage(kept.filter, null, signal);
      if (signal.aborted) return;
      kept.headIds = new Set(page.nodes.flatMap((run) => (run === null ? [] : [run.id])));
      kept.list = kept.list === null ? beginList(page) : mergeHead(kept.list, page, kept.isHolding);
      await refresh(kept, filters, signal);
      if (kept.isStuck) await readMore(kept, signal);
      if (!signal.aborted) onRead(null);
    } catch (error) {
      if (!signal.aborted) onRead(error);
    }
  } while (await pauseFor(POLL_MS, signal));
}

async function refresh(kept: Kept, filters: Filters, signal: AbortSignal): Promise<void> {
  if (kept.list === null) return;
  const ids = idsToRefresh(kept.list, kept.headIds);
  if (ids.length === 0) return;
  const { data } = await salvage(gateway.refreshRuns({ ids: [...ids] }, {}, signal));
  kept.list = updateRuns(kept.list, data, (run) => isWanted(run, filters));
}

function isWanted({ status }: Run, { state }: Filters): boolean {
  if (state === "all") return true;
  return (state === "failed" ? FAILED_RUNS : RUNNING_RUNS).includes(status);
}

async function loadMore(kept: Kept, draw: () => void, setError: (error: unknown) => void): Promise<void> {
  if (kept.list === null || !kept.list.hasMore || kept.isLoadingMore) return;
  kept.isLoadingMore = true;
  draw();
  try {
    await readMore(kept, undefined);
  } catch (error) {
    setError(error);
  } finally {
    kept.isLoadingMore = false;
    draw();
  }
}

async function readMore(kept: Kept, signal: AbortSignal | undefined): Promise<void> {
  if (kept.list === null) return;
  const page = await readPage(kept.filter, kept.list.endCursor, signal);
  kept.isStuck = page.nodes.length === 0 && page.pageInfo.hasNextPage;
  kept.list = appendPage(kept.list, page);
}

async function readPage(
  filter: InvocationFilter | null,
  after: string | null,
  signal: AbortSignal | undefined,
): Promise<RunPage> {
  const variables = { first: PAGE_ROWS, ...(filter && { filter }), ...(after !== null && { after }) };
  const { data, failures } = await salvage(gateway.recentRuns(variables, {}, signal));
  if (data.invocations === null) throw failures[0] ?? new TypeError("The gateway answered without a list.");
  return data.invocations;
}
