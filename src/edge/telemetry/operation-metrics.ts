import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What is measured at the door. */
export interface OperationMetrics {
  started(): void;
  /** The type is `none` for a request that did not get as far as an operation. */
  ended(event: {
    readonly type: string;
    readonly status: number;
    readonly durationMs: number;
    readonly codes: readonly string[];
  }): void;
}

/** Requests, their errors and durations, and the process's own state (memory, event loop). */
export function createOperationMetrics(registry: Registry): OperationMetrics {
  registerProcessMetrics(registry);
  const registers = [registry];
  const requests = new Counter({
    name: "gateway_requests_total",
    help: "GraphQL requests, by type of the operation and HTTP status.",
    labelNames: ["type", "status"],
    registers,
  });
  const errors = new Counter({
    name: "gateway_errors_total",
    help: "GraphQL requests whose answer holds at least one error of this code.",
    labelNames: ["code"],
    registers,
  });
  const seconds = new Histogram({
    name: "gateway_operation_duration_seconds",
    help: "From the arrival of a GraphQL request to its answer.",
    labelNames: ["type"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const inFlight = new Gauge({
    name: "gateway_requests_in_flight",
    help: "GraphQL requests that are being answered.",
    registers,
  });
  return {
    started: () => inFlight.inc(),
    ended({ type, status, durationMs, codes }) {
      inFlight.dec();
      requests.inc({ type, status: String(status) });
      seconds.observe({ type }, durationMs / 1_000);
      for (const code of codes) errors.inc({ code });
    },
  };
}

let ofProcess: Registry | null = null;

/** One set for all registries: its observer of collections and its timer of 10 ms go on until the process ends. */
function registerProcessMetrics(registry: Registry): void {
  if (ofProcess === null) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  for (const { name } of ofProcess.getMetricsAsArray()) {
    const metric = ofProcess.getSingleMetric(name);
    if (metric !== undefined) registry.registerMetric(metric);
  }
}
