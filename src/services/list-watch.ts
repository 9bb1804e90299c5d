import { createHash } from "node:crypto";
import {
  type Clock,
  canonicalText,
  InputError,
  type Invocation,
  type InvocationFilter,
  invocationKey,
  matchesNothing,
  matchesQuery,
  namesSource,
  type Operation,
  type Source,
  toQuery,
} from "#domain";
import { comparePositions, positionOf } from "#store";
import { type ChangeLog, isSameState, type LoggedChange } from "./change-log.ts";
import type { GivenPosition, ListChange, Page, Sealer } from "./contract.ts";
import type { ListPoller } from "./list-poller.ts";
import { openListPosition, sealListPosition } from "./list-position.ts";

/** What watching lists is made of. */
export interface ListWatchParts {
  readonly log: ChangeLog;
  readonly poller: ListPoller;
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly sourcesOf: (filter: InvocationFilter) => readonly Source[];
  /** The newest rows of a list. */
  readonly readNewest: (filter: InvocationFilter, size: number, operation: Operation) => Promise<Page<Invocation>>;
  readonly resolveNames: (filter: InvocationFilter, operation: Operation) => Promise<InvocationFilter>;
  readonly maxWatchers: number;
  readonly deadlineMs: number;
}

/** Rows of a snapshot. */
const SNAPSHOT_ROWS = 50;

/** How long others who begin get the same snapshot, if nothing has changed. */
const SNAPSHOT_KEPT_MS = 1_000;
const SNAPSHOTS_MAX = 20;

/** A list that is watched. */
interface WatchedList {
  readonly filter: InvocationFilter;
  /** As positions name it: by the filter that was given. */
  readonly name: string;
  /** By the filter that is meant at the moment: servers' names are looked up when a subscription begins. */
  readonly key: string;
}

interface Told {
  readonly standing: Standing;
  /** Null if nothing is news. */
  readonly change: ListChange | null;
}

interface Snapshot extends Told {
  readonly change: ListChange;
  readonly takenAt: number;
}

interface Standing {
  /** Number of the change behind which is read on. */
  readonly number: number;
  /** Runs handed in earlier are no news if they were just not known; epoch milliseconds. */
  readonly since: number;
}

/** Watches lists: a slow watcher reads on where it stands in the log, so that nobody costs memory of its own. */
export function createListWatch(parts: ListWatchParts) {
  const { log, poller } = parts;
  const sort = createSorter(log);
  let watcherCount = 0;

  const tellNews = createTeller(parts, sort);
  const takeSnapshot = createSnapshots(parts, sort);

  async function* watch(given: InvocationFilter, after: GivenPosition | null, operation: Operation) {
    const name = nameOf(given);
    let standing = after === null ? null : standAt(parts, name, after);
    const filter = await parts.resolveNames(given, operation);
    const list: WatchedList = { filter, name, key: nameOf(filter) };
    const leave = poller.join(matchesNothing(filter) ? [] : parts.sourcesOf(filter), operation.requestId);
    try {
      while (!operation.signal.aborted) {
        const told = standing === null ? null : tellNews(list, standing);
        if (told === null) {
          const snapshot = await takeSnapshot(list, operation);
          standing = snapshot.standing;
          yield snapshot.change;
          continue;
        }
        standing = told.standing;
        if (told.change === null) await log.wait(standing.number, operation.signal);
        else yield told.change;
      }
    } finally {
      leave();
    }
  }

  return async function* (
    filter: InvocationFilter,
    after: GivenPosition | null,
    operation: Operation,
  ): AsyncGenerator<ListChange, void> {
    if (watcherCount >= parts.maxWatchers) throw tooMany(parts.maxWatchers);
    watcherCount += 1;
    try {
      yield* watch(filter, after, operation);
    } finally {
      watcherCount -= 1;
    }
  };
}

interface Sorted {
  /** Runs that came into the list; `isFound` if they were not known before. */
  readonly entered: readonly { readonly run: Invocation; readonly isFound: boolean }[];
  readonly changed: readonly Invocation[];
  readonly left: readonly Invocation[];
}

type Sort = (list: WatchedList, after: number) => { readonly sorted: Sorted; readonly head: number } | null;

/** Sorts the changes of a list once for all who stand at the same place of it. */
function createSorter(log: ChangeLog): Sort {
  const once = createOnce<Sorted | null>(log);
  return (list, after) => {
    const sorted = once(`${list.key}|${after}`, () => {
      const changes = log.readAfter(after);
      return changes === null ? null : sortChanges(changes, list.filter);
    });
    return sorted === null ? null : { sorted, head: log.head };
  };
}

