import type { View } from "#access";
import type { InvocationRef, Operation, Projection, ResultRef } from "#domain";
import type { Sync } from "#sync";
import { limitRuns } from "./runs.ts";
import { maskProjection, maySeeRun } from "./sight.ts";

const NOTHING: Projection = { output: false, content: false };

/**
 * Results of a view. They name no command, so where rights depend on its name the run's own record decides, which may have to
 * be read first; a result whose run is not known is denied then.
 */
export function limitResults({ results, runs }: Pick<Sync, "results" | "runs">, view: View): Sync["results"] {
  const limited = limitRuns(runs, view);
  const depends = ({ source }: InvocationRef) => view.rightsFor(source).dependsOnCommandName;

  /** Whether the run may be seen, as far as is known; undefined if its record has to be read. */
  async function decide(ref: InvocationRef): Promise<boolean | undefined> {
    if (!view.maySee(ref.source)) return false;
    if (!depends(ref)) return true;
    // A command's name never changes, so any age will do.
    const [known] = await runs.findKnown([ref], NOTHING, Number.POSITIVE_INFINITY);
    if (known == null) return undefined;
    // One that may not be seen costs as much as one that nobody knows.
    return maySeeRun(view, known.run) || (runs.wasAskedInVain(ref) ? false : undefined);
  }

  async function isSeen(ref: InvocationRef, operation: Operation): Promise<boolean> {
    const decided = await decide(ref);
    if (decided !== undefined) return decided;
    const found = await limited.read(ref, NOTHING, operation);
    return found !== null;
  }

  async function findOne(ref: ResultRef, projection: Projection, maxAgeMs?: number) {
    const decided = await decide(ref);
    if (decided !== true) return decided === false ? null : undefined;
    const [found] = await results.findKnown([ref], maskProjection(view, ref.source, projection), maxAgeMs);
    return found;
  }

  return {
    findKnown: (refs, projection, maxAgeMs) => Promise.all(refs.map((ref) => findOne(ref, projection, maxAgeMs))),
    async read(source, query, projection, operation) {
      if (!(await isSeen({ source, invokeId: query.invokeId }, operation))) return [];
      return results.read(source, query, maskProjection(view, source, projection), operation);
    },
    isUnderWay: (source, query, projection) =>
      results.isUnderWay(source, query, maskProjection(view, source, projection)),
    noteAbsent(ref) {
      // What is denied to one is not absent for all.
      if (view.maySee(ref.source) && !depends(ref)) results.noteAbsent(ref);
    },
  };
}
