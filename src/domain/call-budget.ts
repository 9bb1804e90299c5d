import { InputError } from "./errors.ts";
import type { Operation } from "./operation.ts";

/** Why so many calls, at the least, are not to be begun: they would go beyond the operation's budget. Null where they may. */
export function refusalOfCalls(calls: number, { meter }: Operation): InputError | null {
  try {
    meter.expectCalls?.(calls);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}
