import type { View } from "#access";
import type { InvocationRef, Projection } from "#domain";
import type { StoredRun } from "#store";
import type { Sync } from "#sync";
import { maskProjection, maySeeRun } from "./sight.ts";

type Runs = Sync["runs"];

/** Runs of a view; others are as those that do not exist, and cost as much. */
export function limitRuns(runs: Runs, view: View): Runs {
  const findOne = async (
    ref: InvocationRef,
    projection: Projection,
    maxAgeMs?: number,
  ): Promise<StoredRun | null | undefined> => {
    if (!view.maySee(ref.source)) return null;
    const [found] = await runs.findKnown([ref], maskProjection(view, ref.source, projection), maxAgeMs);
    if (found == null || maySeeRun(view, found.run)) return found;
    return runs.wasAskedInVain(ref, maxAgeMs) ? null : undefined;
  };
  return {
    ...runs,
    findKnown: (refs, projection, maxAgeMs) => Promise.all(refs.map((ref) => findOne(ref, projection, maxAgeMs))),
    isUnderWay: (ref, projection) => runs.isUnderWay(ref, maskProjection(view, ref.source, projection)),
    recall: async (source, refs, projection, operation) =>
      view.maySee(source) ? runs.recall(source, refs, maskProjection(view, source, projection), operation) : new Set(),
    async read(ref, projection, operation, maxAgeMs) {
      if (!view.maySee(ref.source)) return null;
      const masked = maskProjection(view, ref.source, projection);
      const [known] = await runs.findKnown([ref], masked, Number.POSITIVE_INFINITY);
      if (known != null && !maySeeRun(view, known.run)) {
        await runs.askInVain(ref, masked, operation, maxAgeMs);
        return null;
      }
      const found = await runs.read(ref, masked, operation, maxAgeMs);
      if (found === null || maySeeRun(view, found.run)) return found;
      runs.noteAskedInVain(ref);
      return null;
    },
  };
}
