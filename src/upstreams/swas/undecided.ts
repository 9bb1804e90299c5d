import type { ReadFrom } from "#domain";
import type { NamedRun } from "../mapping/index.ts";

/** A run as an answer told it, which answer that was, and when it came (epoch milliseconds). */
export interface KeptRun {
  readonly shape: NamedRun;
  readonly readFrom: ReadFrom | null;
  readonly readAt: number;
}

/**
 * Runs whose outputs nobody can read yet, since their encoding is not known: what an answer brought is not asked for a second
 * time. At most 2 MB of a region, and none once the encoding is known. They never leave the adapter as they are, so that what
 * leaves can be redacted.
 */
export interface Undecided {
  note(runs: readonly NamedRun[], readFrom: ReadFrom | null, readAt: number): void;
  find(invokeIds: readonly string[]): readonly KeptRun[];
  forget(invokeIds: readonly string[]): void;
}

const LENGTH_MAX = 2_000_000;
/** What a run takes beside its texts, roughly. */
const RUN_LENGTH = 1_000;

/** Begins empty. */
export function createUndecided(): Undecided {
  const kept = new Map<string, KeptRun>();
  let length = 0;

  function forget(invokeId: string): void {
    const known = kept.get(invokeId);
    if (known === undefined) return;
    kept.delete(invokeId);
    length -= lengthOf(known.shape);
  }

  return {
    note(runs, readFrom, readAt) {
      for (const shape of runs) {
        forget(shape.invokeId);
        if (shape.instances.every(({ output }) => output === null)) continue;
        kept.set(shape.invokeId, { shape, readFrom, readAt });
        length += lengthOf(shape);
      }
      for (const oldest of kept.keys()) {
        if (length <= LENGTH_MAX) break;
        forget(oldest);
      }
    },
    find: (invokeIds) => invokeIds.flatMap((invokeId) => kept.get(invokeId) ?? []),
    forget: (invokeIds) => invokeIds.forEach(forget),
  };
}

function lengthOf({ instances, commandContent }: NamedRun): number {
  const lengths = instances.map(({ output }) => RUN_LENGTH + (output?.length ?? 0));
  return lengths.reduce((sum, each) => sum + each, RUN_LENGTH + (commandContent?.length ?? 0));
}
