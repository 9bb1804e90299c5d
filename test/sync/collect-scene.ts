import type { Source } from "#domain";
import { createLoneReplica, createMemoryStore, LIST_HEAD, type RunStore, type Span } from "#store";
import { type CollectOptions, type Collector, createCollector, createSync, type Sync } from "#sync";
import type { RunList, Upstream } from "#upstreams";
import { sourceAt } from "../services/support/fixed.ts";
import { createItem, createRun } from "../services/support/records.ts";
import { createWorldSource, type WorldSource } from "../services/support/world.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";

/** The time of the newest run of a scene, a minute before its clock begins. */
export const NEWEST = Date.UTC(2026, 0, 2, 3, 3, 5);

/** Collecting over sources of a world. */
export interface Scene {
  readonly sources: readonly WorldSource[];
  readonly clock: FakeClock;
  readonly store: RunStore;
  readonly notices: string[];
  /** Paces of the reads, each once. */
  readonly paces: ReadonlySet<string | undefined>;
  /** Another process over the same store; it begins with the next turn. */
  start(options?: Partial<CollectOptions>): { readonly collector: Collector; readonly sync: Sync };
  /** The same; it has done what it could at once. */
  begin(options?: Partial<CollectOptions>): Promise<{ readonly collector: Collector; readonly sync: Sync }>;
  /** What the source's list of all runs is known to hold. */
  spans(position?: number): Promise<readonly Span[]>;
  /** The invoke ids that are known of a source, in the total order. */
  known(position?: number): Promise<readonly string[]>;
}

/** A source of runs that are over, a minute apart, `t-0000` the newest; of the runs of `perSecond` each, one second holds all. */
export function createSource(position: number, count: number, perSecond = 1): WorldSource {
  const world = createWorldSource(sourceAt(position));
  world.runs = Array.from({ length: count }, (_, serial) =>
    runOf(world.source, serial, Math.floor(serial / perSecond)),
  );
  return world;
}

/** The run of a source with this number; it was created so many minutes before the newest one. */
export function runOf(source: Source, serial: number, minutes = serial) {
  const invokeId = `t-${String(serial).padStart(4, "0")}`;
  const creationTime = new Date(NEWEST - minutes * 60_000).toISOString();
  return createRun({
    source,
    invokeId,
    creationTime,
    instances: [createItem({ source, invokeId, instanceId: "i-1", creationTime, output: undefined })],
  });
}

/** Puts a store in memory behind sources. */
export function createScene(
  sources: readonly WorldSource[],
  { store = createMemoryStore({ bytesMax: 1_000_000_000 }) }: { readonly store?: RunStore } = {},
): Scene {
  const clock = createFakeClock();
  const notices: string[] = [];
  const paces = new Set<string | undefined>();
  const upstreams = sources.map(({ upstream }) => withPaces(upstream, paces));
  const start: Scene["start"] = (options = {}) => {
    const sync = createSync({ upstreams, store, clock, freshnessMs: 2_000, turns: createLoneReplica().turns });
    const collector = createCollector(
      { sync, store, clock },
      {
        outputs: false,
        oldestRun: () => 0,
        oldestOutput: () => 0,
        notice: ({ message, details }) => notices.push(`${message} ${JSON.stringify(details)}`),
        ...options,
      },
    );
    collector.start();
    return { collector, sync };
  };
  return {
    sources,
    clock,
    store,
    notices,
    paces,
    start,
    async begin(options) {
      const started = start(options);
      await clock.advance(0);
      return started;
    },
    spans: async (position = 0) => (await store.readList(sourceAt(position), "")).spans,
    async known(position = 0) {
      const stretches = [{ source: sourceAt(position), after: null, before: null }];
      const projection = { output: false, content: false };
      const page = await store.readPage({ stretches, query: {}, direction: 1, limit: LIST_HEAD, projection });
      return page.map(({ run }) => run.invokeId);
    },
  };
}

function withPaces(upstream: Upstream, paces: Set<string | undefined>): Upstream {
  const noting = (list: RunList): RunList => ({
    ...list,
    read(place, operation) {
      paces.add(operation.pace);
      return list.read(place, operation);
    },
  });
  return {
    ...upstream,
    openLists: async (...asked) => (await upstream.openLists(...asked)).map(noting),
    readInvocation(invokeId, projection, operation, known) {
      paces.add(operation.pace);
      return upstream.readInvocation(invokeId, projection, operation, known);
    },
    readResults(query, projection, operation) {
      paces.add(operation.pace);
      return upstream.readResults(query, projection, operation);
    },
  };
}
