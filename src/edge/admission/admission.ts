import type { IncomingMessage } from "node:http";

import type { Caller, Gate, RateLimits, Refusal, Verdict } from "#access";
import { RefusalError } from "../errors/index.ts";
import { type ReplyHeaders, requestIdOf } from "../http/index.ts";
import type { Logger } from "../telemetry/index.ts";

/** Lets callers in, the same on every transport, before anything of what they send is parsed. */
export interface Admission {
  /**
   * Who asks.
   * @param payload of `connection_init`, for a socket; its `authorization` counts like the header.
   * @throws RefusalError 401, 403, 429 or 503. What was wrong with a credential is in the log alone.
   */
  identify(request: IncomingMessage, payload?: unknown): Promise<Caller>;
  /**
   * Counts one operation. Returns response headers that say what is left.
   * @throws RefusalError 429
   */
  countOperation(caller: Caller): ReplyHeaders;
  /**
   * Judges how many rows one operation can make.
   * @throws RefusalError 429 if the caller may not have so many
   */
  checkRows(caller: Caller, rows: number): void;
}

/** What admission needs. */
export interface AdmissionParts {
  readonly gate: Pick<Gate, "authenticate">;
  readonly limits: RateLimits;
  readonly logger: Logger;
}

/** The one door of all transports. */
export function createAdmission({ gate, limits, logger }: AdmissionParts): Admission {
  return {
    async identify(request, payload) {
      const remoteAddress = request.socket.remoteAddress ?? "";
      const authorization = authorizationOf(request, payload);
      const result = await gate.authenticate({ authorization, headers: request.headersDistinct, remoteAddress });
      if ("caller" in result) return result.caller;
      const { kind, reason } = result.refusal;
      logger.warn({ requestId: requestIdOf(request), remoteAddress, kind, reason }, "refused");
      throw toError(result.refusal);
    },
    countOperation(caller) {
      const verdict = limits.takeOperation(caller);
      const fields = { ...limits.fields(caller) };
      if (!verdict.isAllowed) throw toLimitError(verdict, fields);
      return fields;
    },
    checkRows(caller, rows) {
      const verdict = limits.checkRows(caller, rows);
      if (!verdict.isAllowed) throw toLimitError(verdict);
    },
  };
}

/** A limit that is passed, as an error of every transport. */
export function toLimitError(
  verdict: Extract<Verdict, { isAllowed: false }>,
  headers: ReplyHeaders = {},
): RefusalError {
  const { limit, message, retryAfterMs } = verdict;
  const wait = retryAfterMs === null ? {} : { retryAfterMs };
  return new RefusalError(
    429,
    "RATE_LIMITED",
    message,
    { limit, ...wait },
    { ...headers, ...retryAfter(retryAfterMs) },
  );
}

function authorizationOf({ headersDistinct }: IncomingMessage, payload: unknown): readonly string[] {
  const fields = headersDistinct.authorization ?? [];
  const own =
    typeof payload === "object" && payload !== null && "authorization" in payload ? payload.authorization : null;
  return typeof own === "string" && !fields.includes(own) ? [...fields, own] : fields;
}

function toError({ kind, challenge, retryAfterMs }: Refusal): RefusalError {
  const wait = retryAfterMs === null ? {} : { retryAfterMs };
  switch (kind) {
    case "unauthenticated": {
      const headers: ReplyHeaders = challenge === null ? {} : { "www-authenticate": challenge };
      // Without a credential there is no error to tell (RFC 6750, section 3).
      const isMissing = challenge?.includes("error=") === false;
      const what = "`authorization`: expected a valid token or key after Bearer";
      const message = isMissing
        ? `${what}, got none. Sign in, or ask the operator of this gateway for a key of its access file.`
        : `${what}. Sign in again.`;
      return new RefusalError(401, "UNAUTHENTICATED", message, {}, headers);
    }
    case "forbidden":
      return new RefusalError(403, "FORBIDDEN", "You are known, but no role of the access file is yours.");
    case "throttled":
      return new RefusalError(
        429,
        "RATE_LIMITED",
        "Too many bad credentials came from your address.",
        wait,
        retryAfter(retryAfterMs),
      );
    case "unavailable": {
      const message = "Your credential cannot be checked now, since its issuer's keys cannot be read. Try again.";
      return new RefusalError(503, "UNAVAILABLE", message, wait, retryAfter(retryAfterMs));
    }
  }
}

function retryAfter(ms: number | null): ReplyHeaders {
  return ms === null ? {} : { "retry-after": String(Math.ceil(ms / 1000)) };
}
