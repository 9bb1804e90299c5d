/** What a command touches of the terminal: its screens, colours, questions and exit codes. */
export { CommandError, EXIT_CODES, type ExitCode, FAILED_STATES, toExitCode } from "./exit-code.ts";
export { pick } from "./pick.ts";
export { createStyle, type Style, toLine } from "./style.ts";
export { type Screen, type Surroundings, tell } from "./surroundings.ts";
