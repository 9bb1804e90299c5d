/**
 * The door: HTTP in and out, limits, deadlines, logs, metrics, explorers, and anything thrown as a response. Knows of the other
 * rooms only what a resolver is given; asks no upstream and knows no product.
 */

export type { Asking } from "./admission/asking.ts";
export { type PersistedDocumentsOptions, readPersistedDocuments } from "./documents/persisted-documents.ts";
export { createLimiter, LIMITS } from "./errors/limits.ts";
export { RefusalError } from "./errors/refusal.ts";
export type { ExampleOperation, ServerOptions, ToolOptions } from "./options.ts";
export type { PageOptions } from "./page.ts";
export { createServer, type GatewayServer } from "./server.ts";
export { createLogger, type LogDestination, type Logger } from "./telemetry/log.ts";
export { createTelemetry } from "./telemetry/upstream-telemetry.ts";
