import { GraphQLError } from "graphql";

import type { CallerLimits } from "#access";
import type { LimitName } from "./limits.ts";

/** Codes of requests that are refused before anything of them is executed. */
export type RefusalCode =
  | "BAD_REQUEST"
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "RATE_LIMITED"
  | "UNAVAILABLE"
  | "LIMIT_EXCEEDED"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "METHOD_NOT_ALLOWED"
  | "NOT_ACCEPTABLE"
  | "REQUEST_TIMEOUT"
  | "HOST_NOT_ALLOWED"
  | "GRAPHQL_VALIDATION_FAILED"
  | "PERSISTED_QUERY_NOT_FOUND"
  | "PERSISTED_DOCUMENT_REQUIRED"
  | "PERSISTED_DOCUMENT_NOT_FOUND"
  | "PERSISTED_DOCUMENTS_OFF";

/** What a refusal tells besides its message. */
export interface RefusalDetails {
  readonly limit?: LimitName | "contentEncoding" | keyof CallerLimits;
  /** How long to wait before the same can succeed. */
  readonly retryAfterMs?: number;
  /** How much the limit allows. */
  readonly max?: number;
  /** How much came; where counting stopped early, the count at which it stopped. */
  readonly actual?: number;
}

/** A request that is turned away at the door. A GraphQLError, so that every transport can send it as it is. */
export class RefusalError extends GraphQLError {
  override readonly name = "RefusalError";
  /** For HTTP; other transports close or answer in their own way. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: RefusalCode,
    message: string,
    details: RefusalDetails = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message, { extensions: { code, ...details } });
    this.status = status;
    this.headers = headers;
  }
}
