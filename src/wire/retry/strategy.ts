import type { Clock } from "#domain";
import type { RetryKind } from "../call/index.ts";
import { SHORTEST_ATTEMPT_MS, untilAborted } from "../call/index.ts";
import type { Keyring } from "../keys/index.ts";
import { isSameCredential } from "../keys/index.ts";
import type { UpstreamClock } from "../sign/index.ts";
import type { AttemptFailure, CallState } from "../transport/index.ts";
import { choosePauseMs, type RetryBudget, type RetrySettings } from "./budget.ts";

/** What a retry strategy is made of. */
export interface RetryStrategyOptions {
  readonly clock: Clock;
  readonly upstreamClock: UpstreamClock;
  readonly keyring: Keyring;
  readonly retry: RetrySettings;
  readonly random: () => number;
  readonly budgetOf: (state: CallState) => RetryBudget;
}

/**
 * Does what has to come before another attempt: a pause, newer keys, a corrected clock. Resolves to true if the attempt is then
 * to be made. Renews keys and corrects the clock once a call; never waits past the operation's deadline.
 */
export type RetryStrategy = (state: CallState, failure: AttemptFailure) => Promise<boolean>;

/** Decides by the {@link RetryKind} of the failure's code. */
export function createRetryStrategy(options: RetryStrategyOptions): RetryStrategy {
  return async (state, failure) => {
    switch (failure.retryKind) {
      case "none":
        return false;
      case "renewKeys":
      case "renewedKeys":
        return renewKeys(state, failure, options);
      case "correctClock":
        return correctClock(state, failure, options);
      case "backoff":
      case "few":
      case "wait":
      case "resign":
        return backOff(state, failure, options);
    }
  };
}

async function renewKeys(
  state: CallState,
  { retryKind }: AttemptFailure,
  options: RetryStrategyOptions,
): Promise<boolean> {
  if (state.hasRenewedKeys) return false;
  state.hasRenewedKeys = true;
  const { request, operation, credential: used } = state;
  const renewed = await untilAborted(options.keyring.renew(request.source.account, used), operation.signal);
  if (renewed === null) return false;
  state.credential = renewed;
  // The same keys are worth one more try where the vendor says so, but then out of the budget: they may be refused for good.
  return !isSameCredential(renewed, used) || (retryKind === "renewKeys" && options.budgetOf(state).take());
}

function correctClock(
  state: CallState,
  { serverDateMs }: AttemptFailure,
  { upstreamClock }: RetryStrategyOptions,
): boolean {
  if (state.hasCorrectedClock || serverDateMs === null) return false;
  state.hasCorrectedClock = true;
  return upstreamClock.correct(serverDateMs, state.clockOffsetMs);
}

async function backOff(
  state: CallState,
  { retryKind, error }: AttemptFailure,
  options: RetryStrategyOptions,
): Promise<boolean> {
  const { clock, retry, random } = options;
  // What nobody waits for, or what is known already, is not waited for either.
  if (retryKind === "wait" && state.operation.pace !== undefined) return false;
  if (state.attempt >= maxAttemptsAfter(state, retryKind, retry)) return false;
  const jitterMs = retryKind === "resign" ? 0 : choosePauseMs(retry, state.attempt, random());
  const waitMs = jitterMs + (retryKind === "wait" ? (error.retryAfterMs ?? 0) : 0);
  if (clock.elapsed() + waitMs + SHORTEST_ATTEMPT_MS > state.operation.deadline) return false;
  if (!options.budgetOf(state).take()) return false;
  if (waitMs > 0) await clock.sleep(waitMs, state.operation.signal);
  return true;
}

function maxAttemptsAfter({ hasTimedOut }: CallState, retryKind: RetryKind, retry: RetrySettings): number {
  if (hasTimedOut) return retry.maxAttemptsAfterTimeout;
  return retryKind === "few" ? retry.maxAttemptsAfterInternalError : retry.maxAttempts;
}
