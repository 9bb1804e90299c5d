import type { Invocation } from "#domain";
import { findSpan, timeOf } from "#store";
import type { ListState } from "./list-notes.ts";
import { certainTop } from "./list-reading.ts";
import type { OpenList } from "./open-list.ts";

/**
 * Of an answer, the runs that nobody knew although all of their time was taken as known: the list shows them late, and walks have
 * passed them. Where a list is entered at any place, and at the newest end, they have just come. Costs nothing without any.
 * @param state the list as it was known before the answer
 */
export async function findLate(
  list: OpenList,
  state: ListState,
  runs: readonly Invocation[],
): Promise<readonly Invocation[]> {
  if (list.isEnteredLater) return [];
  const top = certainTop(state);
  const covered = runs.filter((run) => timeOf(run) <= top && findSpan(state.spans, timeOf(run)) !== undefined);
  return covered.length === 0 ? [] : list.findNew(covered);
}
