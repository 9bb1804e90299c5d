import { GatewayError } from "./errors.ts";
import type { InvocationFilter, RecentRunsQuery, RunStatusQuery } from "./generated/documents/graphql.ts";
import type { Sdk } from "./generated/sdk.ts";
import { createPatience, type Patience, SHORTEST_LOOK_MS } from "./patience.ts";
import { createStallNotice, describeFailing, findFailing } from "./stalled-source.ts";

/** How far a run is. */
export type RunState = Extract<RunStatusQuery["node"], { readonly __typename: "Invocation" }>;

type Page = NonNullable<RecentRunsQuery["invocations"]>;

/** A run of a list. */
export type Run = NonNullable<Page["nodes"][number]>;

/** A source of which runs may be missing. */
export type IncompleteSource = Page["sources"][number];

/** How to watch a run. */
export interface WatchOptions {
  /** Time between two looks: 2 s. */
  readonly intervalMs?: number;
  /** How long at most: 30 minutes. The last look may end a second later. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * The states of a run as they change, from the present one to the final one. A run that is not known gets 15 s to appear; a few
 * failures in a row that may pass are waited through, and throttles to the end of the time. One that does not pass ends it, also if
 * it is the run's source that cannot be read any more.
 *
 * @throws GatewayError `NOT_FOUND` if there is no such run, `TIMEOUT` if the time is up before the run is final.
 */
export async function* watchRun(client: Sdk, id: string, options: WatchOptions = {}): AsyncGenerator<RunState, void> {
  const startedAt = Date.now();
  const patience = createPatience(() => Date.now() - startedAt);
  let last: RunState | null = null;
  try {
    for await (const state of look(client, id, { ...options, startedAt, patience })) {
      last = state;
      yield state;
    }
  } catch (error) {
    if (!(error instanceof GatewayError) || error.kind !== "TIMEOUT") throw error;
    const failing = await inTime(0, options.signal, (over) => findFailing(client, last, over));
    const reasons = failing.map(describeFailing);
    throw timeIsUp(reasons.length > 0 ? reasons.join(" ") : (patience.lastFailure()?.message ?? null));
  }
}

interface Looking extends WatchOptions {
  readonly startedAt: number;
  readonly patience: Patience;
}

async function* look(client: Sdk, id: string, options: Looking): AsyncGenerator<RunState, void> {
  const { intervalMs = 2_000, timeoutMs = 1_800_000, signal, startedAt, patience } = options;
  const noticeStall = createStallNotice(client, () => Date.now() - startedAt);
  let last = "";
  const leftMs = () => startedAt + timeoutMs - Date.now();
  for (;;) {
    const state = await inTime(leftMs(), signal, (over) => readState(client, id, over)).then(
      patience.see,
      patience.fail,
    );
    if (leftMs() > 0) await inTime(leftMs(), signal, (over) => noticeStall(state ?? null, over));
    if (state && JSON.stringify(state) !== last) yield state;
    if (state?.isFinal) return;
    last = state ? JSON.stringify(state) : last;
    if (leftMs() <= 0) throw timeIsUp();
    await sleep(Math.min(intervalMs, leftMs()), signal);
  }
}

function timeIsUp(reason: string | null = null): GatewayError {
  const message = "The time is up and the run is not final.";
  return new GatewayError({ kind: "TIMEOUT", message: reason === null ? message : `${message} ${reason}` });
}

/** The final state of a run; waits and fails as {@link watchRun} does. */
export async function waitForRun(client: Sdk, id: string, options: WatchOptions = {}): Promise<RunState> {
  for await (const state of watchRun(client, id, options)) if (state.isFinal) return state;
  throw new GatewayError({ kind: "TIMEOUT", message: "The run is not final." });
}

/** Which runs to walk through. */
export interface AllRunsOptions {
  readonly filter?: InvocationFilter;
  /** How many runs at most: 10,000. */
  readonly limit?: number;
  /** Runs a page: 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
  /** Told of each page from which runs may be missing; writes each failure once to standard error unless given. */
  readonly onIncomplete?: (sources: readonly IncompleteSource[]) => void;
}

/** Every run of a list, newest first, page after page; each once. */
export async function* allRuns(client: Sdk, options: AllRunsOptions = {}): AsyncGenerator<Run, void> {
  const { filter, limit = 10_000, pageSize = 100, signal, onIncomplete = createTeller() } = options;
  let after: string | null = null;
  for (let left = limit; left > 0; ) {
    const variables = { first: Math.min(pageSize, left), after, ...(filter && { filter }) };
    const { invocations: page }: RecentRunsQuery = await client.recentRuns(variables, {}, signal);
    if (page === null) throw new GatewayError({ kind: "GRAPHQL", message: "The gateway gave no list." });
    const missing = page.sources.filter(({ ok, isComplete }) => !ok || !isComplete);
    if (missing.length > 0) onIncomplete(missing);
    const runs = page.nodes.filter((run) => run !== null);
    left -= runs.length;
    yield* runs;
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage || endCursor === null || endCursor === after) return;
    after = endCursor;
  }
}

/** Browsers have no `node:timers`. Rejects with the signal's reason. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Tells each failure of a source once, whatever number of pages lack it. */
function createTeller(): (sources: readonly IncompleteSource[]) => void {
  const told = new Set<string>();
  return (sources) => {
    for (const { provider, regionId, account, error } of sources) {
      const reason = error?.message ?? "the gateway does not say why";
      const line = `incomplete: ${provider} ${regionId} ${account}: ${reason}`;
      if (!told.has(line)) console.error(line);
      told.add(line);
    }
  };
}

/** @throws GatewayError `TIMEOUT` if there is no answer in time; the signal's reason once that aborts */
async function inTime<Answer>(
  ms: number,
  signal: AbortSignal | undefined,
  ask: (over: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  // Not `AbortSignal.any`: what it returns may be collected as garbage while fetch still waits for it.
  const over = new AbortController();
  const leave = () => over.abort(signal?.reason);
  let isLate = false;
  const timer = setTimeout(
    () => {
      isLate = true;
      over.abort();
    },
    Math.max(ms, SHORTEST_LOOK_MS),
  );
  if (signal?.aborted) leave();
  else signal?.addEventListener("abort", leave, { once: true });
  try {
    return await ask(over.signal);
  } catch (error) {
    throw isLate ? timeIsUp() : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
  }
}

async function readState(client: Sdk, id: string, signal: AbortSignal): Promise<RunState | null> {
  const { node } = await client.runStatus({ id }, {}, signal);
  if (node === null || node.__typename === "Invocation") return node;
  const message = `This id names no run but a thing of type ${node.__typename}.`;
  throw new GatewayError({ kind: "NOT_FOUND", message });
}
