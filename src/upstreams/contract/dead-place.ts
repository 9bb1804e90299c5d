import { UpstreamError } from "#domain";

/**
 * The upstream does not know a place of a list any more, or the list has changed its mode. Nothing is wrong with the source:
 * begin again at the newest and pass over what is known.
 */
export class DeadPlaceError extends UpstreamError {
  readonly isDeadPlace = true;
}

/** True if a request was refused because of its token, such as with `InvalidParameter.NextToken`. */
export function isDeadToken(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false;
  const { httpStatus, upstreamCode } = error;
  return httpStatus !== null && httpStatus >= 400 && httpStatus < 500 && /NextToken/i.test(upstreamCode ?? "");
}
