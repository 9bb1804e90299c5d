import type { Clock, Telemetry } from "#domain";
import type { DatabaseStore } from "./sql/database.ts";
import type { Retention } from "./sql/prune.ts";

/** What lets go of what is old. */
export interface RetentionParts {
  /** The database; null while it is away. */
  readonly store: () => DatabaseStore | null;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "notice">;
}

/** Between two rounds, and between two steps of one: writers get through in between. */
const ROUND_MS = 600_000;
const STEP_MS = 100;

/** Lets go of what is old, step by step, until the signal aborts. */
export async function keepRetention(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  const { store, retention, clock, telemetry } = parts;
  while (!signal.aborted) {
    let isMore = false;
    try {
      isMore = (await store()?.prune(retention)) ?? false;
    } catch (error) {
      // A database that is away is told of by those who read it.
      const code = error instanceof Error && "code" in error ? String(error.code) : null;
      telemetry.notice({ level: "warn", message: "what is old could not be let go", details: { code } });
    }
    await clock.sleep(isMore ? STEP_MS : ROUND_MS, signal);
  }
}
