import { type Clock, type Operation, type Source, sourceKey, type Telemetry } from "#domain";
import { type AttemptEnd, type Breaker, type BreakerSettings, type BreakerState, createBreaker } from "./breaker.ts";
import type { CallRequest } from "./contract.ts";
import { createFailure } from "./failure.ts";
import { createQuota, type Quota } from "./quota.ts";
import { createRetryBudget, type RetryBudget, type RetrySettings } from "./retry.ts";
import { createTurns, type Turns } from "./turns.ts";
import { failWhenOver, pause, SHORTEST_ATTEMPT_MS } from "./wait.ts";

/** Limits that the gateway sets itself. */
export interface GovernorSettings {
  /** Calls in any minute per account, product, region and action; null for no limit. */
  readonly callsPerMinute: number | null;
  /** Calls at once per source. */
  readonly concurrency: number;
}

/** Permission for one attempt. */
interface Admission {
  /** Says how the attempt ended and gives the turn back. */
  end(end: AttemptEnd): void;
}

/** Who may call which source when: quotas, turns, breakers and retries left, each source for itself. */
export interface SourceGate {
  /**
   * Waits until an attempt may be made.
   * @throws UpstreamError where it may not within the operation's deadline, and what `operation.meter` throws.
   */
  admit(request: CallRequest, operation: Operation): Promise<Admission>;
  /** True where the source's breaker lets nobody through now. */
  isOpen(source: Source): boolean;
  quota(request: CallRequest): Quota;
  retries(source: Source): RetryBudget;
  /** Of every source that was called. */
  breakers(): readonly { readonly source: Source; readonly state: BreakerState }[];
}

/** What the gate is made of. */
export interface SourceGateOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly governor: GovernorSettings;
  readonly breaker: BreakerSettings;
  readonly retry: RetrySettings;
}

interface SourceParts {
  readonly source: Source;
  readonly breaker: Breaker;
  readonly turns: Turns;
  readonly retries: RetryBudget;
  readonly quotas: Map<string, Quota>;
}

/** Starts with everything closed, unused and full. */
export function createSourceGate({ clock, telemetry, governor, breaker, retry }: SourceGateOptions): SourceGate {
  const parts = new Map<string, SourceParts>();

  const partsOf = (source: Source): SourceParts => {
    const key = sourceKey(source);
    let found = parts.get(key);
    if (found === undefined) {
      found = {
        source,
        breaker: createBreaker(breaker, clock, (state) => telemetry.breakerChanged({ source, state })),
        turns: createTurns(governor.concurrency),
        retries: createRetryBudget(retry),
        quotas: new Map(),
      };
      parts.set(key, found);
    }
    return found;
  };

  const quotaOf = ({ source, action }: CallRequest): Quota => {
    const { quotas } = partsOf(source);
    let quota = quotas.get(action);
    if (quota === undefined) {
      quota = createQuota(governor.callsPerMinute, clock);
      quotas.set(action, quota);
    }
    return quota;
  };

  return {
    async admit(request, operation) {
      const { breaker, turns } = partsOf(request.source);
      const quota = quotaOf(request);
      for (;;) {
        failWhenOver(request, operation, clock);
        failWhenOpen(request, breaker);
        await waitForQuota(request, operation, quota, clock);
        // Calls that operations share have an operation object of their own, but the meter of who began them.
        const release = await turns.take(operation.meter, operation.signal);
        if (release === null) continue;
        try {
          failWhenOver(request, operation, clock);
          failWhenOpen(request, breaker);
          // Others may have used the quota up while this call waited for its turn.
          if (quota.check() === null) return enter(request, operation, { breaker, quota, release });
        } catch (error) {
          release();
          throw error;
        }
        release();
      }
    },
    isOpen: (source) => partsOf(source).breaker.check() !== null,
    quota: quotaOf,
    retries: (source) => partsOf(source).retries,
    breakers: () => [...parts.values()].map(({ source, breaker }) => ({ source, state: breaker.state() })),
  };
}

function enter(
  { source, action }: CallRequest,
  operation: Operation,
  { breaker, quota, release }: { readonly breaker: Breaker; readonly quota: Quota; readonly release: () => void },
): Admission {
  operation.meter.spend(source, action);
  quota.take();
  const settle = breaker.enter();
  return {
    end(end) {
      settle(end);
      release();
    },
  };
}

function failWhenOpen(request: CallRequest, breaker: Breaker): void {
  const refusal = breaker.check();
  if (refusal === null) return;
  throw createFailure(request, {
    code: refusal.failure.code,
    says: "it failed several times in a row and is left alone for a while",
    upstreamCode: refusal.failure.upstreamCode,
    httpStatus: refusal.failure.httpStatus,
    retryable: true,
    retryAfterMs: refusal.retryAfterMs,
  });
}

async function waitForQuota(request: CallRequest, operation: Operation, quota: Quota, clock: Clock): Promise<void> {
  const wait = quota.check();
  if (wait === null) return;
  if (clock.now() + wait.waitMs + SHORTEST_ATTEMPT_MS > operation.deadline) {
    const says = wait.isOwn
      ? "the calls that may be made in this minute are used up"
      : "too many requests, as the upstream said a moment ago";
    throw createFailure(request, {
      code: "THROTTLED",
      says,
      upstreamCode: wait.upstreamCode,
      retryable: true,
      retryAfterMs: wait.waitMs,
    });
  }
  await pause(wait.waitMs, operation, clock);
}
