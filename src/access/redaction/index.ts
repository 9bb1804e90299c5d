/** Secrets are replaced before anything is stored. */
export { redactOutput } from "./output.ts";
export {
  compileReplacement,
  createRedactor,
  DEFAULT_REPLACEMENT,
  type RedactionRule,
  type Redactor,
} from "./redactor.ts";
