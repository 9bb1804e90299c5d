import { type Clock, type Source, sourceKey } from "#domain";
import type { Collector, CollectProgress } from "#services";

/** How a source came out of a first fill. */
export interface FilledSource {
  readonly source: Source;
  readonly runs: number;
  /** Epoch milliseconds; null if nothing is known of it. */
  readonly oldestTime: number | null;
  /** `open` while it is read; `left out` if the region does not offer the product. */
  readonly state: "open" | "reached" | "left out" | "failed";
  /** Why it failed; null if it did not. */
  readonly reason: string | null;
}

/** What a first fill works with. */
export interface FillParts {
  readonly collector: Collector;
  readonly sources: readonly Source[];
  readonly clock: Clock;
  /** Is told once a second where it stands. */
  readonly show: (sources: readonly FilledSource[]) => void;
}

const LOOK_MS = 1_000;
/** Failures in a row, with growing pauses between them, after which a source is given up. */
const FAILURES_MAX = 5;
/** What stays so until a person changes something. */
const LASTING: ReadonlySet<string> = new Set(["FORBIDDEN", "UNAUTHENTICATED", "BAD_RESPONSE"]);

/** Collects until every source is read as far as it is wanted, or given up, or the signal aborts. What was read is kept. */
export async function fill(parts: FillParts, signal: AbortSignal): Promise<readonly FilledSource[]> {
  const { collector, sources, clock, show } = parts;
  const ended = new Map<string, FilledSource>();
  collector.start();
  try {
    for (;;) {
      const now = await Promise.all(sources.map((one) => ended.get(sourceKey(one)) ?? look(collector, one)));
      for (const one of now) if (one.state !== "open") ended.set(sourceKey(one.source), one);
      show(now);
      if (signal.aborted || ended.size === sources.length) return now;
      await clock.sleep(LOOK_MS, signal);
    }
  } finally {
    await collector.stop();
  }
}

async function look(collector: Collector, source: Source): Promise<FilledSource> {
  const progress = collector.progress(source);
  const state = progress === null ? "open" : stateOf(progress);
  // What is known is told also if it cannot be counted now.
  const known = collector.describe(source);
  const [runs, oldestTime] = await Promise.all([known?.knownRuns(), known?.oldestTime()]).catch(() => []);
  return {
    source,
    state,
    runs: runs ?? 0,
    oldestTime: oldestTime ?? null,
    reason: state === "failed" ? (progress?.failure?.message ?? null) : null,
  };
}

function stateOf({ phase, failure, failuresInRow, isCaughtUp }: CollectProgress): FilledSource["state"] {
  if (phase === "COMPLETE" && isCaughtUp) return "reached";
  if (failure?.code === "NOT_SUPPORTED") return "left out";
  const isGivenUp = failure !== null && (LASTING.has(failure.code) || failuresInRow >= FAILURES_MAX);
  return phase === "FAILING" && isGivenUp ? "failed" : "open";
}
