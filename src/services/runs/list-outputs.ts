import { type Invocation, invocationKey, type Operation, type Projection } from "#domain";
import { timeOf } from "#store";
import type { Sync } from "#sync";
import type { PageSource } from "../walk/index.ts";

/** Pages of a list that are read again for the outputs of one page of ours. */
const PAGES_MAX = 3;

/**
 * Outputs that a list brings along cost less by reading the list once more than by reading its runs one by one, and nothing if
 * they came before their encoding was known. A source that fails here leaves its outputs to be read one by one, and tells its
 * error there.
 */
export async function completeOutputs(
  { book, runs: reader }: Pick<Sync, "book" | "runs">,
  { runs, parts }: { readonly runs: readonly { readonly run: Invocation }[]; readonly parts: readonly PageSource[] },
  projection: Projection,
  operation: Operation,
): Promise<void> {
  await Promise.all(
    parts.map(async ({ source, lists }) => {
      if (book.findUpstream(source)?.listedOutputs === undefined) return;
      const isGuessGood = book.isStuck(source);
      const lacking = runs.flatMap(({ run }) => (run.source === source && isLacking(run, isGuessGood) ? [run] : []));
      const recalled = await reader.recall(source, lacking, projection, operation);
      const left = lacking.filter((run) => !recalled.has(invocationKey(run)));
      const times = [...new Set(left.map((run) => timeOf(run)))];
      if (times.length < 2) return;
      const spread = Math.max(1, Math.ceil(times.length / PAGES_MAX));
      const chosen = times.filter((_, position) => position % spread === 0);
      await Promise.allSettled(chosen.flatMap((time) => lists.map((list) => list.readAgain(time, operation))));
    }),
  );
}

/** True if an output is not known, or was guessed and may be known now. */
function isLacking({ instances }: Invocation, isGuessGood: boolean): boolean {
  return instances.some(({ output }) => output === undefined || (output?.isGuess === true && !isGuessGood));
}
