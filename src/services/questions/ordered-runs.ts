import { createHash } from "node:crypto";
import { canonicalText, type Invocation, type InvocationFilter, invocationKey, type Operation } from "#domain";
import { markOutputs, type RunOutline, type RunStore } from "#store";
import type { Sync } from "#sync";
import type {
  InvocationOrder,
  Page,
  PageArguments,
  PageProjection,
  PageSourceState,
  Sealer,
} from "../contract/index.ts";
import { behind, openPlace, type PageRequestArguments, readPageArguments, takePage, toPage } from "../paging/index.ts";
import { followRows, type PageTiming, plainProjection, tellFollowed } from "../runs/index.ts";
import type { Places } from "./places.ts";
import { type RunScan, requireCreatedAfter, type ScannedPart, upTo } from "./scan.ts";

/** What ordered pages are made of. */
export interface OrderedRunsParts {
  readonly scan: RunScan;
  readonly sealer: Sealer;
  readonly store: Pick<RunStore, "readRuns">;
  readonly sync: Pick<Sync, "book" | "follower">;
  readonly timing: PageTiming;
  readonly places: Places;
}

/** Runs that an order is made of, at most. */
const RUNS_MAX = 10_000;

type Order = Exclude<InvocationOrder, "CREATION_TIME_DESC">;

/** What each order goes by; null comes last in every one. */
const VALUES: Readonly<Record<Order, (run: RunOutline) => number | null>> = {
  FINISH_TIME_DESC: ({ finishTime }) => negative(finishTime),
  FINISH_TIME_ASC: ({ finishTime }) => finishTime,
  DURATION_DESC: ({ durationMs }) => negative(durationMs),
  DURATION_ASC: ({ durationMs }) => durationMs,
};

interface Row {
  readonly run: RunOutline;
  /** Its place: texts compare as the order has it. */
  readonly place: string;
}

/**
 * Pages of runs in another order than the total one. All that is meant has to be read first, so a beginning has to be named.
 * @returns a function that throws InputError `BAD_USER_INPUT` without `createdAfter`, `INVALID_CURSOR` for another order's cursor
 */
export function createOrderedRuns({ scan, sealer, store, sync, timing, places }: OrderedRunsParts) {
  return async (
    args: PageArguments,
    order: Order,
    filter: InvocationFilter,
    projection: PageProjection,
    operation: Operation,
  ): Promise<Page<Invocation>> => {
    const request = readPageArguments(args);
    requireCreatedAfter(filter, "every other order than CREATION_TIME_DESC");
    const purpose = `runs by ${order}\n${canonicalText({ ...filter, instanceKeyIn: undefined })}`;
    const start = openPlace(sealer, purpose, request);
    const { rows, count, sources, isComplete } = await places.inPlace(operation, () => {
      const parts = upTo(RUNS_MAX, scan.outlineAll(filter, "TIMES", operation));
      return readRows(parts, order, start, request);
    });
    const { taken, hasMore } = takePage(rows, request);
    const runs = taken.map(({ run }) => run);
    const wanted = markOutputs(plainProjection(projection));
    const known = await store.readRuns(runs, wanted, operation);
    const shown = known.filter((one) => one !== null);
    const late = await followRows(sync.follower, shown, [], timing, operation);
    const now = await store.readRuns(runs, wanted, operation);
    const edges = taken.flatMap(({ place }, index) => {
      const node = now[index]?.run ?? known[index]?.run;
      return node === undefined ? [] : [{ node, cursor: () => sealer.seal(purpose, place) }];
    });
    return toPage(request, {
      edges,
      hasMore,
      totalCount: projection.totalCount && isComplete ? count : null,
      sources: tellFollowed(sources, late, sync.book),
    });
  };
}

/**
 * The rows of a page and one more, in ascending order of their places, and how many rows there are. No more are held at any time: one
 * operation may ask for a hundred pages, each of 10,000 runs.
 */
async function readRows(
  parts: AsyncIterable<ScannedPart>,
  order: Order,
  start: string | null,
  request: PageRequestArguments,
) {
  let rows: readonly Row[] = [];
  let count = 0;
  let sources: readonly PageSourceState[] = [];
  let isComplete = true;
  for await (const part of parts) {
    const found = part.runs.map((run): Row => ({ run, place: placeOf(run, VALUES[order](run)) }));
    const meant = behind(found, ({ place }) => place, start, request);
    const ascending = [...rows, ...meant].sort((a, b) => (a.place < b.place ? -1 : 1));
    rows = takePage(ascending, { ...request, size: request.size + 1 }).taken;
    count += found.length;
    ({ sources, isComplete } = part);
  }
  return { rows, count, isComplete, sources };
}

function placeOf(run: RunOutline, value: number | null): string {
  const shifted = value === null ? "z" : (value + 2 ** 50).toString(36).padStart(11, "0");
  return `${shifted}${createHash("sha1").update(invocationKey(run)).digest("base64url").slice(0, 8)}`;
}

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}
