/** Executes operations: the engine, the compiling executor, and answers that are kept. */

export { type AnswerCache, createAnswerCache, type KeptAnswer, type NotedLife } from "./answer-cache.ts";
export { createEngine, type Engine, type EngineHeaders, type Exchange, engineHeadersOf } from "./engine.ts";
export { createCompilingExecutor, createReferenceExecutor, type Executor } from "./executor.ts";
export { rulesOf, type TransportOptions } from "./transport-options.ts";
export { findVariableFaults } from "./variable-faults.ts";
