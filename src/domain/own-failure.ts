import { InputError, type SourceErrorCode, UpstreamError } from "./errors.ts";
import type { InvocationRef } from "./invocation.ts";
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

/** What a watch of a run ends with that is not there; the same whether it is gone or not the caller's. */
export function createGoneError({ invokeId, source }: InvocationRef): InputError {
  const place = `${source.provider} in ${source.regionId}`;
  return new InputError("NOT_FOUND", `There is no run ${invokeId} of ${place} (any more).`, "id");
}
