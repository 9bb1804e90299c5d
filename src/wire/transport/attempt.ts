import { takeBreak, type UpstreamError } from "#domain";
import type { CallAnswer, CallRequest } from "../call/index.ts";
import { createFailure, explainCode, type RetryKind } from "../call/index.ts";
import { type ReadAnswer, readAnswer } from "./answer.ts";
import { type QuotaHint, readQuotaHint, readServerDate, readThrottleMs } from "./throttle-headers.ts";
import type { HttpAnswer, HttpFailure } from "./transport.ts";

/** An attempt that brought what was asked for. */
interface AttemptSuccess {
  readonly kind: "ok";
  readonly answer: CallAnswer;
  readonly httpStatus: number;
  readonly quota: QuotaHint;
}

/** An attempt that did not. */
export interface AttemptFailure {
  readonly kind: "failed";
  readonly error: UpstreamError;
  readonly retryKind: RetryKind;
  /** True where the source may be down. */
  readonly isOutage: boolean;
  /** Epoch milliseconds as the upstream has them; null where it did not say. */
  readonly serverDateMs: number | null;
  readonly quota: QuotaHint;
}

/** What one attempt came to. */
export type AttemptOutcome = AttemptSuccess | AttemptFailure;

/** To parse so much takes some milliseconds. */
const MOST_LIGHT_BYTES = 262_144;

/** True if others must be served while it is read. */
export function isLarge({ body }: HttpAnswer): boolean {
  return body.length > MOST_LIGHT_BYTES;
}

/** Classifies what the transport brought. */
export async function classify(
  request: CallRequest,
  sent: HttpAnswer | HttpFailure,
  upstreamNowMs: number,
): Promise<AttemptOutcome> {
  if (sent.kind === "failure") return classifyTransportFailure(request, sent);
  const header = (name: string): string | null => {
    const value = sent.headers[name];
    return typeof value === "string" ? value : null;
  };
  const read = await readAnswer(sent.status, sent.body, header("x-acs-request-id"), header("content-type"));
  // What is made of a large answer is as much work again.
  if (isLarge(sent)) await takeBreak();
  switch (read.kind) {
    case "ok": {
      const { kind, ...answer } = read;
      return { kind, answer, httpStatus: sent.status, quota: readQuotaHint(sent.headers) };
    }
    case "unreadable":
      return classifyUnreadable(request, sent, read);
    case "error":
      return classifyError(request, sent, read, upstreamNowMs);
  }
}

function classifyTransportFailure(request: CallRequest, failure: HttpFailure): AttemptFailure {
  const { code, says, isTooLarge, isRetryable: retryable, isOutage } = failure;
  return {
    kind: "failed",
    error: createFailure(request, { code, says, retryable, isTooLarge }),
    retryKind: retryable ? "backoff" : "none",
    isOutage,
    serverDateMs: null,
    quota: {},
  };
}

function classifyUnreadable(
  request: CallRequest,
  sent: HttpAnswer,
  { why, isTooLarge, requestId }: Extract<ReadAnswer, { kind: "unreadable" }>,
): AttemptFailure {
  const error = createFailure(request, {
    code: "BAD_RESPONSE",
    says: `the answer ${why}${requestId === null ? "" : `, request id ${requestId}`}`,
    httpStatus: sent.status,
    requestId,
    retryable: false,
    isTooLarge,
  });
  return {
    kind: "failed",
    error,
    retryKind: "none",
    isOutage: false,
    serverDateMs: null,
    quota: readQuotaHint(sent.headers),
  };
}

const RETRYABLE: Readonly<Record<RetryKind, boolean>> = {
  none: false,
  backoff: true,
  few: true,
  wait: true,
  resign: true,
  renewKeys: false,
  renewedKeys: false,
  correctClock: false,
};

function classifyError(
  request: CallRequest,
  sent: HttpAnswer,
  { upstreamCode, requestId }: Extract<ReadAnswer, { kind: "error" }>,
  upstreamNowMs: number,
): AttemptFailure {
  const { code, retryKind: usualKind, says, advice, isUnspecific = false } = explainCode(upstreamCode, sent.status);
  const isFinal = usualKind === "few" && request.internalErrorIsFinal === true;
  const retryKind = isFinal ? "none" : usualKind;
  const isOutage = code === "UNAVAILABLE" && sent.status >= 500 && !isFinal;
  const error = createFailure(request, {
    code,
    says,
    advice,
    upstreamCode,
    httpStatus: sent.status,
    requestId,
    retryable: RETRYABLE[retryKind],
    retryAfterMs: code === "THROTTLED" ? readThrottleMs(sent.headers, upstreamCode, upstreamNowMs) : null,
    isUnspecific,
  });
  const serverDateMs = readServerDate(sent.headers);
  return { kind: "failed", error, retryKind, isOutage, serverDateMs, quota: readQuotaHint(sent.headers) };
}
