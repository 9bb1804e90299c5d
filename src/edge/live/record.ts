import { nameOf, type PreparedOperation } from "../documents/index.ts";
import type { OperationMetrics } from "../telemetry/index.ts";
import type { LiveOptions } from "./live-parts.ts";

/** Notes what a live operation did, for one log line at its end. */
export interface LiveRecord {
  begin(live: PreparedOperation): void;
  /** One result, with the codes of its errors. */
  add(codes: readonly string[]): void;
  /** Writes the line; once. */
  end(status: number, codes?: readonly string[]): void;
}

/** Starts the record of one operation on a transport that may answer more than once. */
export function startRecord(
  { logger, telemetry }: LiveOptions,
  metrics: OperationMetrics,
  { requestId, transport }: { readonly requestId: string; readonly transport: "sse" | "websocket" | "mcp" },
): LiveRecord {
  const startedAt = performance.now();
  const codes = new Set<string>();
  let type: string | null = null;
  let operationName: string | null = null;
  let results = 0;
  let hasEnded = false;
  metrics.started();
  return {
    begin(live) {
      type = live.type;
      operationName = nameOf(live);
    },
    add(more) {
      results += 1;
      for (const code of more) codes.add(code);
    },
    end(status, more = []) {
      if (hasEnded) return;
      hasEnded = true;
      const durationMs = Math.round(performance.now() - startedAt);
      const told = { status, durationMs, codes: [...codes, ...more] };
      metrics.ended({ type: type ?? "none", ...told });
      const work = telemetry.takeUpstreamWork(requestId);
      logger.info({ requestId, operationName, operationType: type, transport, results, ...work, ...told }, "operation");
    },
  };
}
