import type { Invocation } from "#domain";
import { NO_TIME, timeOf } from "#store";
import type { RunListPage } from "#upstreams";
import { type IndexedPage, timesOf } from "./list-notes.ts";

/**
 * An answer with indexes; `offset` is where a token list stands, `begunAt` when it was asked for unless the answer says otherwise.
 * @param isOfList true for a run that its list can be seen to be of
 */
export function withIndexes(
  page: RunListPage,
  offset: number,
  begunAt: number,
  isOfList: (run: Invocation) => boolean,
): IndexedPage {
  const indexes = page.indexes ?? page.runs.map((_, position) => offset + position);
  const isDoubtful = page.unreadable > 0 || page.runs.some((run) => run.missingInstances && !isOfList(run));
  const runs = isJumbled(page) ? page.runs.toSorted((a, b) => timeOf(b) - timeOf(a)) : page.runs;
  return { ...page, runs, offset: page.offset ?? offset, indexes, readAt: page.askedAt ?? begunAt, isDoubtful };
}

/** So many times may stand behind older ones by chance, or because their runs became visible late. */
const JUMBLED_TIMES = 5;

/** True if an answer has no order of its own: its oldest run is then not its last. One that is in the contrary order has one. */
function isJumbled({ runs, mode }: RunListPage): boolean {
  // Tokens lead to the list's end in whatever order it is.
  if (mode === "token") return false;
  const times = timesOf(runs).filter((time) => time !== NO_TIME);
  const rises = times.filter((time, position) => time > (times[position - 1] ?? time)).length;
  const isFalling = times.some((time, position) => time < (times[position - 1] ?? time));
  return rises >= JUMBLED_TIMES && isFalling;
}
