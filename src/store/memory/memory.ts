import {
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  invocationKey,
  isFailedRun,
  mapInBreaks,
  matchesQuery,
  type Source,
  sourceKey,
  sourceRank,
  takeBreak,
  weightOf,
} from "#domain";
import type { ListRecord, RunPageRequest, RunStore, RunWrite, Stretch } from "../contract/index.ts";
import {
  above,
  createChangeFeed,
  isLate,
  mergeResult,
  mergeRun,
  NO_TIME,
  outlineOf,
  withReadAt,
} from "../contract/index.ts";
import { createCuts } from "./cuts.ts";
import { createKeptRuns, type KeptRuns, RECENT_SHARE } from "./kept-runs.ts";
import { createLooseResults, type LooseResults } from "./loose-results.ts";
import type { Bounds, Entry } from "./run-order.ts";

/** How the memory keeper is bounded. */
export interface MemoryStoreOptions {
  /** Bytes that the records take at most, by estimate. */
  readonly bytesMax: number;
}

/** A keeper in memory. It lets go of the oldest runs first, and the coverage of their lists says so. */
export function createMemoryStore({ bytesMax }: MemoryStoreOptions): RunStore {
  const feed = createChangeFeed();
  const kept = createKeptRuns(bytesMax, feed);
  const lists = createListRecords();
  const loose = createLooseResults(bytesMax * RECENT_SHARE);

  const writeWhole = async (write: RunWrite): Promise<void> => {
    const { source, gone = [], dropped, list } = write;
    await writeRecords(write, kept, loose);
    for (const invokeId of gone) {
      const known = kept.find({ source, invokeId });
      if (known !== undefined && !isLate(write.readAt, known.readAt)) kept.put(known.run, known, true);
    }
    if (dropped !== undefined) {
      kept.markDropped(bySource([{ source, after: null, before: null }]), (run) => matchesQuery(run, dropped));
    }
    if (list !== undefined) lists.put(source, list.key, list.record);
    lists.cut(kept.letGo());
    await feed.flush();
  };
  let earlier: Promise<unknown> = Promise.resolve();

  return {
    write(write) {
      // None begins in the breaks of another one, whose older readings would then take the place of newer ones.
      const written = earlier.then(() => writeWhole(write));
      earlier = written.catch(() => {});
      return written;
    },
    readRuns: async (refs) => refs.map((ref) => kept.find(ref) ?? null),
    readLooseResults: async (ref) => loose.read(invocationKey(ref)),
    readList: async (source, key) => lists.read(source, key),
    ...readSorted(kept.sorted),
    onChange: feed.listen,
    close: async () => {},
  };
}

async function writeRecords(
  { readAt, runs = [], results = [] }: RunWrite,
  kept: KeptRuns,
  loose: LooseResults,
): Promise<void> {
  const writeRun = (run: Invocation): void => {
    const known = kept.find(run);
    const executionReadAt = known?.executionReadAt ?? new Map<string, number>();
    const merged =
      known === undefined
        ? loose
            .take(invocationKey(run))
            .reduce(
              (merging, one) => mergeResult({ run: merging, readAt, executionReadAt }, one.result, one.readAt),
              run,
            )
        : mergeRun(known, run, readAt);
    kept.put(merged, { readAt: Math.max(readAt, known?.readAt ?? 0), executionReadAt });
  };
  const writeResult = (result: InvocationResult): void => {
    const known = kept.find(result);
    if (known === undefined) loose.put(invocationKey(result), { result, readAt });
    else {
      const executionReadAt = withReadAt(known, result, readAt);
      kept.put(mergeResult(known, result, readAt), { readAt: known.readAt, executionReadAt });
    }
  };
  const knownInstances = (ref: InvocationRef): number => kept.find(ref)?.run.instances.length ?? 0;
  // A run on one server that was read alone is compared with all that are known.
  await mapInBreaks(runs, (run) => weightOf(run) + knownInstances(run), writeRun);
  // Each is put into a copy of its run.
  await mapInBreaks(results, (result) => 1 + knownInstances(result) / 16, writeResult);
}

/** What is answered from the total order. */
function readSorted(
  sorted: KeptRuns["sorted"],
): Omit<RunStore, "write" | "readRuns" | "readLooseResults" | "readList" | "onChange" | "close"> {
  const ofAll = (source: Source) => bySource([{ source, after: null, before: null }]);
  const select = ({ stretches, query, direction, limit, asker }: Omit<RunPageRequest, "projection">) =>
    sorted.select(
      bySource(stretches),
      direction,
      limit,
      ({ run }) => matchesQuery(run, query),
      asker?.pause ?? takeBreak,
    );
  return {
    readPage: select,
    async readOutlines({ detail, ...request }) {
      const found = await select({ ...request, direction: 1 });
      const outlines = await mapInBreaks(
        found,
        ({ run }) => weightOf(run),
        ({ run }) => outlineOf(run, detail),
      );
      const last = found.length < request.limit ? undefined : found.at(-1);
      return { outlines, next: last?.position ?? null };
    },
    async count(request) {
      const { stretches, query } = request;
      if (Object.values(query).every((value) => value === undefined)) return sorted.count(bySource(stretches));
      return (await select({ ...request, direction: 1, limit: Number.POSITIVE_INFINITY })).length;
    },
    readUnfinished: async (source, limit) =>
      sorted.readMarked("unfinished", sourceRank(source), { after: null, before: null }, limit),
    async readLackingOutputs(source, since, limit) {
      const found = sorted.readMarked("lackingOutputs", sourceRank(source), sinceTime(since));
      const isFirst = ({ run }: Entry): boolean => isFailedRun(run.status);
      const inOrder = [...found.filter(isFirst), ...found.filter((entry) => !isFirst(entry))].slice(0, limit);
      return inOrder.map(({ run, position }) => ({ invokeId: run.invokeId, time: position.time }));
    },
    countLackingOutputs: async (source, since) =>
      sorted.countMarked("lackingOutputs", sourceRank(source), sinceTime(since)),
    async oldestTime(source) {
      const [oldest] = sorted.read(ofAll(source), -1, 1, ({ position }) => position.time !== NO_TIME);
      return oldest?.position.time ?? null;
    },
  };
}

/** How far lists are known, by source and key. */
function createListRecords() {
  const lists = new Map<string, Map<string, ListRecord>>();
  const cuts = createCuts("memory");
  const of = (source: Source) => lists.get(sourceKey(source)) ?? new Map<string, ListRecord>();
  return {
    read: (source: Source, key: string): ListRecord =>
      of(source).get(key) ?? { spans: [], readAt: null, notes: null, basis: cuts.basis(source) },
    put(source: Source, key: string, record: ListRecord) {
      lists.set(sourceKey(source), of(source).set(key, cuts.apply(source, record)));
    },
    /** Takes from what is covered the times of runs that went. */
    cut(gone: readonly Entry[]) {
      for (const { source, oldest, newest } of timesBySource(gone)) {
        cuts.note(source, oldest, newest);
        for (const [key, record] of of(source)) of(source).set(key, cuts.apply(source, record));
      }
    },
  };
}

function bySource(stretches: readonly Stretch[]): ReadonlyMap<string, Stretch> {
  return new Map(stretches.map((stretch) => [sourceRank(stretch.source), stretch]));
}

function sinceTime(time: number): Bounds {
  return { after: null, before: above(time - 1) };
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
