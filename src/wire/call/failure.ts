import { type SourceErrorCode, UpstreamError } from "#domain";
import type { CallRequest } from "./contract.ts";

/** What went wrong, in words that continue "ECS cn-hangzhou DescribeInvocations of account default: …". */
export interface FailureDetails {
  readonly code: SourceErrorCode;
  readonly says: string;
  readonly advice?: string | null;
  readonly upstreamCode?: string | null;
  readonly httpStatus?: number | null;
  readonly requestId?: string | null;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | null;
  readonly isPaced?: boolean;
  readonly isTooLarge?: boolean;
  readonly isUnspecific?: boolean;
}

/** Makes the one kind of error that leaves this room. Everything in its message is our own words, save the upstream's code. */
export function createFailure({ source, action }: CallRequest, details: FailureDetails): UpstreamError {
  const { code, says, advice = null, upstreamCode = null, httpStatus = null, requestId = null, retryable } = details;
  const subject = `${source.provider} ${source.regionId} ${action} of account ${source.account}`;
  const cause = upstreamCode ?? (httpStatus === null || httpStatus < 300 ? null : `HTTP ${httpStatus}`);
  const message = `${subject}: ${says}${cause === null ? "" : ` (${cause})`}${advice === null ? "" : `; ${advice}`}`;
  const waitMs = details.retryAfterMs ?? null;
  const retryAfterMs = waitMs === null ? null : Math.ceil(waitMs);
  return new UpstreamError({
    code,
    message,
    source,
    action,
    upstreamCode,
    httpStatus,
    requestId,
    retryable,
    retryAfterMs,
    ...(details.isPaced ? { isPaced: true } : {}),
    ...(details.isTooLarge ? { isTooLarge: true } : {}),
    ...(details.isUnspecific ? { isUnspecific: true } : {}),
  });
}