/** Makes what everybody who asks the same is told, once until the next change. */
function createOnce<Value>(log: Pick<ChangeLog, "head">) {
  let head = -1;
  let known = new Map<string, { readonly value: Value }>();
  return (key: string, make: () => Value): Value => {
    if (log.head !== head) known = new Map();
    head = log.head;
    const found = known.get(key) ?? { value: make() };
    known.set(key, found);
    return found.value;
  };
}

/** Tells what is behind a standing: one object for all who stand there. */
function createTeller({ log, sealer }: ListWatchParts, sort: Sort) {
  const once = createOnce<Told | null>(log);
  return (list: WatchedList, { number, since }: Standing): Told | null =>
    once(`${list.key}|${list.name}|${number}|${since}`, () => {
      const sorted = sort(list, number);
      if (sorted === null) return null;
      const standing = { number: sorted.head, since };
      const news = toNews(sorted.sorted, since);
      const position = () => sealListPosition(sealer, { log: log.name, list: list.name, ...standing });
      return { standing, change: news === null ? null : { position: position(), isSnapshot: false, ...news } };
    });
}

/** Takes a snapshot, or that of another one who begins at the same moment. */
function createSnapshots({ log, clock, sealer, readNewest, deadlineMs }: ListWatchParts, sort: Sort) {
  const kept = new Map<string, Snapshot>();
  const underWay = new Map<string, Promise<unknown>>();
  const keep = (key: string, snapshot: Snapshot) => {
    if (kept.size >= SNAPSHOTS_MAX) kept.clear();
    kept.set(key, snapshot);
  };

  async function take(list: WatchedList, operation: Operation): Promise<Snapshot> {
    const before = log.head;
    const page = await readNewest(list.filter, SNAPSHOT_ROWS, { ...operation, deadline: clock.elapsed() + deadlineMs });
    const rows = page.edges.map(({ node }) => node);
    const oldest = rows.at(-1)?.creationTime ?? null;
    const since = !page.hasNextPage ? Number.MIN_SAFE_INTEGER : oldest === null ? clock.now() : Date.parse(oldest);
    // What changed while the page was read belongs to the snapshot: one who comes back with its position gets nothing twice.
    const sorted = sort(list, before);
    const entered = sorted === null ? rows : applyChanges(rows, sorted.sorted, since);
    const standing = { number: log.head, since };
    const position = sealListPosition(sealer, { log: log.name, list: list.name, ...standing });
    const change = { position, isSnapshot: true, entered, changed: [], left: [] };
    return { standing, change, takenAt: clock.elapsed() };
  }

  return async (list: WatchedList, operation: Operation): Promise<Snapshot> => {
    const key = `${list.key}|${list.name}`;
    // An end of another one's operation is none of this one's: it takes its own then.
    for (let other = underWay.get(key); other !== undefined; other = underWay.get(key)) await other;
    const known = kept.get(key);
    const isFresh = known?.standing.number === log.head && clock.elapsed() - known.takenAt < SNAPSHOT_KEPT_MS;
    if (known !== undefined && isFresh) return known;
    const taking = take(list, operation);
    const end = taking.then(
      (snapshot) => keep(key, snapshot),
      () => {},
    );
    underWay.set(key, end);
    return taking.finally(() => underWay.delete(key));
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
function toNews(
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
function applyChanges(
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

function nameOf(filter: InvocationFilter): string {
  return createHash("sha256").update(canonicalText(filter)).digest("base64url").slice(0, 12);
}

/**
 * Null if it is too old and the client may begin anew.
 * @throws InputError `INVALID_CURSOR` for another list's position or none, `CURSOR_EXPIRED` for one that is too old
 */
function standAt({ log, sealer }: ListWatchParts, list: string, given: GivenPosition): Standing | null {
  const { text, name, mayBeginAnew } = given;
  const position = openListPosition(sealer, text);
  if (position === null || position.list !== list) {
    const message = `\`${name}\`: expected a position of this list with the same filter, got another text. Begin without it.`;
    throw new InputError("INVALID_CURSOR", message, name);
  }
  if (position.log !== log.name || log.readAfter(position.number) === null) {
    if (mayBeginAnew) return null;
    const expected = "expected a position that is known here, got one that is too old or of another process";
    throw new InputError("CURSOR_EXPIRED", `\`${name}\`: ${expected}. Begin anew without it.`, name);
  }
  return position;
}

function tooMany(max: number): InputError {
  const message = `Limit watchers: at most ${max} lists can be watched at a time; try again when others have ended.`;
  return new InputError("LIMIT_EXCEEDED", message, null, { limit: "watchers", max });
}
