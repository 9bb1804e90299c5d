import { isDeepStrictEqual } from "node:util";

import {
  type Clock,
  createGoneError,
  createOwnFailure,
  type Invocation,
  type InvocationRef,
  type InvocationStatus,
  isFinalInvocationStatus,
  UpstreamError,
} from "#domain";
import type { Lease } from "#store";
import type { WatchWants } from "./contract.ts";
import type { Mailbox } from "./watch-mailbox.ts";
import { type Absence, ANY_AGE, createPollMeter, type Poll } from "./watch-poll.ts";
import { createSights, type Sights } from "./watch-sights.ts";

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

/** One who watches. */
export interface Watcher {
  readonly wants: WatchWants;
  readonly mailbox: Mailbox<Invocation>;
  /** The run as it was told last, as far as this watcher can see it. */
  seen: Invocation | null;
}

/** Looks after one run for all who watch it. */
export interface Poller {
  join(watcher: Watcher): void;
  leave(watcher: Watcher): void;
  /** Looks at once, since another gateway read the run. */
  wake(): void;
  /** Looks at once if the run, which somebody here read, is not what was told last. */
  learn(run: Invocation): void;
  /** The state of the run when it was seen last; null if it was not. */
  status(): InvocationStatus | null;
}

/** How long a run that was never seen is waited for: right after it was begun, replicas of the upstream may not know it. */
export const APPEAR_MS = 15_000;

/** A look takes what others read a moment ago: pollers of many runs then share one reading an interval. */
const AGE_SHARE = 0.9;

/** What a poller is made of. */
export interface PollerOptions {
  readonly poll: Poll;
  /** Of several gateways on one store, one asks the upstream for what these watchers want. */
  readonly want: (wants: WatchWants, onOurs: () => void) => Lease;
  readonly clock: Clock;
  readonly rules: WatchRules;
  /** For logs: the operation that made it necessary. */
  readonly requestId: string;
  /** Called once, when nobody watches any more and no more is asked. */
  readonly onEnd: () => void;
}

const NOTHING: WatchWants = { output: false, content: false, details: false };

