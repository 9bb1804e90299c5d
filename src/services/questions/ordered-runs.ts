import { createHash } from "node:crypto";
import { canonicalText, type Invocation, type InvocationFilter, invocationKey, type Operation } from "#domain";
import type { RunOutline, RunStore } from "#store";
import type { Sync } from "#sync";
import type {
  InvocationOrder,
  Page,
  PageArguments,
  PageProjection,
  PageSourceState,
  Sealer,
} from "../contract/index.ts";
import { behind, openPlace, readPageArguments, takePage, toPage } from "../paging/index.ts";
import { followRows, type PageTiming, plainProjection, tellFollowed } from "../runs/index.ts";
import { type RunScan, requireCreatedAfter, upTo } from "./scan.ts";

/** What ordered pages are made of. */
export interface OrderedRunsParts {
  readonly scan: RunScan;
  readonly sealer: Sealer;
  readonly store: Pick<RunStore, "readRuns">;
  readonly sync: Pick<Sync, "book" | "follower">;
  readonly timing: PageTiming;
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
export function createOrderedRuns({ scan, sealer, store, sync, timing }: OrderedRunsParts) {
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
    const { rows, sources, isComplete } = await readRows(scan, order, filter, operation);
    const { taken, hasMore } = takePage(
      behind(rows, ({ place }) => place, start, request),
      request,
    );
    const runs = taken.map(({ run }) => run);
    const known = await store.readRuns(runs, plainProjection(projection));
    const shown = known.filter((one) => one !== null);
    const late = await followRows(sync.follower, shown, [], timing, operation);
    const now = await store.readRuns(runs, plainProjection(projection));
    const edges = taken.flatMap(({ place }, index) => {
      const node = now[index]?.run ?? known[index]?.run;
      return node === undefined ? [] : [{ node, cursor: () => sealer.seal(purpose, place) }];
    });
    return toPage(request, {
      edges,
      hasMore,
      totalCount: projection.totalCount && isComplete ? rows.length : null,
      sources: tellFollowed(sources, late, sync.book),
    });
  };
}

async function readRows(scan: RunScan, order: Order, filter: InvocationFilter, operation: Operation) {
  const rows: Row[] = [];
  let sources: readonly PageSourceState[] = [];
  let isComplete = true;
  for await (const part of upTo(RUNS_MAX, scan.outlineAll(filter, "RUNS", operation))) {
    for (const run of part.runs) rows.push({ run, place: placeOf(run, VALUES[order](run)) });
    ({ sources, isComplete } = part);
  }
  rows.sort((a, b) => (a.place < b.place ? -1 : 1));
  return { rows, isComplete, sources };
}

function placeOf(run: RunOutline, value: number | null): string {
  const shifted = value === null ? "z" : (value + 2 ** 50).toString(36).padStart(11, "0");
  return `${shifted}${createHash("sha1").update(invocationKey(run)).digest("base64url").slice(0, 8)}`;
}

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}
