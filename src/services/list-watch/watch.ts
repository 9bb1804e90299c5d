import { createHash } from "node:crypto";
import { canonicalText, InputError, type InvocationFilter, matchesNothing, type Operation, type Source } from "#domain";
import type { GivenPosition, ListChange } from "../contract/index.ts";
import { createWatcherLimit } from "../run-watch/index.ts";
import { createOnce, createSorter, type Sort, type Standing, type Told, toNews, type WatchedList } from "./news.ts";
import type { ListPoller } from "./poller.ts";
import { openListPosition, sealListPosition } from "./position.ts";
import { createSnapshots, type SnapshotParts } from "./snapshots.ts";

/** What watching lists is made of. */
export interface ListWatchParts extends SnapshotParts {
  readonly poller: ListPoller;
  readonly sourcesOf: (filter: InvocationFilter) => readonly Source[];
  readonly resolveNames: (filter: InvocationFilter, operation: Operation) => Promise<InvocationFilter>;
  readonly maxWatchers: number;
}

/** Watches lists: a slow watcher reads on where it stands in the log, so that nobody costs memory of its own. */
export function createListWatch(parts: ListWatchParts) {
  const { log, poller } = parts;
  const sort = createSorter(log);
  const enter = createWatcherLimit(parts.maxWatchers, "lists");

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
    const leave = enter();
    try {
      yield* watch(filter, after, operation);
    } finally {
      leave();
    }
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
  if (position === null || (position !== "foreign" && position.list !== list)) {
    const message = `\`${name}\`: expected a position of this list with the same filter, got another text. Begin without it.`;
    throw new InputError("INVALID_CURSOR", message, name);
  }
  if (position === "foreign" || position.log !== log.name || log.readAfter(position.number) === null) {
    if (mayBeginAnew) return null;
    const expected = "expected a position that is known here, got one that is too old or of another process";
    throw new InputError("CURSOR_EXPIRED", `\`${name}\`: ${expected}. Begin anew without it.`, name);
  }
  return position;
}
