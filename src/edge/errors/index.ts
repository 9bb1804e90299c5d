/** What a request may hold, how it is refused, and the one place where anything thrown becomes a response. */

export { codesOf, logInternal, toErrorResponse } from "./errors.ts";
export { limitExceeded, refusalAbove, refuseAbove } from "./limit-errors.ts";
export { LIMITS, type LimitName } from "./limits.ts";
export { RefusalError } from "./refusal.ts";
