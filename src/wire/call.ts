import { setMaxListeners } from "node:events";
import type { Clock, Operation, Source, Telemetry, UpstreamError } from "#domain";
import type { AttemptOutcome } from "./attempt.ts";
import type { AttemptEnd } from "./breaker.ts";
import type { Call, CallRequest } from "./contract.ts";
import type { TryCure } from "./cure.ts";
import type { Endpoint } from "./endpoint.ts";
import { createFailure } from "./failure.ts";
import type { Journey } from "./journey.ts";
import type { Keyring } from "./keyring.ts";
import { toCanonicalQuery } from "./parameters.ts";
import type { SourceGate } from "./source-gate.ts";
import { failWhenOver, untilAborted } from "./wait.ts";

/** What a call is made of. */
export interface CallParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly keyring: Keyring;
  readonly gate: SourceGate;
  readonly resolveEndpoint: (source: Source) => Endpoint | null;
  readonly send: (journey: Journey) => Promise<AttemptOutcome>;
  readonly tryCure: TryCure;
}

/** Makes the {@link Call} over its parts. */
export function createCall(parts: CallParts): Call {
  return async (request, operation) => {
    const journey = await begin(parts, request, operation);
    let lastFailure: UpstreamError | null = null;
    for (;;) {
      const outcome = await attempt(parts, journey).catch((error: unknown) => {
        // Refused at the gate: what the upstream itself said about this call is more telling.
        throw lastFailure ?? error;
      });
      if (outcome.kind === "ok") return outcome.answer;
      lastFailure = outcome.error;
      // Nobody would be let through after the pause.
      if (parts.gate.isOpen(request.source)) throw outcome.error;
      if (!(await parts.tryCure(journey, outcome))) throw outcome.error;
    }
  };
}

async function begin(parts: CallParts, request: CallRequest, operation: Operation): Promise<Journey> {
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
    throw createFailure(request, { code: "UNAUTHENTICATED", ...parts.keyring.explain(request.source.account) });
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

async function attempt(parts: CallParts, journey: Journey): Promise<AttemptOutcome> {
  const { clock, gate } = parts;
  const admission = await gate.admit(journey.request, journey.operation);
  const startedAt = clock.now();
  journey.attempt += 1;
  let end: AttemptEnd = { kind: "unknown" };
  try {
    const outcome = await parts.send(journey);
    learn(gate, journey.request, outcome);
    end = toAttemptEnd(outcome, journey.operation);
    tell(parts, journey, outcome, clock.now() - startedAt);
    return outcome;
  } finally {
    admission.end(end);
  }
}

function learn(gate: SourceGate, request: CallRequest, outcome: AttemptOutcome): void {
  if (outcome.kind === "ok") {
    gate.retries(request.source).addSuccess();
    if (outcome.pauseMs > 0) gate.quota(request).block(outcome.pauseMs, null);
  } else if (outcome.error.code === "THROTTLED") {
    gate.quota(request).block(outcome.error.retryAfterMs ?? 0, outcome.error.upstreamCode);
  }
}

function toAttemptEnd(outcome: AttemptOutcome, operation: Operation): AttemptEnd {
  if (outcome.kind === "ok") return { kind: "alive" };
  if (outcome.isOutage) return { kind: "outage", failure: outcome.error };
  const hasAnswered =
    outcome.error.httpStatus !== null || (!operation.signal.aborted && outcome.error.code !== "TIMEOUT");
  return { kind: hasAnswered ? "alive" : "unknown" };
}

function tell({ telemetry }: CallParts, journey: Journey, outcome: AttemptOutcome, durationMs: number): void {
  const { request, operation, attempt: number } = journey;
  const error = outcome.kind === "ok" ? null : outcome.error;
  telemetry.upstreamAttempt({
    source: request.source,
    action: request.action,
    outcome: error?.code ?? "ok",
    attempt: number,
    durationMs,
    httpStatus: outcome.kind === "ok" ? outcome.httpStatus : outcome.error.httpStatus,
    upstreamCode: error?.upstreamCode ?? null,
    upstreamRequestId: outcome.kind === "ok" ? outcome.answer.requestId : outcome.error.requestId,
    requestId: operation.requestId,
  });
}
