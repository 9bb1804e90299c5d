import { type Clock, type Invocation, type InvocationFilter, type Operation, takeBreak } from "#domain";
import type { ListChange, Page, PositionSealer } from "../contract/index.ts";
import type { ChangeLog } from "./change-log.ts";
import { applyChanges, type Sort, type Standing, type Told, type WatchedList } from "./news.ts";
import { sealListPosition } from "./position.ts";

/** What snapshots are taken with. */
export interface SnapshotParts {
  readonly log: ChangeLog;
  readonly clock: Clock;
  readonly sealer: PositionSealer;
  /** The newest rows of a list. */
  readonly readNewest: (filter: InvocationFilter, size: number, operation: Operation) => Promise<Page<Invocation>>;
  readonly deadlineMs: number;
}

/** Rows of a snapshot. */
const SNAPSHOT_ROWS = 50;

/** How long others who begin get the same snapshot, if nothing has changed. */
const SNAPSHOT_KEPT_MS = 1_000;
const SNAPSHOTS_MAX = 20;

/** The newest rows of a list, and where one who got them stands. */
interface Snapshot extends Told {
  readonly change: ListChange;
  readonly takenAt: number;
}

/** Takes a snapshot, or that of another one who begins at the same moment. */
export function createSnapshots({ log, clock, sealer, readNewest, deadlineMs }: SnapshotParts, sort: Sort) {
  const kept = new Map<string, Snapshot>();
  const underWay = new Map<string, Promise<unknown>>();
  const keep = (key: string, snapshot: Snapshot) => {
    if (kept.size >= SNAPSHOTS_MAX) kept.clear();
    kept.set(key, snapshot);
  };

  async function take(list: WatchedList, operation: Operation): Promise<Snapshot> {
    const before = log.head();
    const page = await readNewest(list.filter, SNAPSHOT_ROWS, { ...operation, deadline: clock.elapsed() + deadlineMs });
    const rows = page.edges.map(({ node }) => node);
    const oldest = rows.at(-1)?.creationTime ?? null;
    const since = !page.hasNextPage ? Number.MIN_SAFE_INTEGER : oldest === null ? clock.now() : Date.parse(oldest);
    const { rows: entered, number } = await applyAll(list, rows, { number: before, since });
    const standing = { number, since };
    const position = sealListPosition(sealer, { log: log.name, list: list.name, ...standing });
    const sources = async () => list.describe(page.sources);
    const change = { position, isSnapshot: true, entered, changed: [], left: [], sources };
    return { standing, change, takenAt: clock.elapsed() };
  }

  /** What changed while the page was read belongs to the snapshot: one who comes back with its position gets nothing twice. */
  async function applyAll(list: WatchedList, read: readonly Invocation[], { number: before, since }: Standing) {
    let [rows, number] = [read, before];
    while (number < log.head()) {
      const stretch = sort(list, number);
      rows = stretch === null ? rows : applyChanges(rows, stretch.sorted, since);
      number = stretch?.head ?? log.head();
      if (number < log.head()) await takeBreak();
    }
    return { rows, number };
  }

  return async (list: WatchedList, operation: Operation): Promise<Snapshot> => {
    const key = `${list.key}|${list.name}`;
    // An end of another one's operation is none of this one's: it takes its own then.
    for (let other = underWay.get(key); other !== undefined; other = underWay.get(key)) await other;
    const known = kept.get(key);
    const isFresh = known?.standing.number === log.head() && clock.elapsed() - known.takenAt < SNAPSHOT_KEPT_MS;
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
