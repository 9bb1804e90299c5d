import { type SourceErrorCode, UpstreamError } from "./errors.ts";
import type { Source } from "./source.ts";

/** A failure of a source that no upstream told of: the gateway broke off, and asking again may help. */
export function createOwnFailure(source: Source, code: SourceErrorCode, message: string): UpstreamError {
  return new UpstreamError({
    code,
    message,
    source,
    action: "",
    upstreamCode: null,
    httpStatus: null,
    requestId: null,
    retryable: true,
    retryAfterMs: null,
  });
}
