import { UpstreamError } from "#domain";

/** True if an action may not be used here, by policy or because the region or the endpoint does not have it. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  if (error.code === "FORBIDDEN" || error.code === "NOT_SUPPORTED") return true;
  return /^(InvalidAction|InvalidVersion|UnsupportedOperation)/.test(error.upstreamCode ?? "");
}

/** What the call answers, or the stand-in if the action may not be used: a missing permission costs its own feature only. */
export async function orWhenRefused<Value, StandIn>(call: Promise<Value>, standIn: StandIn): Promise<Value | StandIn> {
  try {
    return await call;
  } catch (error) {
    if (isRefusal(error)) return standIn;
    throw error;
  }
}
