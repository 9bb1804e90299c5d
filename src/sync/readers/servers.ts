import { LRUCache } from "lru-cache";
import {
  type AgentState,
  type Clock,
  type Instance,
  type InstanceRef,
  instanceKey,
  type Operation,
  type Source,
  sourceKey,
  UpstreamError,
} from "#domain";
import { PartialServersError, type Upstream } from "#upstreams";
import type { ReaderParts } from "./reader-parts.ts";
import { createServerLists, type ServerLists } from "./server-lists.ts";

/** What stands for one server: what was found, null if it is unknown, or why it could not be read. */
type ServerAnswer<Value> = Value | null | Error;

/** Reads servers and the agents on them, in key order. */
export interface ServerReader {
  readInstances(refs: readonly InstanceRef[], operation: Operation): Promise<readonly ServerAnswer<Instance>[]>;
  readAgentStates(refs: readonly InstanceRef[], operation: Operation): Promise<readonly ServerAnswer<AgentState>[]>;
  /** Every server of a source, by id. */
  readAllInstances: ServerLists["read"];
}

const INSTANCES_PER_CALL = 100;
const AGENTS_PER_CALL = 50;
/** Names and addresses change seldom. */
const INSTANCE_KEEP_MS = 10_000;
const INSTANCES_MAX = 10_000;
/** How long it is remembered that the upstream does not know a server. */
const ABSENT_KEEP_MS = 500;

/** Servers are kept for a moment; agents move, so nothing of them is. */
export function createServerReader(parts: ReaderParts): ServerReader {
  const kept = createInstanceCache(parts.clock);
  const lists = createServerLists(parts, kept.put);

  return {
    async readInstances(refs, operation) {
      const known = new Map(refs.map((ref) => [instanceKey(ref), kept.find(ref)]));
      const missing = refs.filter((ref) => known.get(instanceKey(ref)) === undefined);
      const batches = toInstanceBatches(missing, INSTANCES_PER_CALL);
      const read = await readBatches(parts, "instances", batches, operation, (upstream, ids, shared) =>
        upstream.readInstances(ids, shared),
      );
      for (const ref of missing) {
        const found = read.get(instanceKey(ref)) ?? null;
        if (!(found instanceof Error)) kept.put(ref, found);
      }
      return refs.map((ref) => {
        const found = known.get(instanceKey(ref)) ?? read.get(instanceKey(ref)) ?? null;
        return found instanceof UpstreamError ? (kept.last(ref) ?? found) : found;
      });
    },
    readAllInstances: lists.read,
    async readAgentStates(refs, operation) {
      const read = await readBatches(
        parts,
        "agents",
        toInstanceBatches(refs, AGENTS_PER_CALL),
        operation,
        async (upstream, ids, shared) => (await upstream.readAgentStates?.(ids, shared)) ?? [],
      );
      return refs.map((ref) => read.get(instanceKey(ref)) ?? null);
    },
  };
}

/** Servers that were read lately; null for those that the upstream does not know. */
function createInstanceCache(clock: Clock) {
  const kept = new LRUCache<string, { readonly instance: Instance | null; readonly until: number }>({
    max: INSTANCES_MAX,
  });
  return {
    find(ref: InstanceRef): Instance | null | undefined {
      const found = kept.get(instanceKey(ref));
      return found !== undefined && found.until > clock.elapsed() ? found.instance : undefined;
    },
    /** However long ago it was read. */
    last: (ref: InstanceRef): Instance | null => kept.get(instanceKey(ref))?.instance ?? null,
    put(ref: InstanceRef, instance: Instance | null): void {
      const until = clock.elapsed() + (instance === null ? ABSENT_KEEP_MS : INSTANCE_KEEP_MS);
      kept.set(instanceKey(ref), { instance, until });
    },
  };
}

/** Reads what is not known in as few calls as there are batches; one that fails is the answer of its own keys alone. */
async function readBatches<Value extends InstanceRef>(
  { book, singleFlight }: ReaderParts,
  kind: string,
  batches: readonly InstanceBatch[],
  operation: Operation,
  read: (upstream: Upstream, ids: readonly string[], shared: Operation) => Promise<readonly Value[]>,
): Promise<ReadonlyMap<string, Value | Error>> {
  const answers = new Map<string, Value | Error>();
  await Promise.all(
    batches.map(async ({ source, instanceIds }) => {
      const upstream = book.findUpstream(source);
      if (upstream === undefined) return;
      const key = `${kind}|${sourceKey(source)}|${JSON.stringify(instanceIds)}`;
      try {
        const found = await singleFlight.share(key, source, operation, (shared) =>
          book.servers.watch(source, (noted) => read(upstream, instanceIds, noted), shared, true),
        );
        for (const one of found) answers.set(instanceKey(one), one);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const { found, failures } = partOf<Value>(error, instanceIds);
        for (const one of found) answers.set(instanceKey(one), one);
        // What is known of the source was noted of the answer as a whole.
        const wasOffered = error instanceof UpstreamError && error.wasOffered === true;
        for (const [instanceId, failure] of failures) {
          if (wasOffered && failure instanceof UpstreamError) failure.wasOffered = true;
          answers.set(instanceKey({ source, instanceId }), failure);
        }
      }
    }),
  );
  return answers;
}

function partOf<Value>(error: Error, instanceIds: readonly string[]) {
  if (!(error instanceof PartialServersError))
    return { found: [], failures: instanceIds.map((id) => [id, error] as const) };
  return (error as PartialServersError<Value>).read;
}

/** Servers of one source that go into one call. */
interface InstanceBatch {
  readonly source: Source;
  /** Each once, in ascending order, so that the same servers make the same call. */
  readonly instanceIds: readonly string[];
}

/** Parts servers by source and into calls of at most `perCall`. */
function toInstanceBatches(refs: readonly InstanceRef[], perCall: number): readonly InstanceBatch[] {
  const bySource = new Map<string, { source: Source; ids: Set<string> }>();
  for (const { source, instanceId } of refs) {
    const group = bySource.get(sourceKey(source)) ?? { source, ids: new Set() };
    group.ids.add(instanceId);
    bySource.set(sourceKey(source), group);
  }
  return [...bySource.values()].flatMap(({ source, ids }) => {
    const sorted = [...ids].sort();
    const starts = Array.from({ length: Math.ceil(sorted.length / perCall) }, (_, n) => n * perCall);
    return starts.map((start) => ({ source, instanceIds: sorted.slice(start, start + perCall) }));
  });
}
