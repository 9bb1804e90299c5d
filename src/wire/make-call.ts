import { setMaxListeners } from "node:events";
import type { Clock, Operation, Source, Telemetry, UpstreamError } from "#domain";
import { type Call, type CallRequest, createFailure, failWhenOver, untilAborted } from "./call/index.ts";
import type { Keyring } from "./keys/index.ts";
import type { AttemptEnd, TrafficPolicy } from "./pace/index.ts";
import type { RetryStrategy } from "./retry/index.ts";
import { isSendable, toCanonicalQuery } from "./sign/index.ts";
import { type AttemptOutcome, type CallState, type Endpoint, isMomentary } from "./transport/index.ts";

/** What a call is made of. */
interface CallParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly keyring: Keyring;
  readonly traffic: TrafficPolicy;
  readonly resolveEndpoint: (source: Source) => Endpoint | null;
  readonly send: (state: CallState) => Promise<AttemptOutcome>;
  readonly retry: RetryStrategy;
}

/** Makes the {@link Call} over its parts. */
export function createCall(parts: CallParts): Call {
  return async (request, operation) => {
    const state = await begin(parts, request, operation);
    let lastFailure: UpstreamError | null = null;
    for (;;) {
      const outcome = await attempt(parts, state).catch((error: unknown) => {
        // Refused here: what the upstream itself said about this call is more telling.
        throw lastFailure ?? error;
      });
      if (outcome.kind === "ok") return outcome.answer;
      lastFailure = outcome.error;
      // Nobody would be let through after the pause.
      if (parts.traffic.isOpen(request)) throw outcome.error;
      operation.noteAttempt?.(outcome.error);
      if (!(await parts.retry(state, outcome))) throw outcome.error;
    }
  };
}

async function begin(parts: CallParts, request: CallRequest, operation: Operation): Promise<CallState> {
  // Every call of an operation listens to its one signal; Node would warn of a leak from the eleventh on.
  setMaxListeners(0, operation.signal);
  failWhenOver(request, operation, parts.clock);
  const endpoint = parts.resolveEndpoint(request.source);
  if (endpoint === null) {
    throw createFailure(request, { code: "NOT_SUPPORTED", says: "this can be no region id", retryable: false });
  }
  const credential = await untilAborted(parts.keyring.read(request.source.account), operation.signal);
  failWhenOver(request, operation, parts.clock);
  if (credential === null) {
    throw createFailure(request, parts.keyring.explain(request.source.account));
  }
  if (!isSendable(credential)) {
    const says = "its keys hold characters that no header carries, such as a line feed";
    throw createFailure(request, { code: "UNAUTHENTICATED", says, advice: "mend its access key", retryable: false });
  }
  return {
    request,
    operation,
    endpoint,
    query: toCanonicalQuery(request.parameters),
    credential,
    attempt: 0,
    clockOffsetMs: 0,
    hasTimedOut: false,
    hasRenewedKeys: false,
    hasCorrectedClock: false,
  };
}

async function attempt(parts: CallParts, state: CallState): Promise<AttemptOutcome> {
  const { clock, traffic } = parts;
  const admission = await traffic.admit(state.request, state.operation, state.attempt > 0);
  const startedAt = clock.elapsed();
  state.attempt += 1;
  let end: AttemptEnd = { kind: "unknown" };
  try {
    const outcome = await parts.send(state);
    learn(traffic, state.request, outcome);
    end = toAttemptEnd(outcome, state.operation);
    tell(parts, state, outcome, Math.round(clock.elapsed() - startedAt));
    return outcome;
  } finally {
    admission.end(end);
  }
}

function learn(traffic: TrafficPolicy, request: CallRequest, outcome: AttemptOutcome): void {
  const quota = traffic.quota(request);
  if (outcome.kind === "ok") traffic.retries(request.source).addSuccess();
  else if (outcome.error.code === "THROTTLED") {
    const { retryAfterMs, upstreamCode } = outcome.error;
    quota.noteThrottle(retryAfterMs ?? 0, upstreamCode, !isMomentary(upstreamCode));
  }
  quota.note(outcome.quota);
}

function toAttemptEnd(outcome: AttemptOutcome, operation: Operation): AttemptEnd {
  if (outcome.kind === "ok") return { kind: "alive" };
  if (outcome.isOutage) return { kind: "outage", failure: outcome.error };
  const hasAnswered =
    outcome.error.httpStatus !== null || (!operation.signal.aborted && outcome.error.code !== "TIMEOUT");
  return { kind: hasAnswered ? "alive" : "unknown" };
}

function tell({ telemetry, clock }: CallParts, state: CallState, outcome: AttemptOutcome, durationMs: number): void {
  const { request, operation, attempt: number } = state;
  const error = outcome.kind === "ok" ? null : outcome.error;
  const isCancelled = error?.code === "TIMEOUT" && operation.signal.aborted && clock.elapsed() < operation.deadline;
  telemetry.upstreamAttempt({
    source: request.source,
    action: request.action,
    outcome: isCancelled ? "CANCELLED" : (error?.code ?? "ok"),
    attempt: number,
    durationMs,
    httpStatus: outcome.kind === "ok" ? outcome.httpStatus : outcome.error.httpStatus,
    upstreamCode: error?.upstreamCode ?? null,
    upstreamRequestId: outcome.kind === "ok" ? outcome.answer.requestId : outcome.error.requestId,
    requestId: operation.requestId,
  });
}
