/** Secrets are replaced before anything is stored. */
export { redactOutput } from "./output.ts";
export { createRedactor, type Redactor } from "./redactor.ts";
export { compileReplacement } from "./replacement.ts";
export { DEFAULT_REPLACEMENT, type RedactionRule } from "./rule.ts";
