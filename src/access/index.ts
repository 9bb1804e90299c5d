/** Who asks, and what they may see. Knows no transport, no schema and no upstream. */
export { type Access, type AccessOptions, createAccess, createOpenAccess } from "./access.ts";
export * from "./audit/index.ts";
export {
  type AccessFile,
  AccessFileError,
  readAccessFile,
  type WatchedAccessFile,
  type WatchOptions,
  watchAccessFile,
} from "./file/index.ts";
export * from "./gate/index.ts";
export { createKey, type NewKey, runKeyCommand } from "./keys/index.ts";
export {
  type CallerLimits,
  type Counted,
  createRateLimits,
  type LimitTable,
  NO_LIMITS,
  type RateLimitFields,
  type RateLimits,
  type Verdict,
} from "./limits/index.ts";
export { compilePattern, type Pattern, PatternError, type PatternMatch } from "./patterns/index.ts";
export { createRedactor, type Redacted, type RedactionRule, type Redactor, redactOutput } from "./redaction/index.ts";
export * from "./rights/index.ts";
