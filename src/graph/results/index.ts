/** What one execution left behind: times, error, output. */
export { Execution, type OrError } from "./execution.ts";
export { CommandOutput, MATCH_MEMBERS } from "./output.ts";
export { InvocationResult, InvocationResultConnection, resultOf, wantsOutput } from "./result.ts";
export { type OutputSearch, SEARCH_WORDS } from "./search-arguments.ts";
