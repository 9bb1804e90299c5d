/**
 * The door: HTTP in and out, limits, deadlines, logs, metrics, explorers, and anything thrown as a response. Knows of the other
 * rooms only what a resolver is given; asks no upstream and knows no product.
 */

export type { Asking } from "./admission/index.ts";
export { type PersistedDocumentsOptions, readPersistedDocuments } from "./documents/index.ts";
export { LIMITS, RefusalError } from "./errors/index.ts";
export type { ExampleOperation } from "./explorers/index.ts";
export type { ToolOptions } from "./mcp/index.ts";
export type { ServerOptions } from "./options.ts";
export type { PageOptions } from "./page.ts";
export { createServer, type GatewayServer } from "./server.ts";
export { createLogger, createTelemetry, type LogDestination, type Logger } from "./telemetry/index.ts";
