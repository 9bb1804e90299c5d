import type { Operation } from "#domain";
import { markOutputs, type StoredRun } from "#store";
import type { Sync } from "#sync";
import type { Sealer } from "../contract/index.ts";
import type { DescribeSource } from "../paging/index.ts";
import type { PageStore } from "../view/index.ts";
import {
  chooseLists,
  countShown,
  endOf,
  isAnswered,
  isOpen,
  isShownAhead,
  isToldByAll,
  noteLateBefore,
  reachesOf,
  rowsOf,
  type Walk,
} from "../walk/index.ts";
import { type PageTiming, refreshStale, type SettleReadings } from "./patience.ts";
import { followStates } from "./states.ts";

/** What pages of runs are read with. */
export interface RunPagesParts extends PageTiming {
  readonly store: PageStore;
  readonly sync: Sync;
  readonly sealer: Sealer;
  /** Another number after every write. */
  readonly revision: () => number;
  readonly describe: DescribeSource;
}

/**
 * Shows of each source that is late what the list of all its runs tells, if that is known further than the lists that were asked.
 * The source goes on lagging behind that.
 */
export async function fallBack({ parts, query, direction }: Walk, sync: Sync): Promise<void> {
  if (!isToldByAll(query)) return;
  const late = parts.filter(({ isLate }) => isLate);
  await Promise.all(
    late.map(async (part) => {
      const lists = await sync.findKnown(part.source);
      if (lists.length === 0) return;
      const own = part.lists.length === 0 ? null : await direction.reach(part);
      const reach = await direction.reach({ ...part, lists });
      if (own !== null && (reach === null || !direction.isReached(reach, own))) return;
      part.lists = lists;
      part.isOpened = true;
    }),
  );
}

/** Rounds of reading after which a page shows what it has. */
const ROUNDS_MAX = 200;

/**
 * Finds out which lists there are to read, which may cost a call itself. Reads their newest ends if that is asked for, and follows
 * unfinished runs if runs are chosen by their states.
 * No source waits for another one.
 */
export async function openSources(
  walk: Walk,
  parts: RunPagesParts,
  settle: SettleReadings,
  operation: Operation,
  { isNewest, isByState }: { readonly isNewest: boolean; readonly isByState: boolean },
): Promise<void> {
  const { sync } = parts;
  for (const part of walk.parts) part.failure = sync.book.leftOut(part.source);
  const readings = walk.parts
    .filter(({ failure }) => failure === null)
    .map((part) => ({
      part,
      end: chooseLists(sync, part.source, walk.query, walk.projection, operation).then(async (chosen) => {
        // A page that went on without the source has told where it stands already.
        if (part.isLate) return;
        part.lists = chosen.lists;
        part.isOpened = true;
        if (!isNewest) await noteLateBefore(part);
        if (isNewest) await refreshStale(part, parts, operation);
        if (isByState && !chosen.isByState && !part.isLate)
          part.states = await followStates(part.source, walk.query, parts, operation);
      }),
    }));
  await settle(readings);
  // What was read a moment ago answers as well as what is read now; a source without a list for this answers nothing.
  for (const part of walk.parts) part.wasAsked = part.failure !== null || (isNewest && part.lists.length > 0);
}

/** Reads on until the page is full, or nothing more can be had. */
export async function readOn(
  walk: Walk,
  store: PageStore,
  settle: SettleReadings,
  operation: Operation,
): Promise<void> {
  for (let round = 1; ; round += 1) {
    const found = await readKnown(walk, store);
    // One row known says all that an empty page has to say.
    if (walk.size === 0 && found.length > 0) return;
    const end = found.length > walk.size ? endOf(rowsOf(found, walk), walk.direction) : null;
    const reaches = await reachesOf(walk);
    const open = walk.parts.filter((part) => isOpen(part, reaches.get(part) ?? null, end, walk));
    if (open.length === 0 || operation.signal.aborted) return;
    // A keeper that is too small lets go of one source while another is read: the next page goes on from here.
    if (round > ROUNDS_MAX) for (const part of open) part.isLate = true;
    if (round > ROUNDS_MAX) return;
    await settle(
      open.flatMap((part) => part.lists.map((list) => ({ part, end: walk.direction.readOn(part, list, operation) }))),
    );
  }
}

/** The rows of the page that are known, and one more if there is one. */
export async function readKnown(walk: Walk, store: PageStore): Promise<readonly StoredRun[]> {
  const reaches = await reachesOf(walk);
  const opened = walk.parts.filter(isAnswered);
  const stretches = opened.map((part) => walk.direction.stretch(part, reaches.get(part) ?? null));
  const { query, projection, direction, size, asker } = walk;
  const limit = size + 1 + countShown(opened);
  const found = await store.readPage({
    stretches,
    query,
    direction: direction.sign,
    limit,
    projection: markOutputs(projection),
    asker,
  });
  const isShown = isShownAhead(opened);
  return found.filter((stored) => !isShown(stored)).slice(0, size + 1);
}
