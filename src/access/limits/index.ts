/** What one caller may use. */
export { type CallerLimits, LIMIT_NAMES, type LimitTable, NO_LIMITS } from "./caller-limits.ts";
export { createRateLimits, type RateLimits, type Verdict } from "./rate-limits.ts";
export { createTokenBuckets } from "./token-buckets.ts";
