import type { Clock, Telemetry } from "#domain";
import { codeOf, type DatabaseStore, isUnavailable, type Retention } from "./sql/index.ts";

/** What lets go of what is old. */
export interface RetentionParts {
  /** The database; null until it was opened. */
  readonly store: () => DatabaseStore | null;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "notice">;
}

/** Between two rounds, and between two steps of one: writers get through in between. */
const ROUND_MS = 600_000;
const STEP_MS = 100;
/** Until a database is asked that was not open yet, or away. */
const RETRY_MS = 10_000;

/** Lets go of what is old, step by step, until the signal aborts. */
export async function keepRetention(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  const { clock } = parts;
  while (!signal.aborted) {
    await clock.sleep(PAUSES[await look(parts)], signal);
  }
}

const PAUSES = { whole: ROUND_MS, more: STEP_MS, away: RETRY_MS };

async function look({ store, retention, telemetry }: RetentionParts): Promise<keyof typeof PAUSES> {
  try {
    const isMore = await store()?.prune(retention);
    if (isMore === undefined) return "away";
    return isMore ? "more" : "whole";
  } catch (error) {
    // A database that is away is told of by those who read it.
    if (!isUnavailable(error)) {
      telemetry.notice({ level: "warn", message: "what is old could not be let go", details: { code: codeOf(error) } });
    }
    return "away";
  }
}
