import type { UpstreamError } from "#domain";
import { type ReadAnswer, readAnswer } from "./answer.ts";
import { type Cure, explainCode } from "./codes.ts";
import type { CallAnswer, CallRequest } from "./contract.ts";
import { createFailure } from "./failure.ts";
import { readExhaustedMs, readServerDate, readThrottleMs } from "./hints.ts";
import type { HttpAnswer, HttpFailure } from "./transport.ts";

/** An attempt that brought what was asked for. */
interface AttemptSuccess {
  readonly kind: "ok";
  readonly answer: CallAnswer;
  readonly httpStatus: number;
  /** How long the action should now be left alone; 0 where nothing says so. */
  readonly pauseMs: number;
}

/** An attempt that did not. */
export interface AttemptFailure {
  readonly kind: "failed";
  readonly error: UpstreamError;
  readonly cure: Cure;
  /** True where the source may be down. */
  readonly isOutage: boolean;
  /** Epoch milliseconds as the upstream has them; null where it did not say. */
  readonly serverDateMs: number | null;
}

/** What one attempt came to. */
export type AttemptOutcome = AttemptSuccess | AttemptFailure;

/** Judges what the transport brought. */
export function judge(request: CallRequest, sent: HttpAnswer | HttpFailure, upstreamNowMs: number): AttemptOutcome {
  if (sent.kind === "failure") return judgeTransportFailure(request, sent);
  const requestIdHeader = sent.headers["x-acs-request-id"];
  const read = readAnswer(sent.status, sent.body, typeof requestIdHeader === "string" ? requestIdHeader : null);
  switch (read.kind) {
    case "ok":
      return {
        kind: "ok",
        answer: { body: read.body, requestId: read.requestId },
        httpStatus: sent.status,
        pauseMs: readExhaustedMs(sent.headers),
      };
    case "unreadable":
      return judgeUnreadable(request, sent, read);
    case "error":
      return judgeError(request, sent, read, upstreamNowMs);
  }
}

function judgeTransportFailure(request: CallRequest, failure: HttpFailure): AttemptFailure {
  const { code, says, isRetryable: retryable, isOutage } = failure;
  return {
    kind: "failed",
    error: createFailure(request, { code, says, retryable }),
    cure: retryable ? "backoff" : "none",
    isOutage,
    serverDateMs: null,
  };
}

function judgeUnreadable(
  request: CallRequest,
  sent: HttpAnswer,
  { why, requestId }: Extract<ReadAnswer, { kind: "unreadable" }>,
): AttemptFailure {
  const error = createFailure(request, {
    code: "BAD_RESPONSE",
    says: `the answer ${why}${requestId === null ? "" : `, request id ${requestId}`}`,
    httpStatus: sent.status,
    requestId,
    retryable: false,
  });
  return { kind: "failed", error, cure: "none", isOutage: false, serverDateMs: null };
}

const RETRYABLE: Readonly<Record<Cure, boolean>> = {
  none: false,
  backoff: true,
  few: true,
  wait: true,
  resign: true,
  renewKeys: false,
  renewedKeys: false,
  correctClock: false,
};

function judgeError(
  request: CallRequest,
  sent: HttpAnswer,
  { upstreamCode, requestId }: Extract<ReadAnswer, { kind: "error" }>,
  upstreamNowMs: number,
): AttemptFailure {
  const { code, cure: usualCure, says, advice } = explainCode(upstreamCode, sent.status);
  const isFinal = usualCure === "few" && request.internalErrorIsFinal === true;
  const cure = isFinal ? "none" : usualCure;
  const isOutage = code === "UNAVAILABLE" && sent.status >= 500 && !isFinal;
  const error = createFailure(request, {
    code,
    says,
    advice,
    upstreamCode,
    httpStatus: sent.status,
    requestId,
    retryable: RETRYABLE[cure],
    retryAfterMs: code === "THROTTLED" ? readThrottleMs(sent.headers, upstreamCode, upstreamNowMs) : null,
  });
  return { kind: "failed", error, cure, isOutage, serverDateMs: readServerDate(sent.headers) };
}
