import type { Clock } from "#domain";
import type { AttemptFailure } from "./attempt.ts";
import type { Cure } from "./codes.ts";
import { isSameCredential } from "./credentials.ts";
import type { Journey } from "./journey.ts";
import type { Keyring } from "./keyring.ts";
import { choosePauseMs, type RetryBudget, type RetrySettings } from "./retry.ts";
import type { UpstreamClock } from "./upstream-clock.ts";
import { pause, SHORTEST_ATTEMPT_MS, untilAborted } from "./wait.ts";

/** What curing takes. */
export interface CureOptions {
  readonly clock: Clock;
  readonly upstreamClock: UpstreamClock;
  readonly keyring: Keyring;
  readonly retry: RetrySettings;
  readonly random: () => number;
  readonly budgetOf: (journey: Journey) => RetryBudget;
}

/**
 * Does what has to come before another attempt: a pause, newer keys, a corrected clock. True where the attempt is then to be made.
 * Keys and clock are mended once a call; nothing waits past the operation's deadline.
 */
export type TryCure = (journey: Journey, failure: AttemptFailure) => Promise<boolean>;

/** Makes the one way to mend what failed. */
export function createCure(options: CureOptions): TryCure {
  return async (journey, failure) => {
    switch (failure.cure) {
      case "none":
        return false;
      case "renewKeys":
      case "renewedKeys":
        return renewKeys(journey, failure, options);
      case "correctClock":
        return correctClock(journey, failure, options);
      case "backoff":
      case "few":
      case "wait":
      case "resign":
        return backOff(journey, failure, options);
    }
  };
}

async function renewKeys(journey: Journey, { cure }: AttemptFailure, options: CureOptions): Promise<boolean> {
  if (journey.hasRenewedKeys) return false;
  journey.hasRenewedKeys = true;
  const { request, operation, credential: used } = journey;
  const renewed = await untilAborted(options.keyring.renew(request.source.account, used), operation.signal);
  if (renewed === null) return false;
  journey.credential = renewed;
  // The same keys are worth one more try where the vendor says so, but then out of the budget: they may be refused for good.
  return !isSameCredential(renewed, used) || (cure === "renewKeys" && options.budgetOf(journey).take());
}

function correctClock(journey: Journey, { serverDateMs }: AttemptFailure, { upstreamClock }: CureOptions): boolean {
  if (journey.hasCorrectedClock || serverDateMs === null) return false;
  journey.hasCorrectedClock = true;
  return upstreamClock.correct(serverDateMs, journey.clockOffsetMs);
}

async function backOff(journey: Journey, { cure, error }: AttemptFailure, options: CureOptions): Promise<boolean> {
  const { clock, retry, random } = options;
  if (journey.attempt >= maxAttemptsAfter(journey, cure, retry)) return false;
  const jitterMs = cure === "resign" ? 0 : choosePauseMs(retry, journey.attempt, random());
  const waitMs = jitterMs + (cure === "wait" ? (error.retryAfterMs ?? 0) : 0);
  if (clock.now() + waitMs + SHORTEST_ATTEMPT_MS > journey.operation.deadline) return false;
  if (!options.budgetOf(journey).take()) return false;
  if (waitMs > 0) await pause(waitMs, journey.operation, clock);
  return true;
}

function maxAttemptsAfter({ hasTimedOut }: Journey, cure: Cure, retry: RetrySettings): number {
  if (hasTimedOut) return retry.maxAttemptsAfterTimeout;
  return cure === "few" ? retry.maxAttemptsAfterInternalError : retry.maxAttempts;
}
