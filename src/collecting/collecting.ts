import { Counter, Gauge, type Registry } from "prom-client";
import type { Config } from "#config";
import type { Clock, Source, Telemetry } from "#domain";
import type { CollectOptions, Collector } from "#services";

const DAY_MS = 86_400_000;

/** What the settings come to for collecting: what would be let go at once is not read. */
export function toCollectOptions(
  { collect, databaseUrl, retention }: Pick<Config, "collect" | "databaseUrl" | "retention">,
  clock: Clock,
  notice: Telemetry["notice"],
): CollectOptions {
  const daysAgo = (days: number): number => (days === 0 ? 0 : clock.now() - days * DAY_MS);
  // Memory knows no retention.
  const oldestRun = (): number => (databaseUrl === null ? 0 : daysAgo(retention.runDays));
  const oldestOutput = (): number => (databaseUrl === null ? 0 : Math.max(oldestRun(), daysAgo(retention.outputDays)));
  return { outputs: collect.mode === "outputs", oldestRun, oldestOutput, notice };
}

/** Makes metrics of where collecting stands. */
export function measureCollecting(collector: Collector, sources: readonly Source[], registry: Registry): void {
  const labelNames = ["provider", "account", "region"] as const;
  const registers = [registry];
  const gauge = (name: string, help: string, read: (source: Source) => Promise<number | null>): void => {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        await Promise.all(
          sources.map(async (source) => {
            const value = await read(source).catch(() => null);
            const labels = { provider: source.provider, account: source.account, region: source.regionId };
            if (value !== null) this.set(labels, value);
          }),
        );
      },
    });
  };
  const calls = new Counter({
    name: "gateway_collect_calls_total",
    help: "Attempts to call an upstream that collecting made.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const source of sources) {
        const labels = { provider: source.provider, account: source.account, region: source.regionId };
        calls.inc(labels, collector.progress(source)?.calls ?? 0);
      }
    },
  });
  gauge(
    "gateway_collect_complete",
    "1 if everything is known that the upstream has and that is kept.",
    async (source) => (collector.progress(source)?.phase === "COMPLETE" ? 1 : 0),
  );
  gauge("gateway_collect_failing", "1 while the source cannot be collected.", async (source) =>
    collector.progress(source)?.phase === "FAILING" ? 1 : 0,
  );
  gauge(
    "gateway_collect_runs",
    "Runs that are known.",
    async (source) => (await collector.describe(source)?.knownRuns()) ?? null,
  );
  gauge(
    "gateway_collect_oldest_seconds",
    "How far back the source is known without a gap, in seconds since 1970.",
    async (source) => toSeconds((await collector.describe(source)?.oldestTime()) ?? null),
  );
  gauge(
    "gateway_collect_lacking_outputs",
    "Runs that are over and whose outputs are still to be read.",
    async (source) => (await collector.describe(source)?.lackingOutputs()) ?? null,
  );
}

function toSeconds(time: number | null): number | null {
  return time === null || time < 0 ? null : time / 1_000;
}
