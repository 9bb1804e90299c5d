import { isDeepStrictEqual } from "node:util";

import {
  type Clock,
  createGoneError,
  createOwnFailure,
  hasEnded,
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  type InvocationStatus,
  UpstreamError,
} from "#domain";
import type { Lease } from "#store";
import { isSettledExecution } from "#sync";
import type { WatchProjection } from "../contract/index.ts";
import { createAudience, isServed, type Watcher } from "./audience.ts";
import { type Absence, ANY_AGE, createPollMeter, type Poll } from "./poll.ts";

/** How often a watched run is asked for. */
export interface WatchRules {
  /** Between two looks while the run changes. */
  readonly minIntervalMs: number;
  /** Doubled up to this while nothing changes or the upstream does not answer. */
  readonly maxIntervalMs: number;
  /** One look takes no longer than this. */
  readonly pollDeadlineMs: number;
  /** Most upstream calls of one look. */
  readonly pollCallBudget: number;
}

/** Looks after one run for all who watch it. */
export interface Poller {
  join(watcher: Watcher): void;
  leave(watcher: Watcher): void;
  /** Looks at once if the run, which somebody just read, is not what was told last; null if another gateway read it. */
  notice(run: Invocation | null): void;
  /** The state of the run when it was seen last; null if it was not. */
  status(): InvocationStatus | null;
}

/** How long a run that was never seen is waited for: right after it was begun, replicas of the upstream may not know it. */
export const APPEAR_MS = 15_000;

/** How long the end of an output is waited for once the run is over: some upstreams never tell it. */
const END_AWAITED_MS = 60_000;
/** The same of an output that is empty right after the end, if nothing was printed before: most commands that print nothing are over then. */
const OUTPUT_AWAITED_MS = 1_000;

/** A look takes what others read a moment ago: pollers of many runs then share one reading an interval. */
const AGE_SHARE = 0.9;

/** What a poller is made of. */
export interface PollerOptions {
  readonly poll: Poll;
  /** Of several gateways on one store, one asks the upstream for what these watchers want. */
  readonly want: (projection: WatchProjection, onOurs: () => void) => Lease;
  readonly clock: Clock;
  readonly rules: WatchRules;
  /** For logs: the operation that made it necessary. */
  readonly requestId: string;
  /** Called once, when nobody watches any more and no more is asked. */
  readonly onEnd: () => void;
}

/** Begins to look when the first one joins, and ends when the run is final or gone, or the last one has left. */
export function createPoller(ref: InvocationRef, options: PollerOptions): Poller {
  const { clock, rules } = options;
  const audience = createAudience(() => end());
  const lease = createChangingLease(options.want, () => notice(null));
  const life = new AbortController();
  const look = createLook(ref, options, lease.isOurs, life.signal);
  let nap = new AbortController();
  const isPrinted = createPrintedCheck(clock);
  let latest: { readonly run: Invocation; readonly projection: WatchProjection; readonly at: number } | null = null;

  function end(error?: Error): void {
    audience.close(error);
    if (life.signal.aborted) return;
    life.abort();
    nap.abort(null);
    lease.release();
    options.onEnd();
  }

  async function lookAfter(): Promise<void> {
    let intervalMs = rules.minIntervalMs;
    while (!audience.isEmpty()) {
      const projection = audience.projection();
      const found = await look(projection, audience.hasNewcomer());
      if (life.signal.aborted) return;
      if (found instanceof Error) {
        if (!(found instanceof UpstreamError) || !found.retryable) return end(found);
        await clock.sleep(Math.max(intervalMs, found.retryAfterMs ?? 0), life.signal);
      } else {
        latest = { run: found, projection, at: clock.elapsed() };
        if (audience.tell(found, projection, isPrinted(found))) intervalMs = rules.minIntervalMs;
        // One who came meanwhile and wants more than was asked for is not kept waiting.
        if (audience.hasNewcomer()) continue;
        nap = new AbortController();
        if (!audience.isEmpty()) await clock.sleep(intervalMs, nap.signal);
      }
      intervalMs = Math.min(intervalMs * 2, rules.maxIntervalMs);
    }
    end();
  }

  function notice(run: Invocation | null): void {
    if (latest !== null && (run === null || !audience.seesSame(run, latest.run))) nap.abort(null);
  }

  return {
    notice,
    status: () => latest?.run.status ?? null,
    join(watcher) {
      const isFirst = audience.isEmpty() && latest === null;
      audience.add(watcher);
      if (isFirst) void lookAfter();
      if (latest === null) return;
      const isRecent = clock.elapsed() - latest.at < rules.minIntervalMs;
      if (isRecent && isServed(watcher.projection, latest.projection)) audience.offer(watcher, latest.run);
      else nap.abort(null);
    },
    leave: audience.remove,
  };
}

