/** Who asks, and what they may see. Knows no transport, no schema and no upstream. */
export { type Access, createAccess, createOpenAccess } from "./access.ts";
export * from "./audit/index.ts";
export {
  type AccessFile,
  AccessFileError,
  describeWarnings,
  type Fault,
  type KnownAccount,
  mayHoldSecret,
  type Place,
  readAccessFile,
  readSourceText,
  type WatchedFile,
  watchFile,
} from "./file/index.ts";
export * from "./gate/index.ts";
export { createKey, runKeyCommand } from "./keys/index.ts";
export {
  type CallerLimits,
  createRateLimits,
  type LimitTable,
  NO_LIMITS,
  type RateLimits,
  type Verdict,
} from "./limits/index.ts";
export { compilePattern, PatternError } from "./patterns/index.ts";
export { createRedactor, type RedactionRule, type Redactor, redactOutput } from "./redaction/index.ts";
export * from "./rights/index.ts";
export type { SignInIssuer } from "./sign-in.ts";
