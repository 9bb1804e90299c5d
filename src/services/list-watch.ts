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

interface Standing {
  /** Number of the change behind which is read on. */
  readonly number: number;
  /** Runs handed in earlier are no news if they were just not known; epoch milliseconds. */
  readonly since: number;
}

/** Watches lists: a slow watcher reads on where it stands in the log, so that nobody costs memory of its own. */
export function createListWatch(parts: ListWatchParts) {
  const { log, poller, clock, sealer } = parts;
  const sort = createSorter(log);
  let watcherCount = 0;

  async function takeSnapshot(filter: InvocationFilter, name: string, operation: Operation) {
    const before = log.head;
    const deadline = clock.elapsed() + parts.deadlineMs;
    const page = await parts.readNewest(filter, SNAPSHOT_ROWS, { ...operation, deadline });
    const rows = page.edges.map(({ node }) => node);
    const oldest = rows.at(-1)?.creationTime ?? null;
    const since = !page.hasNextPage ? Number.MIN_SAFE_INTEGER : oldest === null ? clock.now() : Date.parse(oldest);
    // What changed while the page was read belongs to the snapshot: one who comes back with its position gets nothing twice.
    const sorted = sort(filter, name, before);
    const entered = sorted === null ? rows : applyChanges(rows, sorted.sorted, since);
    const standing = { number: log.head, since };
    const position = sealListPosition(sealer, { log: log.name, list: name, ...standing });
    return { standing, change: { position, isSnapshot: true, entered, changed: [], left: [] } };
  }

  async function* watch(given: InvocationFilter, after: GivenPosition | null, operation: Operation) {
    const name = nameOf(given);
    let standing = after === null ? null : standAt(parts, name, after);
    const filter = await parts.resolveNames(given, operation);
    const leave = poller.join(matchesNothing(filter) ? [] : parts.sourcesOf(filter), operation.requestId);
    try {
      while (!operation.signal.aborted) {
        const sorted = standing === null ? null : sort(filter, name, standing.number);
        if (standing === null || sorted === null) {
          const snapshot = await takeSnapshot(filter, name, operation);
          standing = snapshot.standing;
          yield snapshot.change;
          continue;
        }
        const change = toNews(sorted.sorted, standing.since);
        standing = { number: sorted.head, since: standing.since };
        if (change === null) await log.wait(standing.number, operation.signal);
        else
          yield {
            position: sealListPosition(sealer, { log: log.name, list: name, ...standing }),
            isSnapshot: false,
            ...change,
          };
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

/** Sorts the changes of a list once for all who stand at the same place of it. */
function createSorter(log: ChangeLog) {
  let head = -1;
  let known = new Map<string, Sorted | null>();
  return (filter: InvocationFilter, name: string, after: number) => {
    if (log.head !== head) known = new Map();
    head = log.head;
    const key = `${name}|${after}`;
    if (!known.has(key)) {
      const changes = log.readAfter(after);
      known.set(key, changes === null ? null : sortChanges(changes, filter));
    }
    const sorted = known.get(key) ?? null;
    return sorted === null ? null : { sorted, head };
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
