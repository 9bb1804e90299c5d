/** What the gateway tells of itself: log lines, metrics, and which upstream calls an operation caused. */

export { createLogger, type LogDestination, type Logger } from "./log.ts";
export { metricsOf } from "./metrics-of-view.ts";
export { createOperationMetrics, type OperationMetrics } from "./operation-metrics.ts";
export { createTelemetry, type GatewayTelemetry } from "./upstream-metrics.ts";
