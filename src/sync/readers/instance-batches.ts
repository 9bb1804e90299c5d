import { type InstanceRef, type Source, sourceKey } from "#domain";

/** Servers of one source that go into one call. */
export interface InstanceBatch {
  readonly source: Source;
  /** Each once, in ascending order, so that the same servers make the same call. */
  readonly instanceIds: readonly string[];
}

/** Parts servers by source and into calls of at most `perCall`. */
export function toInstanceBatches(refs: readonly InstanceRef[], perCall: number): readonly InstanceBatch[] {
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
