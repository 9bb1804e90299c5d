import { createHash } from "node:crypto";
import {
  canonicalText,
  InputError,
  type InvocationFilter,
  matchesNothing,
  type Operation,
  sourceRank,
  takeBreak,
} from "#domain";
import type { SourceState } from "#sync";
import type { GivenPosition, ListChange, ListWatchBegin, PageSourceState } from "../contract/index.ts";
import type { DescribeSource } from "../paging/index.ts";
import { createWatcherLimit } from "../run-watch/index.ts";
import { createOnce, createSorter, type Sort, type Standing, type Told, toNews, type WatchedList } from "./news.ts";
import type { ListPoller } from "./poller.ts";
import { openListPosition, sealListPosition } from "./position.ts";
import { createSnapshots, type SnapshotParts } from "./snapshots.ts";

/** What watching lists is made of. */
export interface ListWatchParts extends SnapshotParts {
  readonly poller: ListPoller;
  /** How the sources of a list fare, by the last attempts. */
  readonly statesOf: (filter: InvocationFilter) => readonly SourceState[];
  readonly describe: DescribeSource;
  /** The filter with the servers that a part of a name means now, and what tells which sources' servers could not be read. */
  readonly resolveNames: (
    filter: InvocationFilter,
    operation: Operation,
  ) => Promise<Pick<WatchedList, "filter" | "describe">>;
  readonly maxWatchers: number;
}

/** Watches lists: a slow watcher reads on where it stands in the log, so that nobody costs memory of its own. */
export function createListWatch(parts: ListWatchParts) {
  const { log, poller } = parts;
  const sort = createSorter(log);
  const enter = createWatcherLimit(parts.maxWatchers, "lists");

  const tellNews = createTeller(parts, sort);
  const takeSnapshot = createSnapshots(parts, sort);
  const failings = createFailings(parts);

  async function* watch(given: InvocationFilter, { after, tellsSources }: ListWatchBegin, operation: Operation) {
    const name = nameOf(given);
    let standing = after === null ? null : standAt(parts, name, after);
    const { filter, describe } = await parts.resolveNames(given, operation);
    const list: WatchedList = { filter, name, key: nameOf(filter), describe };
    const sources = matchesNothing(filter) ? [] : parts.statesOf(filter).map(({ source }) => source);
    const leave = poller.join(sources, operation.requestId);
    // One who comes back may have heard of a failure last, and is told how the sources fare now.
    let toldFailing: string | null = tellsSources ? null : NONE_FAILING;
    try {
      while (!operation.signal.aborted) {
        const touches = log.touches();
        const failing = tellsSources ? failings.known(list) : NONE_FAILING;
        const told = standing === null ? null : tellNews(list, standing, failing === toldFailing ? null : failing);
        toldFailing = failing;
        if (told === null) {
          const snapshot = await takeSnapshot(list, operation);
          standing = snapshot.standing;
          toldFailing = tellsSources ? failings.read(list) : NONE_FAILING;
          yield snapshot.change;
          continue;
        }
        standing = told.standing;
        if (told.change !== null) yield told.change;
        else if (standing.number < log.head()) await takeBreak();
        else await log.wait({ number: standing.number, touches }, operation.signal);
      }
    } finally {
      leave();
    }
  }

  return async function* (
    filter: InvocationFilter,
    begin: ListWatchBegin,
    operation: Operation,
  ): AsyncGenerator<ListChange, void> {
    const leave = enter();
    try {
      yield* watch(filter, begin, operation);
    } finally {
      leave();
    }
  };
}

const NONE_FAILING = "";
const NO_NEWS = { entered: [], changed: [], left: [] };

/** Names the sources of a list that fail, and why. */
function createFailings({ log, statesOf }: ListWatchParts) {
  const once = createOnce<ReadonlyMap<string, string>>({ head: log.touches });
  const readAll = () =>
    new Map(statesOf({}).flatMap(({ source, error }) => (error ? [[sourceRank(source), error.code]] : [])));
  const nameAll = ({ filter }: WatchedList, codes: ReadonlyMap<string, string>): string =>
    statesOf(filter)
      .map(({ source }) => sourceRank(source))
      .flatMap((rank) => (codes.has(rank) ? [`${rank} ${codes.get(rank)}`] : []))
      .join("\n");
  const known = (list: WatchedList): string => nameAll(list, once("all", readAll));
  return {
    /** As it was when anybody heard of a change. */
    known,
    /** As it is now; others hear of it too. */
    read(list: WatchedList): string {
      const now = nameAll(list, readAll());
      if (now !== known(list)) log.touch();
      return now;
    },
  };
}

/**
 * Tells what is behind a standing: one object for all who stand there.
 * @param failing other sources that fail than were told before, which is news alone; null if they are the same
 */
function createTeller({ log, sealer, statesOf, describe }: ListWatchParts, sort: Sort) {
  // Both only grow: what is told anew if either does.
  const once = createOnce<Told | null>({ head: () => log.head() + log.touches() });
  const describeAll = async ({ filter, describe: add }: WatchedList): Promise<readonly PageSourceState[]> =>
    add(
      await Promise.all(
        statesOf(filter).map(({ source, error, asOf }) => describe(source, error === null && asOf !== null)),
      ),
    );
  return (list: WatchedList, { number, since }: Standing, failing: string | null): Told | null =>
    once(`${list.key}|${list.name}|${number}|${since}|${failing ?? "as before"}`, () => {
      const sorted = sort(list, number);
      if (sorted === null) return null;
      const standing = { number: sorted.head, since };
      const news = toNews(sorted.sorted, since) ?? (failing === null ? null : NO_NEWS);
      if (news === null) return { standing, change: null };
      const position = sealListPosition(sealer, { log: log.name, list: list.name, ...standing });
      let sources: Promise<readonly PageSourceState[]> | null = null;
      const describeOnce = () => {
        sources ??= describeAll(list);
        return sources;
      };
      return { standing, change: { position, isSnapshot: false, ...news, sources: describeOnce } };
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