/** Begins to look when the first one joins, and ends when the run is final or gone, or the last one has left. */
export function createPoller(ref: InvocationRef, options: PollerOptions): Poller {
  const { poll, clock, rules } = options;
  const watchers = new Set<Watcher>();
  const sights = createSights();
  const lease = createChangingLease(options.want, wake);
  const life = new AbortController();
  let nap = new AbortController();
  const begunAt = clock.elapsed();
  let isAbsent = false;
  let latest: { readonly run: Invocation; readonly wants: WatchWants; readonly at: number } | null = null;

  function end(error?: Error): void {
    for (const { mailbox } of watchers) mailbox.close(error);
    watchers.clear();
    if (life.signal.aborted) return;
    life.abort();
    nap.abort();
    lease.release();
    options.onEnd();
  }

  async function look(wants: WatchWants): Promise<Invocation | Error> {
    const operation = {
      signal: life.signal,
      deadline: clock.elapsed() + rules.pollDeadlineMs,
      requestId: options.requestId,
      meter: createPollMeter(rules.pollCallBudget),
    };
    // Who just came is shown the run as it is now, also if another gateway looks after it.
    const isNew = !isAbsent && [...watchers].some(({ seen }) => seen === null);
    const isOurs = lease.isOurs(wants) || isNew;
    return poll(ref, wants, operation, isOurs ? rules.minIntervalMs * AGE_SHARE : ANY_AGE).then(
      (found) => (typeof found === "string" ? absent(found) : found),
      (error: unknown) => (error instanceof Error ? error : new Error("A look at a run failed.", { cause: error })),
    );
  }

  /** What an empty look means: not yet there, or gone. One that is not there for once is as it was known. */
  function absent(absence: Absence): Error {
    isAbsent = true;
    const isAwaited = absence === "never seen" && latest === null && clock.elapsed() - begunAt < APPEAR_MS;
    return isAwaited
      ? createOwnFailure(ref.source, "NOT_FOUND", "The run is not to be seen at the moment.")
      : createGoneError(ref);
  }

  /** Tells everybody what is new to them; true where it was new to somebody. */
  function tell(run: Invocation, wants: WatchWants): boolean {
    const isFinal = isFinalInvocationStatus(run.status);
    let isNews = false;
    for (const watcher of [...watchers].filter((one) => isServed(one.wants, wants))) {
      isNews = offer(watcher, run, sights) || isNews;
      if (!isFinal) continue;
      watchers.delete(watcher);
      watcher.mailbox.close();
    }
    return isNews;
  }

  async function lookAfter(): Promise<void> {
    let intervalMs = rules.minIntervalMs;
    while (watchers.size > 0) {
      const wants = join(watchers);
      const found = await look(wants);
      if (life.signal.aborted) return;
      if (found instanceof Error) {
        if (!(found instanceof UpstreamError) || !found.retryable) return end(found);
        await clock.sleep(Math.max(intervalMs, found.retryAfterMs ?? 0), life.signal);
        intervalMs = longer(intervalMs, rules);
        continue;
      }
      isAbsent = false;
      latest = { run: found, wants, at: clock.elapsed() };
      if (tell(found, wants)) intervalMs = rules.minIntervalMs;
      // One who came meanwhile and wants more than was asked for is not kept waiting.
      if ([...watchers].some(({ seen }) => seen === null)) continue;
      nap = new AbortController();
      if (watchers.size > 0) await clock.sleep(intervalMs, nap.signal);
      intervalMs = longer(intervalMs, rules);
    }
    end();
  }

  function wake(): void {
    if (latest !== null) nap.abort();
  }

  return {
    wake,
    learn(run) {
      if (latest !== null && !sights.isSame(sights.of(run, NOTHING), sights.of(latest.run, NOTHING))) nap.abort();
    },
    status: () => latest?.run.status ?? null,
    join(watcher) {
      const isFirst = watchers.size === 0 && latest === null;
      watchers.add(watcher);
      if (isFirst) void lookAfter();
      else if (latest === null) return;
      else if (clock.elapsed() - latest.at < rules.minIntervalMs && isServed(watcher.wants, latest.wants)) {
        offer(watcher, latest.run, sights);
      } else nap.abort();
    },
    leave(watcher) {
      if (watchers.delete(watcher) && watchers.size === 0) end();
    },
  };
}

/** The lease for what is wanted at the moment: other watchers may want more of the same run. */
function createChangingLease(want: PollerOptions["want"], onOurs: () => void) {
  let current: { readonly wants: WatchWants; readonly lease: Lease } | null = null;
  return {
    isOurs(wants: WatchWants): boolean {
      if (current === null || !isDeepStrictEqual(current.wants, wants)) {
        current?.lease.release();
        current = { wants, lease: want(wants, onOurs) };
      }
      return current.lease.isOurs();
    },
    release: () => current?.lease.release(),
  };
}

function offer(watcher: Watcher, run: Invocation, sights: Sights): boolean {
  const visible = sights.of(run, watcher.wants);
  if (watcher.seen !== null && sights.isSame(visible, watcher.seen)) return false;
  watcher.seen = visible;
  watcher.mailbox.put(run);
  return true;
}

function join(watchers: ReadonlySet<Watcher>): WatchWants {
  const all = [...watchers].map(({ wants }) => wants);
  return {
    output: all.some(({ output }) => output),
    content: all.some(({ content }) => content),
    details: all.some(({ details }) => details),
  };
}

function isServed(wanted: WatchWants, asked: WatchWants): boolean {
  return (asked.output || !wanted.output) && (asked.content || !wanted.content) && (asked.details || !wanted.details);
}

function longer(intervalMs: number, { maxIntervalMs }: WatchRules): number {
  return Math.min(intervalMs * 2, maxIntervalMs);
}
