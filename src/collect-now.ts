import { randomBytes } from "node:crypto";
import { Registry } from "prom-client";
import type { Config } from "#config";
import { createLogger, createTelemetry } from "#edge";
import { createSealer, createServices } from "#services";
import { openAccess } from "./app.ts";
import { createDisplay, type DisplayTarget, type FillRequest, fill, toCollectOptions } from "./collecting/index.ts";
import { openDatabase } from "./keeper.ts";
import { openOrigin } from "./origin.ts";
import { systemClock } from "./system-clock.ts";
import { openUpstreams } from "./upstream-access.ts";

/**
 * Fills the database of the settings, and shows how far it has come. What was read before is not read again.
 * @throws SettingsError if the settings, or the database, cannot be used
 */
export async function collectNow(
  config: Config,
  { until, outputs }: FillRequest,
  display: DisplayTarget,
  signal: AbortSignal,
  clock = systemClock,
): Promise<{ readonly summary: string; readonly hasFailed: boolean }> {
  const opened: { stop(): Promise<void> }[] = [];
  const logger = createLogger("silent");
  const telemetry = createTelemetry({ logger, registry: new Registry(), clock });
  try {
    const database = await openDatabase(config, clock);
    opened.push(database);
    const origin = await openOrigin(config);
    opened.push(origin);
    const road = await openUpstreams(config, { origin, replica: database.replica, clock, telemetry });
    opened.push(road);
    const { upstreams } = road;
    const access = openAccess(config, origin, telemetry, logger, clock);
    opened.push(access);
    const collect = { ...config.collect, mode: outputs ? "outputs" : "runs" } as const;
    const kept = toCollectOptions({ ...config, collect }, clock, telemetry.notice);
    const oldest = (oldestKept: () => number) => () => Math.max(until ?? 0, oldestKept());
    const { collector } = createServices({
      ...(access.isRestricted ? { redactor: access.redactor } : {}),
      upstreams,
      sealer: createSealer({ keys: [randomBytes(32)] }),
      clock,
      store: database.store,
      replica: database.replica,
      collect: { ...kept, oldestRun: oldest(kept.oldestRun), oldestOutput: oldest(kept.oldestOutput) },
    });
    if (collector === null) return { summary: "Nothing was collected.", hasFailed: false };
    const sources = upstreams.map(({ source }) => source);
    const shown = createDisplay(display, clock.now(), until);
    const filled = await fill({ collector, sources, clock, show: shown.show }, signal);
    shown.end();
    const runs = filled.reduce((sum, one) => sum + one.runs, 0);
    const failed = filled.filter(({ state }) => state === "failed").length;
    const open = filled.filter(({ state }) => state === "open").length;
    const rest = `${failed === 0 ? "" : `, ${failed} failed`}${open === 0 ? "" : `, ${open} not read to the end`}`;
    return { summary: `${runs} runs of ${filled.length} sources are known${rest}.`, hasFailed: failed > 0 };
  } finally {
    for (const part of opened.reverse()) await part.stop();
  }
}
