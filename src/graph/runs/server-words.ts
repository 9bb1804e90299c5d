import { type Instance, type InstanceRef, instanceKey, type Operation } from "#domain";
import { type GraphContext, oncePerOperation } from "../operation/index.ts";

/** Names and addresses of a server. One that is gone, or cannot be read, has its id alone. */
type Words = readonly string[];

/** What servers are called, for all runs of an operation together: these may be on the same hundreds of servers. */
export interface ServerWords {
  /** Resolves once the words of these are known, each read once. @throws the reason of the operation's signal once it has ended */
  load(refs: readonly InstanceRef[]): Promise<void>;
  of(ref: InstanceRef): Words;
}

/** The words of an operation's servers. */
export function serverWordsOf({ operation, loaders }: GraphContext): ServerWords {
  return oncePerOperation(operation, serverWordsOf, "words", () => createServerWords(loaders, operation));
}

function createServerWords({ instances }: GraphContext["loaders"], { signal }: Operation): ServerWords {
  const known = new Map<string, Words>();
  const wanted = new Map<string, InstanceRef>();
  let loading: Promise<void> | null = null;
  const read = async (): Promise<void> => {
    // Behind all who ask in this tick.
    await Promise.resolve();
    loading = null;
    const refs = [...wanted.values()];
    wanted.clear();
    const found = await instances.loadMany(refs);
    for (const [index, ref] of refs.entries()) known.set(instanceKey(ref), wordsOf(ref, found[index] ?? null));
  };
  return {
    async load(refs) {
      for (const ref of refs) if (!known.has(instanceKey(ref))) wanted.set(instanceKey(ref), ref);
      signal.throwIfAborted();
      if (wanted.size > 0) loading ??= read();
      await loading;
    },
    of: (ref) => known.get(instanceKey(ref)) ?? [],
  };
}

function wordsOf({ instanceId }: InstanceRef, found: Instance | Error | null): Words {
  if (found === null || found instanceof Error) return [instanceId];
  return [instanceId, found.name ?? "", ...(found.privateIpAddresses ?? []), ...(found.publicIpAddresses ?? [])];
}
