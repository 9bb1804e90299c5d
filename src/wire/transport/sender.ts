import type { Clock, Operation } from "#domain";
import { createOverFailure } from "../call/index.ts";
import { createSignedHeaders, type UpstreamClock } from "../sign/index.ts";
import { type AttemptOutcome, classify, isLarge } from "./attempt.ts";
import type { CallState } from "./call-state.ts";
import type { AttemptTimeouts, HttpRequest, Transport } from "./transport.ts";

const USER_AGENT = "cloud-assistant-gateway";

/** An attempt that got less time than this says nothing about the source when it runs out of it. */
const TELLING_TIMEOUT_MS = 1_000;

/** What a sender is made of. */
export interface SenderOptions {
  readonly clock: Clock;
  readonly upstreamClock: UpstreamClock;
  readonly transport: Transport;
  readonly timeouts: AttemptTimeouts;
  readonly createNonce: () => string;
  /** Waits until this operation may read a large answer; calls back what it returns afterwards. Null when the operation ended first. */
  readonly takeReadingTurn: (operation: Operation) => Promise<(() => void) | null>;
}

/**
 * Makes what signs and sends one attempt, each with its own date and nonce, and classifies what came. Never rejects. Large answers are read
 * in turn: sixteen that are read side by side hold 500 MB of lists that nobody can use yet.
 */
export function createSender(options: SenderOptions): (state: CallState) => Promise<AttemptOutcome> {
  const { clock, upstreamClock, transport, timeouts, takeReadingTurn } = options;
  return async (state) => {
    const { request, operation } = state;
    const leftMs = operation.deadline - clock.elapsed();
    // After a time-out half of what is left is kept for whatever else the operation has to do.
    const shareMs = state.hasTimedOut ? leftMs / 2 : leftMs;
    const attemptTimeoutMs = Math.max(1, Math.min(timeouts.attemptTimeoutMs, shareMs));
    const hadTime = attemptTimeoutMs >= Math.min(timeouts.attemptTimeoutMs, TELLING_TIMEOUT_MS);
    state.clockOffsetMs = upstreamClock.offsetMs();
    const sent = await transport.send(toHttpRequest(state, options, { ...timeouts, attemptTimeoutMs }));
    const endReading = sent.kind === "answer" && isLarge(sent) ? await takeReadingTurn(operation) : () => {};
    if (sent.kind === "aborted" || endReading === null) {
      const error = createOverFailure(request, operation, clock);
      // An answer that was not read in time is no fault of the source.
      const isOutage = sent.kind === "aborted" && hadTime && clock.elapsed() >= operation.deadline;
      return { kind: "failed", error, retryKind: "none", isOutage, serverDateMs: null, quota: {} };
    }
    const outcome = await classify(request, sent, clock.now() + upstreamClock.offsetMs()).finally(endReading);
    if (outcome.kind === "ok" || outcome.error.code !== "TIMEOUT") return outcome;
    state.hasTimedOut = true;
    return { ...outcome, isOutage: hadTime };
  };
}

function toHttpRequest(
  { request, operation, endpoint, query, credential, clockOffsetMs }: CallState,
  { clock, createNonce }: SenderOptions,
  timeouts: AttemptTimeouts,
): HttpRequest {
  const signed = createSignedHeaders(
    {
      host: endpoint.host,
      path: endpoint.path,
      query,
      action: request.action,
      version: request.version,
      dateMs: clock.now() + clockOffsetMs,
      nonce: createNonce(),
    },
    credential,
  );
  return {
    url: `${endpoint.origin}${endpoint.path}?${query}`,
    headers: { ...signed, accept: "application/json", "content-length": "0", "user-agent": USER_AGENT },
    timeouts,
    signal: operation.signal,
  };
}
