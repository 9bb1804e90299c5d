/** Sources and the servers there. */
export { AgentState, Instance } from "./instance.ts";
export { requireSource, requireText, SOURCE_WORDS, type SourceWords } from "./lookup.ts";
export { SourceState } from "./state.ts";