/** True if what the run printed is told to its end, or was waited for long enough since it was over. */
function createPrintedCheck(clock: Clock): (run: Invocation) => boolean {
  let overSince: number | null = null;
  return (run) => {
    overSince ??= hasEnded(run) ? clock.elapsed() : null;
    const overMs = overSince === null ? 0 : clock.elapsed() - overSince;
    return (
      (overMs >= END_AWAITED_MS || run.instances.every((one) => isSettledExecution(one, run, clock.now()))) &&
      run.instances.every((one) => one.output !== undefined || overMs >= awaitedMs(one))
    );
  };
}

function awaitedMs({ pastOutput }: InstanceInvocation): number {
  return pastOutput === undefined ? OUTPUT_AWAITED_MS : END_AWAITED_MS;
}

type Look = (projection: WatchProjection, hasNewcomer: boolean) => Promise<Invocation | Error>;

/** One look after the other at a run: what it is now, or why it cannot be told. */
function createLook(
  ref: InvocationRef,
  { poll, clock, rules, requestId }: PollerOptions,
  isOurs: (projection: WatchProjection) => boolean,
  signal: AbortSignal,
): Look {
  const begunAt = clock.elapsed();
  let wasSeen = false;
  let isAbsent = false;

  /** What an empty look means: not yet there, or gone. One that is not there for once is as it was known. */
  function absent(absence: Absence): Error {
    isAbsent = true;
    const isAwaited = absence === "never seen" && !wasSeen && clock.elapsed() - begunAt < APPEAR_MS;
    return isAwaited
      ? createOwnFailure(ref.source, "NOT_FOUND", "The run is not to be seen at the moment.")
      : createGoneError(ref);
  }

  return async (projection, hasNewcomer) => {
    const deadline = clock.elapsed() + rules.pollDeadlineMs;
    const operation = { signal, deadline, requestId, meter: createPollMeter(rules.pollCallBudget) };
    // Who just came is shown the run as it is now, also if another gateway looks after it.
    const mayAsk = isOurs(projection) || (hasNewcomer && !isAbsent);
    try {
      const found = await poll(ref, projection, operation, mayAsk ? rules.minIntervalMs * AGE_SHARE : ANY_AGE);
      if (typeof found === "string") return absent(found);
      wasSeen = true;
      isAbsent = false;
      return found;
    } catch (error) {
      return error instanceof Error ? error : new Error("A look at a run failed.", { cause: error });
    }
  };
}

/** The lease for what is wanted at the moment: other watchers may want more of the same run. */
function createChangingLease(want: PollerOptions["want"], onOurs: () => void) {
  let current: { readonly projection: WatchProjection; readonly lease: Lease } | null = null;
  return {
    isOurs(projection: WatchProjection): boolean {
      if (current === null || !isDeepStrictEqual(current.projection, projection)) {
        current?.lease.release();
        current = { projection, lease: want(projection, onOurs) };
      }
      return current.lease.isOurs();
    },
    release: () => current?.lease.release(),
  };
}
