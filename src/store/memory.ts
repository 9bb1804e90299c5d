import {
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  invocationKey,
  isFailedRun,
  isFinalRun,
  matchesQuery,
  type Source,
  sourceKey,
  sourceRank,
} from "#domain";
import { createChangeFeed } from "./change-feed.ts";
import { createCuts } from "./cuts.ts";
import { markGone } from "./gone.ts";
import { mergeResult, mergeRun } from "./merge.ts";
import { above, NO_TIME, type Position, positionOf } from "./position.ts";
import type { Bounds } from "./run-order.ts";
import type { ListRecord, OutputLack, RunPageRequest, RunStore, RunWrite, StoredRun, Stretch } from "./run-store.ts";
import { executionBytes, runBytes } from "./sizes.ts";
import { createSortedRuns, type SortedRuns } from "./sorted-runs.ts";

/** How the memory keeper is bounded. */
export interface MemoryStoreOptions {
  /** Bytes that the records take at most, by estimate. */
  readonly bytesMax: number;
}

/** A run in memory, with its place. */
export interface Entry extends StoredRun {
  readonly position: Position;
  readonly bytes: number;
}

/** Share of the bytes that what was written last keeps, however old it is: a page that goes deep must outlive its own reading. */
const RECENT_SHARE = 0.25;
/** What is left after letting go, so that not every write has to. */
const FULL_SHARE = 0.95;
const LOOSE_RESULTS_MAX = 2_000;

interface LooseResult {
  readonly result: InvocationResult;
  readonly readAt: number;
}

