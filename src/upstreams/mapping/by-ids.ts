import { UpstreamError } from "#domain";
import { isGone } from "./not-found.ts";
import { chunk, mapBounded } from "./parallel.ts";

/** What was found of what was asked for by ids of servers. */
export interface FoundById<Value> {
  readonly found: readonly Value[];
  /** Why others could not be read, by their ids. An id that is neither here nor found is unknown. */
  readonly failures: ReadonlyMap<string, UpstreamError>;
}

/** What one call gave of what it was asked for, and why it gave no more; null if it said all. */
export interface PartById<Value> {
  readonly items: readonly Value[];
  readonly failure: UpstreamError | null;
}

const CALLS_AT_ONCE = 4;

/**
 * Asks for ids in parts of at most `size`. A part that fails costs only what it would have told. If an unknown id fails a whole part, its
 * halves are asked for, so that none but the unknown ids are missing.
 */
export async function readInParts<Value extends { readonly instanceId: string }>(
  instanceIds: readonly string[],
  size: number,
  read: (instanceIds: readonly string[]) => Promise<FoundById<Value>>,
): Promise<FoundById<Value>> {
  const parts = chunk([...new Set(instanceIds)], size);
  return joinFound(
    await mapBounded(parts, CALLS_AT_ONCE, async (ids) => {
      try {
        return await read(ids);
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        if (!isGone(error, { InstanceId: ids })) return foundOf(ids, { items: [], failure: error });
        if (ids.length === 1) return foundOf<Value>(ids, { items: [], failure: null });
        return readInParts(ids, Math.ceil(ids.length / 2), read);
      }
    }),
  );
}

/** Of one call: what was asked for, and the failure for each id that it did not tell before it failed. */
export function foundOf<Value extends { readonly instanceId: string }>(
  instanceIds: readonly string[],
  { items, failure }: PartById<Value>,
): FoundById<Value> {
  const found = items.filter(({ instanceId }) => instanceIds.includes(instanceId));
  const told = new Set(found.map(({ instanceId }) => instanceId));
  if (failure === null) return { found, failures: new Map() };
  return { found, failures: new Map(instanceIds.filter((id) => !told.has(id)).map((id) => [id, failure])) };
}

/** What several calls found, in their order. */
export function joinFound<Value>(parts: readonly FoundById<Value>[]): FoundById<Value> {
  return {
    found: parts.flatMap(({ found }) => found),
    failures: new Map(parts.flatMap(({ failures }) => [...failures])),
  };
}
