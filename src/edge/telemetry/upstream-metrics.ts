import { LRUCache } from "lru-cache";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { type Clock, sourceKey, type Telemetry, type UpstreamAttempt } from "#domain";
import type { Logger } from "./log.ts";

/** What the rooms tell, as logs and metrics; also remembers which upstream calls an operation caused. */
export interface GatewayTelemetry extends Telemetry {
  /** What this client operation caused upstream, once; empty afterwards. */
  takeUpstreamWork(requestId: string): UpstreamWork;
}

/** The first attempts of one operation, as its log line tells them. */
interface UpstreamWork {
  /** Of those that were answered, as the upstream names them. */
  readonly upstreamRequestIds: readonly string[];
  /** Of all, in the order in which they ended. */
  readonly upstreamDurationsMs: readonly number[];
}

const BREAKER_STATES = { closed: 0, "half-open": 1, open: 2 } as const;
const MOST_OPERATIONS = 2_000;
const MOST_ATTEMPTS = 20;
// What stays so until a person mends keys or rights: each attempt would say the same again.
const LASTING: ReadonlySet<UpstreamAttempt["outcome"]> = new Set(["UNAUTHENTICATED", "FORBIDDEN", "NOT_SUPPORTED"]);
const QUIET_MS = 60_000;

/** What telling is made of. */
interface TelemetryParts {
  readonly logger: Logger;
  readonly registry: Registry;
  readonly clock: Clock;
}

/**
 * Makes metrics of what the rooms tell, and log lines of what is worth one: every attempt that failed and was waited for, but a refusal that lasts once a
 * minute by source, action and code, with how many were passed over (`repeated`); those are told at level debug. Labels come from closed sets (products, regions,
 * actions, outcomes), so that the number of series stays bounded.
 */
export function createTelemetry({ logger, registry, clock }: TelemetryParts): GatewayTelemetry {
  const metrics = createUpstreamMetrics(registry);
  const throttle = createLogThrottle(clock, QUIET_MS);
  const workByOperation = new LRUCache<string, UpstreamWork>({ max: MOST_OPERATIONS });
  return {
    upstreamAttempt(event) {
      const { provider, account, regionId } = event.source;
      const labels = { provider, account, region: regionId, action: event.action };
      metrics.attempts.inc({ ...labels, outcome: event.outcome });
      metrics.attemptSeconds.observe({ provider, action: event.action }, event.durationMs / 1_000);
      if (event.attempt > 1) metrics.retries.inc(labels);
      remember(workByOperation, event);
      logAttempt(logger, throttle, event);
    },
    breakerChanged({ source, action, state }) {
      const { provider, account, regionId } = source;
      metrics.breaker.set({ provider, account, region: regionId, action }, BREAKER_STATES[state]);
      logger.warn({ provider, account, regionId, action, state }, "breaker changed");
    },
    unknownWord: ({ source, field, word }) => logger.warn({ ...source, field, word }, "unknown word"),
    loaderBatch: ({ loader, size }) => metrics.batchSizes.observe({ loader }, size),
    notice: ({ level, message, details }) => logger[level](details ?? {}, message),
    takeUpstreamWork(requestId) {
      const work = workByOperation.get(requestId) ?? NO_WORK;
      workByOperation.delete(requestId);
      return work;
    },
  };
}

function logAttempt(logger: Logger, throttle: LogThrottle, { source, ...details }: UpstreamAttempt): void {
  const { provider, account, regionId } = source;
  const { action, outcome, upstreamCode } = details;
  const repeated = LASTING.has(outcome)
    ? throttle(JSON.stringify([sourceKey(source), action, outcome, upstreamCode]))
    : 0;
  const isQuiet = outcome === "ok" || outcome === "CANCELLED" || repeated === null;
  logger[isQuiet ? "debug" : "warn"](
    { provider, account, regionId, ...details, ...(repeated === null || repeated === 0 ? {} : { repeated }) },
    "upstream attempt",
  );
}

const NO_WORK: UpstreamWork = { upstreamRequestIds: [], upstreamDurationsMs: [] };

function remember(
  workByOperation: LRUCache<string, UpstreamWork>,
  { requestId, upstreamRequestId, durationMs }: UpstreamAttempt,
): void {
  const { upstreamRequestIds, upstreamDurationsMs } = workByOperation.get(requestId) ?? NO_WORK;
  if (upstreamDurationsMs.length >= MOST_ATTEMPTS) return;
  workByOperation.set(requestId, {
    upstreamRequestIds: upstreamRequestId === null ? upstreamRequestIds : [...upstreamRequestIds, upstreamRequestId],
    upstreamDurationsMs: [...upstreamDurationsMs, durationMs],
  });
}

function createUpstreamMetrics(registry: Registry) {
  const registers = [registry];
  const source = ["provider", "account", "region"] as const;
  return {
    attempts: new Counter({
      name: "gateway_upstream_attempts_total",
      help: "Attempts to call an upstream, by what came of them.",
      labelNames: [...source, "action", "outcome"],
      registers,
    }),
    attemptSeconds: new Histogram({
      name: "gateway_upstream_attempt_duration_seconds",
      help: "How long attempts to call an upstream took.",
      labelNames: ["provider", "action"],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    retries: new Counter({
      name: "gateway_upstream_retries_total",
      help: "Attempts after the first one of a call.",
      labelNames: [...source, "action"],
      registers,
    }),
    breaker: new Gauge({
      name: "gateway_breaker_state",
      help: "State of the breaker of a source's action: 0 closed, 1 half open, 2 open.",
      labelNames: [...source, "action"],
      registers,
    }),
    batchSizes: new Histogram({
      name: "gateway_loader_batch_size",
      help: "Keys that one batch of a loader holds.",
      labelNames: ["loader"],
      buckets: [1, 2, 5, 10, 20, 50, 100, 500],
      registers,
    }),
  };
}

/**
 * Thins out what comes again and again.
 * @returns how many of this key were passed over since the last one that was due; null where this one is to be passed over too
 */
type LogThrottle = (key: string) => number | null;

interface Seen {
  readonly dueAt: number;
  passedOver: number;
}

// Keys hold words of upstreams, of which nobody knows how many there are.
const MOST_KEYS = 1_000;

/** The first of each key is due at once, and then one in every `quietMs`. */
function createLogThrottle(clock: Clock, quietMs: number): LogThrottle {
  const seen = new LRUCache<string, Seen>({ max: MOST_KEYS });
  return (key) => {
    const known = seen.get(key);
    const now = clock.elapsed();
    if (known !== undefined && now < known.dueAt) {
      known.passedOver += 1;
      return null;
    }
    seen.set(key, { dueAt: now + quietMs, passedOver: 0 });
    return known?.passedOver ?? 0;
  };
}
