import type { StoredRun, Stretch } from "../contract/index.ts";
import { comparePositions, type Position } from "../contract/index.ts";

/** A run in memory, with its place. */
export interface Entry extends StoredRun {
  readonly position: Position;
  readonly bytes: number;
}

/** What lies between two places, both exclusive. */
export type Bounds = Pick<Stretch, "after" | "before">;

/** Runs in the total order. */
export interface RunOrder {
  /** Puts a run to its place. */
  put(entry: Entry): void;
  /** Takes a run out; does nothing if another one, or none, stands at its place. */
  remove(entry: Entry): void;
  /** Takes many out at once. */
  removeAll(gone: ReadonlySet<Entry>): void;
  /** How many lie between two places. Looks at no run. */
  count(bounds: Bounds): number;
  /** Runs between two places that are meant, from the newest (1) or the oldest end (-1); answered in the total order. */
  read(bounds: Bounds, direction: 1 | -1, limit: number, isMeant: (entry: Entry) => boolean): readonly Entry[];
  /** The same of the runs as they are now. Of many that are not meant it looks at 2,000 at a time, and pauses between. */
  select(
    bounds: Bounds,
    direction: 1 | -1,
    limit: number,
    isMeant: (entry: Entry) => boolean,
    pause: () => Promise<void>,
  ): Promise<readonly Entry[]>;
  /** From the oldest on. */
  fromOldest(): Iterable<Entry>;
}

/** To look at so many takes about a millisecond: up to so many are looked at in the turn of who asks. */
const LOOKED_AT_ONCE = 2_000;

/** Runs of a part. A write copies one part, which becomes two if it has twice as many. */
const PART_LENGTH = 256;

/** Runs in the total order. Parts never change: who looks through them goes on with those of its beginning, at no cost. */
type Parts = readonly (readonly Entry[])[];

/** Starts empty. */
export function createRunOrder(): RunOrder {
  let parts: Parts = [];

  return {
    put(entry) {
      const { part, within } = placeIn(parts, entry.position);
      const old = parts[part] ?? [];
      const replaced = isAt(old, within, entry.position) ? 1 : 0;
      parts = parts.toSpliced(part, 1, ...split(old.toSpliced(within, replaced, entry)));
    },
    remove(entry) {
      const { part, within } = placeIn(parts, entry.position);
      const old = parts[part] ?? [];
      if (old[within] !== entry) return;
      const left = old.toSpliced(within, 1);
      const next = parts[part + 1] ?? [];
      const isSmall = left.length + next.length <= PART_LENGTH;
      parts = isSmall
        ? parts.toSpliced(part, 2, ...split([...left, ...next]))
        : parts.toSpliced(part, 1, ...split(left));
    },
    removeAll(gone) {
      const left = parts.flat().filter((entry) => !gone.has(entry));
      const count = Math.ceil(left.length / PART_LENGTH);
      parts = Array.from({ length: count }, (_, part) => left.slice(part * PART_LENGTH, (part + 1) * PART_LENGTH));
    },
    count(bounds) {
      const [from, to] = placesOf(parts, bounds);
      return Math.max(0, rankOf(parts, to) - rankOf(parts, from));
    },
    read(bounds, direction, limit, isMeant) {
      const found: Entry[] = [];
      for (const entry of runsOf(parts, bounds, direction)) {
        if (found.length >= limit) break;
        if (isMeant(entry)) found.push(entry);
      }
      return direction > 0 ? found : found.reverse();
    },
    async select(bounds, direction, limit, isMeant, pause) {
      const found: Entry[] = [];
      let looked = 0;
      for (const entry of runsOf(parts, bounds, direction)) {
        if (found.length >= limit) break;
        if (looked > 0 && looked % LOOKED_AT_ONCE === 0) await pause();
        looked += 1;
        if (isMeant(entry)) found.push(entry);
      }
      return direction > 0 ? found : found.reverse();
    },
    fromOldest: () => runsOf(parts, { after: null, before: null }, -1),
  };
}

/** A part, and a place within it. */
interface Place {
  readonly part: number;
  readonly within: number;
}

/** Where the first run stands that is not in front of the position: the part to which a run with this position belongs. */
function placeIn(parts: Parts, position: Position): Place {
  const behind = findFirst(parts, ([first]) => first !== undefined && comparePositions(first.position, position) > 0);
  const part = Math.max(0, behind - 1);
  return { part, within: findFirst(parts[part] ?? [], (entry) => comparePositions(entry.position, position) >= 0) };
}

function isAt(part: readonly Entry[], within: number, position: Position): boolean {
  const entry = part[within];
  return entry !== undefined && comparePositions(entry.position, position) === 0;
}

/** Index of the first member of which it is true, if it is true of all behind that one; else the length. */
function findFirst<T>(members: readonly T[], isTrue: (member: T) => boolean): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const member = members[middle];
    if (member !== undefined && isTrue(member)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first place between the bounds, and the one behind the last. */
function placesOf(parts: Parts, { after, before }: Bounds): readonly [Place, Place] {
  const from = after === null ? { part: 0, within: 0 } : placeIn(parts, after);
  const isTaken = after !== null && isAt(parts[from.part] ?? [], from.within, after);
  return [
    isTaken ? { ...from, within: from.within + 1 } : from,
    before === null ? { part: parts.length, within: 0 } : placeIn(parts, before),
  ];
}

function rankOf(parts: Parts, { part, within }: Place): number {
  let rank = within;
  for (let index = 0; index < part; index += 1) rank += parts[index]?.length ?? 0;
  return rank;
}

/** The runs between two places, from the newest (1) or the oldest (-1) on. */
function* runsOf(parts: Parts, bounds: Bounds, direction: 1 | -1): Generator<Entry> {
  const [from, to] = placesOf(parts, bounds);
  for (let step = 0; step <= to.part - from.part; step += 1) {
    const part = direction > 0 ? from.part + step : to.part - step;
    const inside = (parts[part] ?? []).slice(
      part === from.part ? from.within : 0,
      part === to.part ? to.within : undefined,
    );
    for (const entry of direction > 0 ? inside : inside.reverse()) yield entry;
  }
}

/** None of nothing, and two of many. */
function split(part: readonly Entry[]): Parts {
  if (part.length < 2 * PART_LENGTH) return part.length === 0 ? [] : [part];
  return [part.slice(0, PART_LENGTH), part.slice(PART_LENGTH)];
}

/** True if a place lies between two others. */
export function isInside(position: Position, { after, before }: Bounds): boolean {
  return (
    (after === null || comparePositions(position, after) > 0) &&
    (before === null || comparePositions(position, before) < 0)
  );
}
