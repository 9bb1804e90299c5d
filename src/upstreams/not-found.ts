import { UpstreamError } from "#domain";

/**
 * True where an error says that the run, command, server or resource group asked for does not exist (any more). The codes that
 * say so are named one by one, in the wire's table: whatever else ends in `.NotFound`, such as an action, is a failure.
 */
export function isNotFound(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === "NOT_FOUND";
}

/** What the call answers, or the stand-in where the upstream says that it does not exist. */
export async function orNotFound<Value, StandIn>(call: Promise<Value>, standIn: StandIn): Promise<Value | StandIn> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return standIn;
    throw error;
  }
}
