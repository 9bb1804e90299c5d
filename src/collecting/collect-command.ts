import { parseArgs } from "node:util";
import { SettingsError } from "#config";

/** What a first fill is asked for. */
export interface FillRequest {
  /** Epoch milliseconds: how far back runs are wanted; null for everything that is kept. */
  readonly until: number | null;
  readonly outputs: boolean;
}

const UNTIL = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Reads the arguments of the command. @throws SettingsError that says which one is wrong, followed by `usage` */
export function readCollectArguments(args: readonly string[], now: number, usage: string): FillRequest {
  const { until, outputs = false } = parse(args, usage);
  return { until: until === undefined ? null : readUntil(until, now, usage), outputs };
}

function parse(args: readonly string[], usage: string) {
  const options = { until: { type: "string" }, outputs: { type: "boolean" } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new SettingsError([`arguments: ${error instanceof Error ? error.message : "cannot be read"}\n${usage}`]);
  }
}

function readUntil(text: string, now: number, usage: string): number {
  const time = UNTIL.test(text) ? Date.parse(text) : Number.NaN;
  // `2026-02-31` is read as a day of March.
  const isDay = Number.isFinite(time) && (text.length > 10 || new Date(time).toISOString().startsWith(text));
  if (isDay && time < now) return time;
  throw new SettingsError([
    `\`--until\`: expected a day of the past as 2026-11-01, or an instant with its zone, got ${JSON.stringify(text)}.\n${usage}`,
  ]);
}