/** A keeper in memory. It lets go of the oldest runs first, and the coverage of their lists says so. */
export function createMemoryStore({ bytesMax }: MemoryStoreOptions): RunStore {
  const entries = new Map<string, Entry>();
  const lists = new Map<string, Map<string, ListRecord>>();
  const loose = new Map<string, Map<string, LooseResult>>();
  const recent = new Map<string, number>();
  const sorted: SortedRuns = createSortedRuns(isLackingOutputs);
  const feed = createChangeFeed();
  const cuts = createCuts("memory");
  let bytes = 0;
  let recentBytes = 0;

  function put(read: Invocation, readAt: number, executionReadAt: StoredRun["executionReadAt"], isGone = false): void {
    const run = markGone(read, isGone);
    const key = invocationKey(run);
    const known = entries.get(key);
    const position = known?.run.creationTime === run.creationTime ? known.position : positionOf(run);
    const size = known?.run === run ? known.bytes : runBytes(run);
    const entry: Entry = { run, readAt, executionReadAt, isGone, position, bytes: size };
    bytes += size - (known?.bytes ?? 0);
    entries.set(key, entry);
    sorted.put(entry, known);
    touch(key, size);
    if (known?.run !== run) feed.note(known?.run ?? null, run);
  }

  function touch(key: string, size: number): void {
    recentBytes += size - (recent.get(key) ?? 0);
    recent.delete(key);
    recent.set(key, size);
    for (const [oldest, its] of recent) {
      if (recentBytes <= bytesMax * RECENT_SHARE || oldest === key) break;
      recent.delete(oldest);
      recentBytes -= its;
    }
  }

  function writeRun(read: Invocation, readAt: number): void {
    const key = invocationKey(read);
    const known = entries.get(key);
    const merged = known === undefined ? withLoose(read) : mergeRun(known.run, read);
    put(merged, Math.max(readAt, known?.readAt ?? 0), known?.executionReadAt ?? new Map());
  }

  function withLoose(run: Invocation): Invocation {
    const results = loose.get(invocationKey(run));
    loose.delete(invocationKey(run));
    return [...(results?.values() ?? [])].reduce((merged, { result }) => mergeResult(merged, result), run);
  }

  function writeResult(result: InvocationResult, readAt: number): void {
    const key = invocationKey(result);
    const known = entries.get(key);
    if (known === undefined) {
      keepLoose(key, { result, readAt });
      return;
    }
    const executionReadAt = new Map(known.executionReadAt).set(result.instanceId, readAt);
    put(mergeResult(known.run, result), known.readAt, executionReadAt);
  }

  function keepLoose(key: string, one: LooseResult): void {
    const own = loose.get(key) ?? new Map<string, LooseResult>();
    loose.delete(key);
    loose.set(key, own.set(one.result.instanceId, one));
    for (const oldest of loose.keys()) {
      if (loose.size <= LOOSE_RESULTS_MAX && looseBytes() <= bytesMax * RECENT_SHARE) break;
      loose.delete(oldest);
    }
  }

  function looseBytes(): number {
    let sum = 0;
    for (const own of loose.values()) for (const { result } of own.values()) sum += executionBytes(result);
    return sum;
  }

  function forgetOldest(): void {
    const gone = sorted.takeOldest({
      isEnough: () => bytes <= bytesMax * FULL_SHARE,
      mayStay: ({ run }) => recent.has(invocationKey(run)),
      onGone: (entry) => {
        bytes -= entry.bytes;
        entries.delete(invocationKey(entry.run));
      },
    });
    for (const { source, oldest, newest } of timesBySource(gone)) {
      const own = listsOf(lists, source);
      cuts.note(source, oldest, newest);
      for (const [name, record] of own) own.set(name, cuts.apply(source, record));
    }
  }

  function findLacking(source: Source, since: number): readonly OutputLack[] {
    const found = sorted.readMarked(sourceRank(source), sinceTime(since));
    const isFirst = ({ run }: Entry): boolean => isFailedRun(run.status);
    return [...found.filter(isFirst), ...found.filter((entry) => !isFirst(entry))].map(({ run, position }) => ({
      invokeId: run.invokeId,
      time: position.time,
    }));
  }

  return {
    async write({ source, readAt, runs = [], results = [], gone = [], list }: RunWrite) {
      for (const run of runs) writeRun(run, readAt);
      for (const result of results) writeResult(result, readAt);
      for (const invokeId of gone) {
        const known = entries.get(invocationKey({ source, invokeId }));
        if (known !== undefined) put(known.run, known.readAt, known.executionReadAt, true);
      }
      if (list !== undefined) listsOf(lists, source).set(list.key, cuts.apply(source, list.record));
      if (bytes > bytesMax) forgetOldest();
      feed.flush();
    },
    readRuns: async (refs) => refs.map((ref) => entries.get(invocationKey(ref)) ?? null),
    readLooseResults: async (ref: InvocationRef) => [...(loose.get(invocationKey(ref))?.values() ?? [])],
    async readPage({ stretches, query, direction, limit }: RunPageRequest) {
      return sorted.read(bySource(stretches), direction, limit, ({ run }) => matchesQuery(run, query));
    },
    async count({ stretches, query }) {
      const meant = bySource(stretches);
      if (Object.values(query).every((value) => value === undefined)) return sorted.count(meant);
      return sorted.read(meant, 1, Number.POSITIVE_INFINITY, ({ run }) => matchesQuery(run, query)).length;
    },
    async readUnfinished(source, limit) {
      const stretches = bySource([{ source, after: null, before: null }]);
      return sorted.read(stretches, 1, limit, ({ run, isGone }) => !isGone && !isFinalRun(run));
    },
    readLackingOutputs: async (source, since, limit) => findLacking(source, since).slice(0, limit),
    countLackingOutputs: async (source, since) => sorted.countMarked(sourceRank(source), sinceTime(since)),
    readList: async (source, key) =>
      lists.get(sourceKey(source))?.get(key) ?? { spans: [], readAt: null, notes: null, basis: cuts.basis(source) },
    async oldestTime(source) {
      const [oldest] = sorted.read(
        bySource([{ source, after: null, before: null }]),
        -1,
        1,
        ({ position }) => position.time !== NO_TIME,
      );
      return oldest?.position.time ?? null;
    },
    onChange: feed.listen,
    close: async () => {},
  };
}

function listsOf(lists: Map<string, Map<string, ListRecord>>, source: Source): Map<string, ListRecord> {
  const own = lists.get(sourceKey(source)) ?? new Map<string, ListRecord>();
  lists.set(sourceKey(source), own);
  return own;
}

function bySource(stretches: readonly Stretch[]): ReadonlyMap<string, Stretch> {
  return new Map(stretches.map((stretch) => [sourceRank(stretch.source), stretch]));
}

function sinceTime(time: number): Bounds {
  return { after: null, before: above(time - 1) };
}

function isLackingOutputs({ run, isGone }: Entry): boolean {
  return !isGone && isFinalRun(run) && run.instances.some(({ output }) => output === undefined);
}

interface LetGo {
  readonly source: Source;
  oldest: number;
  newest: number;
}

function timesBySource(entries: readonly Entry[]): Iterable<LetGo> {
  const times = new Map<string, LetGo>();
  for (const { run, position } of entries) {
    const own = times.get(sourceKey(run.source)) ?? {
      source: run.source,
      oldest: position.time,
      newest: position.time,
    };
    own.oldest = Math.min(own.oldest, position.time);
    own.newest = Math.max(own.newest, position.time);
    times.set(sourceKey(run.source), own);
  }
  return times.values();
}
