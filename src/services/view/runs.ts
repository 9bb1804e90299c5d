import type { View } from "#access";
import type { InvocationRef, Wants } from "#domain";
import type { StoredRun } from "#store";
import type { Sync } from "#sync";
import { maskWants, maySeeRun } from "./sight.ts";

type Runs = Sync["runs"];

/** Runs of a view; others are as those that do not exist, and cost as much. */
export function limitRuns(runs: Runs, view: View): Runs {
  const findOne = async (
    ref: InvocationRef,
    wants: Wants,
    maxAgeMs?: number,
  ): Promise<StoredRun | null | undefined> => {
    if (!view.maySee(ref.source)) return null;
    const [found] = await runs.findKnown([ref], maskWants(view, ref.source, wants), maxAgeMs);
    if (found == null || maySeeRun(view, found.run)) return found;
    return runs.wasAskedInVain(ref, maxAgeMs) ? null : undefined;
  };
  return {
    ...runs,
    findKnown: (refs, wants, maxAgeMs) => Promise.all(refs.map((ref) => findOne(ref, wants, maxAgeMs))),
    isUnderWay: (ref, wants) => runs.isUnderWay(ref, maskWants(view, ref.source, wants)),
    recall: async (source, refs, wants, operation) =>
      view.maySee(source) ? runs.recall(source, refs, maskWants(view, source, wants), operation) : new Set(),
    async read(ref, wants, operation, maxAgeMs) {
      if (!view.maySee(ref.source)) return null;
      const masked = maskWants(view, ref.source, wants);
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
