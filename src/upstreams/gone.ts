import { UpstreamError } from "#domain";

/**
 * True where an error says that the run or the server asked for does not exist (any more), such as
 * `InvalidInvokeId.NotFound` or `NotFoundInstance`; an unknown region, action or key is another matter.
 */
export function isGone(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  const code = error.upstreamCode ?? "";
  if (/region|action|version|accesskey|token/i.test(code)) return false;
  return (
    error.code === "NOT_FOUND" || /^(Invalid(Instance|InstanceId|InvokeId)\.NotFound|NotFoundInstance)$/.test(code)
  );
}

/** What the call answers, or the stand-in where the upstream says that it does not exist. */
export async function orWhenGone<Value, StandIn>(call: Promise<Value>, standIn: StandIn): Promise<Value | StandIn> {
  try {
    return await call;
  } catch (error) {
    if (isGone(error)) return standIn;
    throw error;
  }
}
