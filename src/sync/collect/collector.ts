import { setMaxListeners } from "node:events";
import { type Clock, type Source, sourceKey } from "#domain";
import type { Backfill, CollectOptions, CollectParts, CollectProgress } from "./collect-shapes.ts";
import { createSourceCollector } from "./source-collector.ts";

/** Reads what nobody asked for yet, within the share of the quota that is for it. */
export interface Collector {
  /** Begins, or goes on where what is known ends; each source alone. */
  start(): void;
  /** Resolves once nothing is read any more. What was read is kept. */
  stop(): Promise<void>;
  /** Where a source stands; null if it is not configured. Costs no upstream call. */
  progress(source: Source): CollectProgress | null;
  /** The same with what is known of it. What is counted is shared by all who ask at about the same time. */
  describe(source: Source): Backfill | null;
}

/** A collector for every source that is configured. */
export function createCollector(parts: CollectParts, options: CollectOptions): Collector {
  const { sync, store, clock } = parts;
  const collectors = new Map(
    sync.book.upstreams.map(({ source }) => [sourceKey(source), createSourceCollector(parts, { source, options })]),
  );
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  let running: Promise<unknown> = Promise.resolve();
  const progress = (source: Source): CollectProgress | null => collectors.get(sourceKey(source))?.progress() ?? null;
  const findOldest = shareCounts(sync.oldestKnown, clock);
  const countRuns = shareCounts(
    (source) => store.count({ stretches: [{ source, after: null, before: null }], query: {} }),
    clock,
  );
  const countLacking = shareCounts((source) => store.countLackingOutputs(source, options.oldestOutput()), clock);
  return {
    start() {
      running = Promise.all([...collectors.values()].map((one) => one.run(ended.signal)));
    },
    async stop() {
      ended.abort();
      await running;
    },
    progress,
    describe(source) {
      const now = progress(source);
      if (now === null) return null;
      return {
        ...now,
        oldestTime: () => findOldest(source),
        knownRuns: () => countRuns(source),
        lackingOutputs: async () => (options.outputs ? countLacking(source) : null),
      };
    },
  };
}

/** Less than a second, so that who looks once a second sees each time what is new. */
const LIFE_MS = 900;

interface Counted<Answer> {
  readonly answer: Promise<Answer>;
  /** By the clock's `elapsed`; null while it is worked out. */
  endedAt: number | null;
}

/** Works out one thing of a source once for all who ask at about the same time: its answer is up to 900 ms old. A failure is not kept. */
function shareCounts<Answer>(
  count: (source: Source) => Promise<Answer>,
  clock: Pick<Clock, "elapsed">,
): (source: Source) => Promise<Answer> {
  const all = new Map<string, Counted<Answer>>();
  return (source) => {
    const key = sourceKey(source);
    const known = all.get(key);
    if (known !== undefined && (known.endedAt === null || clock.elapsed() - known.endedAt < LIFE_MS))
      return known.answer;
    const counted: Counted<Answer> = { answer: count(source), endedAt: null };
    all.set(key, counted);
    counted.answer.then(
      () => {
        counted.endedAt = clock.elapsed();
      },
      () => all.delete(key),
    );
    return counted.answer;
  };
}
