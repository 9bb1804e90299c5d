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
/** Refusals that halves are asked for after, in one reading: one unknown id of 100 needs seven, and each costs two calls. */
const MOST_REFUSALS = 20;

/**
 * Asks for ids in parts of at most `size`. A part that fails costs only what it would have told. If an unknown id fails a whole part, its
 * halves are asked for, so that none but the unknown ids are missing. Where that goes on, as for a run whose servers are all gone, the rest
 * fails as the upstream said.
 */
export async function readInParts<Value extends { readonly instanceId: string }>(
  instanceIds: readonly string[],
  size: number,
  read: (instanceIds: readonly string[]) => Promise<FoundById<Value>>,
): Promise<FoundById<Value>> {
  let refusals = 0;
  const readPart = async (ids: readonly string[]): Promise<FoundById<Value>> => {
    try {
      return await read(ids);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const isUnknown = isGone(error, { InstanceId: ids });
      if (isUnknown && ids.length === 1) return foundOf<Value>(ids, { items: [], failure: null });
      if (!isUnknown || refusals >= MOST_REFUSALS) return foundOf(ids, { items: [], failure: error });
      refusals += 1;
      return readHalves(ids);
    }
  };
  const readHalves = async (ids: readonly string[]): Promise<FoundById<Value>> => {
    const middle = Math.ceil(ids.length / 2);
    return joinFound([await readPart(ids.slice(0, middle)), await readPart(ids.slice(middle))]);
  };
  const parts = chunk([...new Set(instanceIds)], size);
  return joinFound(await mapBounded(parts, CALLS_AT_ONCE, readPart));
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
