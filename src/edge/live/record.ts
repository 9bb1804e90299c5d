import { nameOf, type PreparedOperation } from "../documents/index.ts";
import type { OperationMetrics } from "../telemetry/index.ts";
import type { LiveOptions } from "./live-parts.ts";

/** What a record is of, and where it goes. */
export interface RecordParts {
  readonly options: Pick<LiveOptions, "logger" | "telemetry">;
  readonly metrics: OperationMetrics;
  readonly requestId: string;
  readonly transport: "sse" | "websocket" | "mcp";
}

/** Notes what one operation did on a transport that may answer more than once, for one log line at its end. */
export class LiveRecord {
  private readonly startedAt = performance.now();
  private codes: readonly string[] = [];
  private type: string | null = null;
  private operationName: string | null = null;
  private results = 0;
  private hasEnded = false;

  constructor(private readonly parts: RecordParts) {
    parts.metrics.started();
  }

  begin(live: PreparedOperation): void {
    this.type = live.type;
    this.operationName = nameOf(live);
  }

  /** One result, with the codes of its errors. */
  add(codes: readonly string[]): void {
    this.results += 1;
    if (codes.length > 0) this.codes = [...new Set([...this.codes, ...codes])];
  }

  /** Writes the line; once. */
  end(status: number, more: readonly string[] = []): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    const { options, metrics, requestId, transport } = this.parts;
    const { operationName, type, results } = this;
    const durationMs = Math.round(performance.now() - this.startedAt);
    const told = { status, durationMs, codes: [...this.codes, ...more] };
    metrics.ended({ type: type ?? "none", ...told });
    const work = options.telemetry.takeUpstreamWork(requestId);
    options.logger.info(
      { requestId, operationName, operationType: type, transport, results, ...work, ...told },
      "operation",
    );
  }
}
