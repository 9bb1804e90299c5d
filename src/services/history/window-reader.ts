import { type InvocationQuery, type Operation, type Source, sourceKey, type Wants } from "#domain";
import type { InvocationList, InvocationWindow, PageRequest } from "#upstreams";
import { canonicalText } from "../filter.ts";
import type { Flights } from "../flights.ts";
import { FINAL_KEEP_MS, runKeepMs, WINDOW_KEEP_MS } from "../freshness.ts";
import type { Ranks } from "../ranks.ts";
import type { SourceBook } from "../sources.ts";
import { type Stock, toResult } from "../stock.ts";
import { shortName } from "./cursor.ts";
import type { GroupBook } from "./stream-contract.ts";
import { PAGE_SIZE_MAX, pageName } from "./window-choice.ts";

/** How long it is believed that a list honours no larger pages: one odd answer would otherwise make it dear for ever. */
const PAGE_SIZE_KEEP_MS = 600_000;
/** Lists that are remembered to have strays, at most. */
const STRAY_LISTS_MAX = 1_000;

/** One window that is wanted. */
export interface WindowRequest {
  readonly source: Source;
  readonly list: InvocationList;
  /** True where a run may show only some of its instances in this list. */
  readonly isPartial: boolean;
  readonly query: InvocationQuery;
  readonly wants: Wants;
  readonly page: PageRequest;
  /** True where it must be read anew, since its present state is asked for. */
  readonly isRepeat: boolean;
}

/** Reads windows of lists, each at most once at a time and once in two seconds, and keeps the runs that they hold. */
export interface WindowReader {
  read(request: WindowRequest, operation: Operation): Promise<InvocationWindow>;
  /** The page size that the list honours, as far as it has shown. */
  pageSizeMax(source: Source, list: InvocationList): number;
  /** Groups of the list that earlier operations have read. */
  groups(request: Omit<WindowRequest, "page" | "isRepeat">, operation: Pick<Operation, "meter">): GroupBook;
  /** True where runs without a creation time were seen in front of others that have one. */
  hasStrays(source: Source, list: InvocationList, query: InvocationQuery): boolean;
}

/** What windows are read with. */
export interface WindowReaderOptions {
  readonly book: SourceBook;
  readonly stock: Stock;
  readonly flights: Flights;
  readonly ranks: Ranks;
  /** By the clock's `elapsed`. */
  now(): number;
}

/** Makes a reader on a stock that other services fill and use too. */
export function createWindowReader({ book, stock, flights, ranks, now }: WindowReaderOptions): WindowReader {
  const pageSizes = new Map<string, { readonly pageSize: number; readonly until: number }>();
  const strayLists = new Set<string>();
  const nameOf = (source: Source, list: InvocationList): string => `${sourceKey(source)}|${list.key}`;

  // Short, since filters may be long.
  const strayName = (source: Source, list: InvocationList, query: InvocationQuery): string =>
    shortName(`${nameOf(source, list)}|${canonicalText(query)}`);

  async function readThrough(key: string, request: WindowRequest, operation: Operation): Promise<InvocationWindow> {
    const { source, list, page } = request;
    const window = await book.watch(source, list.read(page, operation), operation);
    if (window.pageSize < page.pageSize) {
      const pageSize = Math.max(1, window.pageSize);
      pageSizes.set(nameOf(source, list), { pageSize, until: now() + PAGE_SIZE_KEEP_MS });
    }
    noteStrays(strayName(source, list, request.query), window);
    stock.windows.set(key, window, WINDOW_KEEP_MS, true);
    ranks.note(source, request.query, window);
    keepRuns(stock, window, request);
    return window;
  }

  function noteStrays(name: string, { items }: InvocationWindow): void {
    const lastTimed = items.findLastIndex(({ creationTime }) => creationTime !== null);
    if (!items.slice(0, lastTimed + 1).some(({ creationTime }) => creationTime === null)) return;
    // Filters make lists without number; which of them have strays is learned again where it was forgotten.
    if (strayLists.size >= STRAY_LISTS_MAX) strayLists.clear();
    strayLists.add(name);
  }

  const keyOf = ({ source, list, query, wants }: Omit<WindowRequest, "page" | "isRepeat">, part: string): string =>
    `${nameOf(source, list)}|${canonicalText(query)}|${canonicalText(wants)}|${part}`;

  return {
    groups: (request, { meter }) => ({
      find(time, tag) {
        const group = stock.groups.get(keyOf(request, `${time}/${tag}`))?.value;
        stock.groups.note(group === undefined ? "miss" : "hit");
        if (group !== undefined) meter.addCached(1);
        return group;
      },
      keep(time, { slots, timeless, isTail, low, end, total }) {
        const runs = [...slots, ...timeless].map(({ run }) => run);
        if (runs.length === 0 || runs.some((run) => runKeepMs(run) < FINAL_KEEP_MS)) return undefined;
        const tag = shortName(
          runs
            .map(({ invokeId }) => invokeId)
            .sort()
            .join("\n"),
        );
        stock.groups.set(keyOf(request, `${time}/${tag}`), { slots, timeless, isTail, low, end, total }, FINAL_KEEP_MS);
        return tag;
      },
    }),
    hasStrays: (source, list, query) => strayLists.has(strayName(source, list, query)),
    pageSizeMax(source, list) {
      const known = pageSizes.get(nameOf(source, list));
      if (known !== undefined && now() < known.until) return known.pageSize;
      pageSizes.delete(nameOf(source, list));
      return PAGE_SIZE_MAX;
    },
    async read(request, operation) {
      const { source, page } = request;
      const key = keyOf(request, pageName(page));
      const cached = request.isRepeat ? undefined : stock.windows.get(key, operation.freshAfter);
      if (cached !== undefined) {
        stock.windows.note("hit");
        operation.meter.addCached(1);
        return cached.value;
      }
      stock.windows.note(flights.isUnderWay(key) ? "shared" : "miss");
      return flights.share(key, source, operation, (shared) => readThrough(key, request, shared));
    },
  };
}

// A run in an instance's list may show that instance alone, so it does not stand for the whole run.
function keepRuns(stock: Stock, window: InvocationWindow, { isPartial, query }: WindowRequest): void {
  for (const run of window.items) {
    if (!isPartial && query.instanceId === undefined) stock.putRun(run);
    else for (const one of run.instances) if (one.isComplete) stock.putResult(toResult(one));
  }
}
