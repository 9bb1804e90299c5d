import { type Invocation, type InvocationFilter, invocationKey, matchesQuery, namesSource, toQuery } from "#domain";
import { comparePositions, positionOf } from "#store";
import type { ListChange, PageSourceState } from "../contract/index.ts";
import { type ChangeLog, isSameState, type LoggedChange } from "./change-log.ts";

/** A list that is watched. */
export interface WatchedList {
  readonly filter: InvocationFilter;
  /** As positions name it: by the filter that was given. */
  readonly name: string;
  /** By the filter that is meant at the moment: servers' names are looked up when a subscription begins. */
  readonly key: string;
  /** Says beside how its sources fare what was wrong as the subscription began. */
  readonly describe: (sources: readonly PageSourceState[]) => readonly PageSourceState[];
}

/** What is told to one who stands somewhere, and where that leads. */
export interface Told {
  readonly standing: Standing;
  /** Null if nothing is news. */
  readonly change: ListChange | null;
}

/** Where one who watches stands. */
export interface Standing {
  /** Number of the change behind which is read on. */
  readonly number: number;
  /** Runs handed in earlier are no news if they were just not known; epoch milliseconds. */
  readonly since: number;
}

/** The changes behind a place of the log, as one list sees them. */
export interface Sorted {
  /** Runs that came into the list; `isFound` if they were not known before. */
  readonly entered: readonly { readonly run: Invocation; readonly isFound: boolean }[];
  readonly changed: readonly Invocation[];
  readonly left: readonly Invocation[];
}

/** Changes that follow each other, sorted, and the number of the last one. */
export interface SortedStretch {
  readonly sorted: Sorted;
  readonly head: number;
}

/** Sorts the next changes behind a place; null if they are not known any more. */
export type Sort = (list: WatchedList, after: number) => SortedStretch | null;

/** Sorts the changes of a list once for all who stand at the same place of it. */
export function createSorter(log: ChangeLog): Sort {
  const once = createOnce<SortedStretch | null>(log);
  return (list, after) =>
    once(`${list.key}|${after}`, () => {
      const stretch = log.readAfter(after);
      return stretch && { sorted: sortChanges(stretch.changes, list.filter), head: stretch.head };
    });
}

/** Makes what everybody who asks the same is told, once until the next change. */
export function createOnce<Value>(log: Pick<ChangeLog, "head">) {
  let head = -1;
  let known = new Map<string, { readonly value: Value }>();
  return (key: string, make: () => Value): Value => {
    if (log.head() !== head) known = new Map();
    head = log.head();
    const found = known.get(key) ?? { value: make() };
    known.set(key, found);
    return found.value;
  };
}

function sortChanges(changes: readonly LoggedChange[], filter: InvocationFilter): Sorted {
  const query = toQuery(filter);
  const isIn = (run: Invocation | null): run is Invocation =>
    run !== null && namesSource(filter, run.source) && matchesQuery(run, query);
  const entered: { run: Invocation; isFound: boolean }[] = [];
  const changed: Invocation[] = [];
  const left: Invocation[] = [];
  for (const { before, after } of changes) {
    const [wasIn, isNow] = [isIn(before), isIn(after)];
    if (before !== null && wasIn && isNow && !isSameState(before, after)) changed.push(after);
    if (wasIn && !isNow) left.push(after);
    if (!wasIn && isNow) entered.push({ run: after, isFound: before === null });
  }
  return { entered, changed, left };
}

/** What of sorted changes is news for one who watches; null if nothing is. */
export function toNews(
  { entered, changed, left }: Sorted,
  since: number,
): Pick<ListChange, "entered" | "changed" | "left"> | null {
  const came = entered.filter((one) => isNews(one, since)).map(({ run }) => run);
  if (came.length + changed.length + left.length === 0) return null;
  return { entered: came.sort(newestFirst), changed: changed.toSorted(newestFirst), left };
}

// Who pages back finds old runs, which did not come into the list by that.
function isNews({ run, isFound }: Sorted["entered"][number], since: number): boolean {
  return !isFound || (run.creationTime !== null && Date.parse(run.creationTime) >= since);
}

/** The rows of a page after these changes. */
export function applyChanges(
  rows: readonly Invocation[],
  { entered, changed, left }: Sorted,
  since: number,
): readonly Invocation[] {
  const now = new Map(rows.map((run) => [invocationKey(run), run]));
  for (const run of changed) if (now.has(invocationKey(run))) now.set(invocationKey(run), run);
  for (const one of entered) {
    if (now.has(invocationKey(one.run)) || isNews(one, since)) now.set(invocationKey(one.run), one.run);
  }
  for (const run of left) now.delete(invocationKey(run));
  return [...now.values()].sort(newestFirst);
}

function newestFirst(a: Invocation, b: Invocation): number {
  return comparePositions(positionOf(a), positionOf(b));
}
