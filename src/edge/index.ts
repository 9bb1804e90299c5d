/**
 * The door: HTTP in and out, limits, deadlines, logs, metrics, explorers, and anything thrown as a response. Knows of the other
 * rooms only what a resolver is given; asks no upstream and knows no product.
 */

export type { Asking } from "./asking.ts";
export { createLimiter, LIMITS } from "./limits.ts";
export { createLogger, type LogDestination, type Logger } from "./log.ts";
export type { ExampleOperation, ServerOptions, ToolOptions } from "./options.ts";
export type { PageOptions } from "./page.ts";
export { type PersistedDocumentsOptions, readPersistedDocuments } from "./persisted-documents.ts";
export { RefusalError } from "./refusal.ts";
export { createServer, type GatewayServer } from "./server.ts";
export { createTelemetry } from "./telemetry.ts";
