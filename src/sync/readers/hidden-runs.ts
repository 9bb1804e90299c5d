import { type InvocationRef, invocationKey, type Operation, type Projection } from "#domain";
import { createAbsences } from "./absences.ts";
import type { ReaderParts } from "./reader-parts.ts";

/** Looks for runs that must not be seen, so that neither cost nor time tell that they are known. */
export interface HiddenRuns {
  /**
   * Asks the upstream for a run that must not be seen, as for one that nobody knows. As often as for those.
   * @throws UpstreamError
   */
  askAsHidden(ref: InvocationRef, projection: Projection, operation: Operation, maxAgeMs?: number): Promise<void>;
  /** Notes that it was asked for one who must not see what came. */
  noteAskedAsHidden(ref: InvocationRef): void;
  /** True if it was asked so a short while ago. */
  wasAskedAsHidden(ref: InvocationRef, maxAgeMs?: number): boolean;
}

/** Starts without having looked. */
export function createHiddenRuns({ book, singleFlight, clock, freshnessMs }: ReaderParts): HiddenRuns {
  const looks = createAbsences(clock, 0);
  const wasAskedAsHidden = (ref: InvocationRef, maxAgeMs = freshnessMs): boolean =>
    looks.has(invocationKey(ref), maxAgeMs);
  return {
    wasAskedAsHidden,
    noteAskedAsHidden: (ref) => void looks.add(invocationKey(ref)),
    async askAsHidden(ref, projection, operation, maxAgeMs) {
      const upstream = book.findUpstream(ref.source);
      if (upstream === undefined || wasAskedAsHidden(ref, maxAgeMs)) return;
      const key = `hidden|${invocationKey(ref)}|${projection.output}|${projection.content}`;
      await singleFlight.share(key, ref.source, operation, async (shared) => {
        const read = (noted: Operation) => upstream.readInvocation(ref.invokeId, projection, noted);
        await book.watchRuns(ref.source, read, shared, true);
        looks.add(invocationKey(ref));
      });
    },
  };
}
