import {
  type Clock,
  type OpenQuotaShare,
  type Operation,
  type Source,
  sourceKey,
  type Telemetry,
  type UpstreamError,
} from "#domain";
import type { CallRequest } from "../call/index.ts";
import { createFailure, failWhenOver } from "../call/index.ts";
import { createRetryBudget, type RetryBudget, type RetrySettings } from "../retry/index.ts";
import { type AttemptEnd, type Breaker, type BreakerSettings, createBreaker } from "./breaker.ts";
import { createQuota, type Quota } from "./quota.ts";
import { findQuota, type QuotaTable } from "./quota-table.ts";
import type { QuotaRefusal } from "./reservations.ts";
import type { Slot } from "./sliding-window.ts";
import { createTurns, type Turns } from "./turns.ts";

/** Permission for one attempt. */
interface Admission {
  /** Says how the attempt ended and gives the turn back. */
  end(end: AttemptEnd): void;
}

/**
 * Who may call which source when: turns and retries left, each source for itself; quotas and breakers, each action of it for itself,
 * since one action may fail while the others are well.
 */
export interface TrafficPolicy {
  /**
   * Waits until an attempt may be made; an attempt of a refresh does not wait for quota, one of a collector for its share of it.
   * @throws UpstreamError if it may not within the operation's deadline, and what `operation.meter` throws.
   */
  admit(request: CallRequest, operation: Operation, isRetry: boolean): Promise<Admission>;
  /** True if the breaker of the request's action lets nobody through now. */
  isOpen(request: CallRequest): boolean;
  quota(request: CallRequest): Quota;
  retries(source: Source): RetryBudget;
}

/** What a traffic policy is made of. */
export interface TrafficPolicyOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly quotas: QuotaTable;
  /** Share of each action's quota that collecting may use: above 0, at most 1. */
  readonly collectShare: number;
  /** Calls at once per source. */
  readonly concurrency: number;
  readonly breaker: BreakerSettings;
  readonly retry: RetrySettings;
  /** How quotas are shared with other gateways; each has the whole if absent. */
  readonly openQuotaShare?: OpenQuotaShare;
}

interface SourceParts {
  readonly turns: Turns;
  readonly retries: RetryBudget;
  readonly actions: Map<string, ActionParts>;
}

interface ActionParts {
  readonly breaker: Breaker;
  readonly quota: Quota;
}

/** Starts with everything closed, unused and full. */
export function createTrafficPolicy(options: TrafficPolicyOptions): TrafficPolicy {
  const { clock } = options;
  const { sourceParts, actionParts } = createParts(options);
  return {
    async admit(request, operation, isRetry) {
      const { turns } = sourceParts(request.source);
      const { breaker, quota } = actionParts(request);
      const failUnlessUseful = () => {
        failWhenOver(request, operation, clock);
        failWhenOpen(request, breaker);
      };
      for (;;) {
        failUnlessUseful();
        const slot = await quota.reserve(operation, isRetry);
        if (slot === null) continue;
        if ("kind" in slot) throw toFailure(request, operation, slot);
        // Calls that operations share have an operation object of their own, but the meter of who began them.
        const release = await turns.take(operation.meter, operation.signal);
        try {
          failUnlessUseful();
          // While this call waited for its turn, the upstream may have asked for a pause.
          if (release !== null && !quota.isPaused()) return enter(request, operation, { breaker, slot, release });
        } catch (error) {
          slot.cancel();
          release?.();
          throw error;
        }
        slot.cancel();
        release?.();
      }
    },
    isOpen: (request) => actionParts(request).breaker.check() !== null,
    quota: (request) => actionParts(request).quota,
    retries: (source) => sourceParts(source).retries,
  };
}

/** What each source, and each action of it, has to itself; made when it is first called. */
function createParts(options: TrafficPolicyOptions) {
  const { clock, telemetry, quotas, collectShare, concurrency, breaker, retry, openQuotaShare } = options;
  const all = new Map<string, SourceParts>();

  const sourceParts = (source: Source): SourceParts => {
    const key = sourceKey(source);
    let found = all.get(key);
    if (found === undefined) {
      found = { turns: createTurns(concurrency), retries: createRetryBudget(retry), actions: new Map() };
      all.set(key, found);
    }
    return found;
  };

  const actionParts = ({ source, action }: CallRequest): ActionParts => {
    const { actions } = sourceParts(source);
    let found = actions.get(action);
    if (found === undefined) {
      const key = `${sourceKey(source)}|${action}`;
      found = {
        breaker: createBreaker(breaker, clock, (state) => telemetry.breakerChanged({ source, action, state })),
        quota: createQuota(findQuota(quotas, source, action), clock, {
          collectShare,
          openShare: openQuotaShare && ((use) => openQuotaShare(key, use)),
        }),
      };
      actions.set(action, found);
    }
    return found;
  };

  return { sourceParts, actionParts };
}

function enter(
  { source, action }: CallRequest,
  operation: Operation,
  { breaker, slot, release }: { readonly breaker: Breaker; readonly slot: Slot; readonly release: () => void },
): Admission {
  operation.meter.spend(source, action);
  const settle = breaker.enter();
  return {
    end(end) {
      settle(end);
      slot.end();
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

function toFailure(request: CallRequest, { pace }: Operation, refusal: QuotaRefusal): UpstreamError {
  const { waitMs, isOwn, upstreamCode } = refusal;
  const isPaced = pace !== undefined;
  const says = isOwn
    ? "the calls that may be made in this minute are used up"
    : "too many requests, as the upstream said a moment ago";
  return createFailure(request, {
    code: "THROTTLED",
    says: isPaced ? "it is not read again yet, to keep within the quota" : says,
    upstreamCode: isPaced ? null : upstreamCode,
    retryable: true,
    retryAfterMs: waitMs,
    isPaced,
  });
}
