/**
 * The door: HTTP in and out, limits, deadlines, logs, metrics, explorers, and anything thrown as a response. Knows of the other
 * rooms only what a resolver is given; asks no upstream and knows no product.
 */

export type { Asking, EdgeAccess } from "./asking.ts";
export { CLIENT_LIMITS, type ClientLimits } from "./clients.ts";
export type { Exchange, OperationContext } from "./engine.ts";
export { type ErrorResponse, toErrorResponse } from "./errors.ts";
export { isLoopback } from "./hosts.ts";
export { createLimiter, LIMITS, type Limiter, type LimitName } from "./limits.ts";
export { createLogger, type LogDestination, type Logger } from "./log.ts";
export { type Cost, type OperationRules, type RunningOperation, startOperation } from "./operation.ts";
export type { ExampleOperation, ExplorerName, ServerOptions, ToolOptions } from "./options.ts";
export type { PageOptions } from "./page.ts";
export {
  type PersistedDocumentsMode,
  type PersistedDocumentsOptions,
  readPersistedDocuments,
} from "./persisted-documents.ts";
export { type RefusalCode, RefusalError } from "./refusal.ts";
export { createServer, type GatewayServer } from "./server.ts";
export { createTelemetry, type GatewayTelemetry } from "./telemetry.ts";
