import type {
  Instance,
  InstanceInvocation,
  Invocation,
  InvocationResult,
  Operation,
  Source,
  SourceErrorCode,
} from "#domain";
import type { InvocationList, InvocationWindow, PageRequest, Upstream } from "#upstreams";
import { createFailure } from "./records.ts";

/** A source of numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What one source does to those who read it. Everything is read anew at every call, so tests may change it as they go. */
export interface Behaviour {
  /** Runs in any order; listed newest first, those without a time last. */
  runs: Invocation[];
  /** How runs of one creation time are ordered at a call: by this rank. */
  order: (run: Invocation, call: number) => number | string;
  /** By what runs are listed, the greatest first: their creation time. */
  placeOf: (run: Invocation) => string;
  /** The greatest page size that is honoured. */
  pageSizeMax: number;
  /** Fails a call, counted from 1 over all calls of the source. */
  fails: (call: number) => SourceErrorCode | null;
  /** By how many records a page begins off its place; never the first one. */
  shift: (call: number) => number;
  /** What is told of the list's length. */
  tellTotal: (length: number) => number | null;
  /** Happens in front of each call. */
  beforeCall: (call: number) => void;
  isExact: boolean;
  /** Lists per instance, as a source that has no list of its own. */
  listsPerInstance: boolean;
}

/** One in-memory source behind the seam `Upstream`, and what it was asked. */
export interface WorldSource extends Behaviour {
  readonly upstream: Upstream;
  readonly source: Source;
  /** Every call: what was asked, in order. */
  readonly calls: string[];
}

/** Makes a source that behaves well unless told otherwise. */
export function createWorldSource(source: Source, overrides: Partial<Behaviour> = {}): WorldSource {
  const calls: string[] = [];
  const world: WorldSource = {
    runs: [],
    order: (run) => run.invokeId,
    placeOf: (run) => run.creationTime ?? "",
    pageSizeMax: 50,
    fails: () => null,
    shift: () => 0,
    tellTotal: (length) => length,
    beforeCall: () => {},
    isExact: true,
    listsPerInstance: false,
    ...overrides,
    source,
    calls,
    upstream: {
      source,
      openRunLists: async () => [],
      openLists: async (query) => {
        const instanceIds = [
          ...new Set(world.runs.flatMap((run) => run.instances.map((one) => one.instanceId))),
        ].sort();
        if (!world.listsPerInstance) return [createList("", (run) => run)];
        return instanceIds
          .filter((id) => query.instanceId === undefined || query.instanceId === id)
          .map((id) => createList(id, (run) => narrow(run, id)));
      },
      readInvocation: async (invokeId, _wants, operation) => {
        call(operation, `run ${invokeId}`);
        return world.runs.find((run) => run.invokeId === invokeId) ?? null;
      },
      readResults: async (query, wants, operation) => {
        const ids = query.instanceIds;
        const count = Math.max(1, Math.ceil((ids?.length ?? 1) / 50));
        for (let page = 0; page < count; page += 1) {
          call(operation, `results ${query.invokeId}${query.includeHistory ? " history" : ""} ${ids?.length ?? "all"}`);
        }
        const run = world.runs.find((one) => one.invokeId === query.invokeId);
        const items = (run?.instances ?? []).filter((one) => ids?.includes(one.instanceId) ?? true);
        const executions = query.includeHistory ? ["2", "1", "0"] : [null];
        return items.flatMap((item) => executions.map((execution) => toResult(item, execution, wants.output)));
      },
      readInstanceResults: async (instanceId, wants, operation) => {
        call(operation, `instance-results ${instanceId}`);
        const runs = listed(
          world,
          () => 0,
          (run) => narrow(run, instanceId),
        );
        return runs.slice(0, 50).flatMap((run) => run.instances.map((item) => toResult(item, null, wants.output)));
      },
      readInstances: async (instanceIds, operation) => {
        call(operation, `instances ${instanceIds.length}`);
        return instanceIds.filter((id) => !id.startsWith("gone")).map((instanceId) => createServer(source, instanceId));
      },
    },
  };

  function call(operation: Operation, text: string): number {
    operation.signal.throwIfAborted();
    calls.push(text);
    const number = calls.length;
    world.beforeCall(number);
    const code = world.fails(number);
    operation.meter.spend(source, text);
    if (code !== null) throw createFailure(source, code);
    return number;
  }

  function createList(key: string, show: (run: Invocation) => Invocation | null): InvocationList {
    return {
      key,
      get isExact() {
        return world.isExact;
      },
      read: async (page, operation) => {
        const number = call(operation, `list ${key}${key === "" ? "" : " "}${page.pageNumber}/${page.pageSize}`);
        // The answer takes a turn of the loop, as one over the network does.
        await Promise.resolve();
        return cut(
          listed(world, (run) => world.order(run, number), show),
          page,
          world,
          number,
        );
      },
    };
  }

  return world;
}

function cut(runs: readonly Invocation[], page: PageRequest, behaviour: Behaviour, call: number): InvocationWindow {
  const pageSize = Math.min(page.pageSize, behaviour.pageSizeMax);
  const offset = (page.pageNumber - 1) * pageSize;
  const start = offset === 0 ? 0 : Math.max(0, offset + behaviour.shift(call));
  const items = runs.slice(start, start + pageSize);
  return { items, offset, pageSize, totalCount: behaviour.tellTotal(runs.length) };
}

function listed(
  { runs, placeOf }: Behaviour,
  rank: (run: Invocation) => number | string,
  show: (run: Invocation) => Invocation | null,
): readonly Invocation[] {
  return runs
    .flatMap((run) => show(run) ?? [])
    .map((run) => ({ run, time: placeOf(run), rank: rank(run) }))
    .sort((a, b) => (a.time === b.time ? (a.rank < b.rank ? -1 : 1) : a.time > b.time ? -1 : 1))
    .map(({ run }) => run);
}

function narrow(run: Invocation, instanceId: string): Invocation | null {
  const instances = run.instances.filter((one) => one.instanceId === instanceId);
  return instances.length === 0 ? null : { ...run, instances };
}

function toResult(item: InstanceInvocation, execution: string | null, withOutput: boolean): InvocationResult {
  const { creationTime: _created, updateTime: _updated, isComplete: _complete, ...rest } = item;
  const bytes = new TextEncoder().encode(`${item.invokeId} ${item.instanceId} ${execution ?? "latest"}`);
  return {
    ...rest,
    startTime: execution === null ? rest.startTime : `2026-01-01T00:00:0${execution}.000Z`,
    output: withOutput ? { bytes, droppedBytes: 0 } : undefined,
    execution,
  };
}

function createServer(source: Source, instanceId: string): Instance {
  return {
    source,
    instanceId,
    name: `name of ${instanceId}`,
    osType: "linux",
    osName: null,
    status: "Running",
    privateIpAddresses: null,
    publicIpAddresses: null,
  };
}
