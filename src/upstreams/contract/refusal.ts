import { UpstreamError } from "#domain";

/** True if the region or the endpoint does not have an action. */
export function isNotOffered(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false;
  return (
    error.code === "NOT_SUPPORTED" ||
    /^(InvalidAction|InvalidVersion|UnsupportedOperation)/.test(error.upstreamCode ?? "")
  );
}

/** True if an action may not be used here, by policy or because the region or the endpoint does not have it. */
export function isRefusal(error: unknown): error is UpstreamError {
  return isNotOffered(error) || (error instanceof UpstreamError && error.code === "FORBIDDEN");
}

/** What the call answers, or the stand-in if the action may not be used: a missing permission costs its own feature only. */
export function orWhenRefused<Value, StandIn>(call: Promise<Value>, standIn: StandIn): Promise<Value | StandIn> {
  return call.catch(standInIf(isRefusal, standIn));
}

/** What the call answers, or the stand-in if the region or the endpoint does not have the action. */
export function orWhenNotOffered<Value, StandIn>(call: Promise<Value>, standIn: StandIn): Promise<Value | StandIn> {
  return call.catch(standInIf(isNotOffered, standIn));
}

function standInIf<StandIn>(isMeant: (error: unknown) => boolean, standIn: StandIn): (error: unknown) => StandIn {
  return (error) => {
    if (isMeant(error)) return standIn;
    throw error;
  };
}
