/** Why a request is not let in. */
export interface Refusal {
  /**
   * `unauthenticated`: no credential, or a bad one (401). `forbidden`: a good one without any role (403). `throttled`: too
   * many bad ones from this address (429). `unavailable`: the issuer's keys could not be had yet (503).
   */
  readonly kind: "unauthenticated" | "forbidden" | "throttled" | "unavailable";
  /** One clause for the log. Never for the client, who learns the same whatever was wrong. */
  readonly reason: string;
  /** Value of `WWW-Authenticate`, for `unauthenticated` alone. */
  readonly challenge: string | null;
  /** For `throttled` and `unavailable`. */
  readonly retryAfterMs: number | null;
}

const CHALLENGE = 'Bearer realm="cloud-assistant"';

/** Nothing was shown. */
export function refuseMissing(): Refusal {
  return { kind: "unauthenticated", reason: "no credential", challenge: CHALLENGE, retryAfterMs: null };
}

/** What was shown is no good. */
export function refuseBad(reason: string): Refusal {
  return { kind: "unauthenticated", reason, challenge: `${CHALLENGE}, error="invalid_token"`, retryAfterMs: null };
}

/** Known, but without any right. */
export function refuseForbidden(reason: string): Refusal {
  return { kind: "forbidden", reason, challenge: null, retryAfterMs: null };
}

/** Not now. */
export function refuseForNow(kind: "throttled" | "unavailable", reason: string, retryAfterMs: number): Refusal {
  return { kind, reason, challenge: null, retryAfterMs };
}

/** True for a refusal rather than what was asked for. */
export function isRefusal(value: object): value is Refusal {
  return "kind" in value && "challenge" in value;
}
