import { NO_TIME, type RunWrite } from "#store";
import type { RunList } from "#upstreams";
import { type IndexedPage, isLast, timesOf } from "./list-notes.ts";

/**
 * What an answer that shows its list's end tells of the runs that are known behind it: an upstream drops the oldest first. Nothing
 * if the answer holds no run with a time: an upstream that shows an empty list for once has not dropped everything. Nothing of a
 * list that runs leave or enter later, nor of one that holds a part only of what its filter means.
 */
export function droppedBehind(page: IndexedPage, { applied, isPart }: RunList): Pick<RunWrite, "dropped"> {
  const isEntered = applied.statusIn !== undefined || applied.timed !== undefined;
  const oldest = Math.min(...timesOf(page.runs).filter((time) => time !== NO_TIME));
  if (!isLast(page) || page.unreadable > 0 || isEntered || isPart === true || !Number.isFinite(oldest)) return {};
  return { dropped: { ...applied, createdBefore: new Date(oldest).toISOString() } };
}
