/** Patterns of texts and names that cannot be made to run away. */
export { compileGlob, type Glob, isGlob, MAX_GLOB_LENGTH } from "./glob.ts";
export { compilePattern, type Pattern, PatternError, type PatternMatch } from "./pattern.ts";
