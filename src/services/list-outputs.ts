import type { Operation } from "#domain";
import { type StoredRun, timeOf } from "#store";
import type { Sync } from "#sync";
import type { PageSource } from "./page-source.ts";

/** Pages of a list that are read again for the outputs of one page of ours. */
const PAGES_MAX = 3;

/**
 * Outputs that a list brings along cost less by reading the list once more than by reading its runs one by one. A source that
 * fails here leaves its outputs to be read one by one, and tells its error there.
 */
export async function completeOutputs(
  { book }: Pick<Sync, "book">,
  { runs, parts }: { readonly runs: readonly StoredRun[]; readonly parts: readonly PageSource[] },
  operation: Operation,
): Promise<void> {
  await Promise.all(
    parts
      .filter(({ source }) => book.findUpstream(source)?.listsHoldOutputs === true)
      .map(async ({ source, lists }) => {
        const lacking = runs.filter(
          ({ run }) => run.source === source && run.instances.some(({ output }) => output === undefined),
        );
        const times = [...new Set(lacking.map(({ run }) => timeOf(run)))];
        if (times.length < 2) return;
        const spread = Math.max(1, Math.ceil(times.length / PAGES_MAX));
        const chosen = times.filter((_, position) => position % spread === 0);
        await Promise.allSettled(chosen.flatMap((time) => lists.map((list) => list.readAgain(time, operation))));
      }),
  );
}
