import { createHash } from "node:crypto";
import { InputError } from "#domain";
import type { Sealer } from "../contract.ts";
import type { StreamHint } from "./group-marks.ts";
import { type Direction, NEWEST, type RunKey } from "./run-key.ts";
import { NO_STRAYS, type StrayMap } from "./stray-map.ts";

/** Where one list stands. */
export interface ListPosition {
  /** Nothing lies behind, in the direction of the walk. */
  readonly isExhausted: boolean;
  readonly hint: StreamHint | null;
  /** The list's own place where it lags behind the cursor's or was scanned beyond it; undefined where it is the source's. */
  readonly place?: RunKey | null;
  /** Runs of the place's creation time that were handed out already. */
  readonly taken: readonly string[];
  /** Where runs without a creation time were seen on the way here, if any place is known. */
  readonly strays: StrayMap | null;
}

/** Where one source stands. */
export interface SourcePosition {
  /** Nothing lies behind, in the direction of the walk. */
  readonly isExhausted: boolean;
  /** The source's own place where it lags behind, since it failed; undefined where it is the cursor's. */
  readonly place?: RunKey | null;
  /** By {@link shortName} of the list's key. */
  readonly lists: ReadonlyMap<string, ListPosition>;
}

/** What a cursor says. */
export interface Cursor {
  /** The direction of the walk that made it: what lags, is exhausted or taken is so in that direction only. */
  readonly direction: Direction;
  /** The last run handed out; null where none was. */
  readonly place: RunKey | null;
  /** By {@link shortName} of the source's rank. */
  readonly sources: ReadonlyMap<string, SourcePosition>;
  /** Where inside the run the page ended, for rows that are smaller than runs. */
  readonly row: readonly string[] | null;
}

type KeyText = readonly [time: string, source: string, invokeId: string, edge?: number] | null;

/** A short name for a text, the same in every process; equal for different texts in one of some hundred million cases. */
export function shortName(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 5);
}

/** Writes a cursor, bound to a purpose. What has its usual value is left out, to keep cursors short. */
export function writeCursor(sealer: Sealer, purpose: string, cursor: Cursor): string {
  const keys: KeyText[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (key: RunKey | null): number => {
    const text = toKeyText(key);
    const name = JSON.stringify(text);
    const known = numbers.get(name) ?? keys.push(text) - 1;
    numbers.set(name, known);
    return known;
  };
  numberOf(cursor.place);
  const sources = [...cursor.sources].map(([name, source]) =>
    source.isExhausted
      ? [name]
      : [
          name,
          source.place === undefined ? 0 : numberOf(source.place),
          ...[...source.lists].map(([listName, list]) => toListText(listName, list, cursor.direction, numberOf)),
        ],
  );
  return sealer.seal(purpose, JSON.stringify([cursor.direction, keys, sources, ...(cursor.row ? [cursor.row] : [])]));
}

/**
 * Reads a cursor.
 * @throws InputError `INVALID_CURSOR` for any text that was not given out for this very purpose.
 */
export function readCursor(sealer: Sealer, purpose: string, text: string, argument: string): Cursor {
  const payload = text === "" ? null : sealer.open(purpose, text);
  if (payload === null) {
    throw new InputError(
      "INVALID_CURSOR",
      `\`${argument}\` must be a cursor that this list gave out for the same filter; what came is ${text === "" ? "empty" : "none"}.`,
      argument,
    );
  }
  // The seal vouches for the shape: nobody else can have written it.
  const [direction, keys, sources, row] = JSON.parse(payload) as [Direction, KeyText[], unknown[][], string[]?];
  const places = keys.map(fromKeyText);
  return {
    direction,
    place: places[0] ?? null,
    sources: new Map(sources.map((parts) => [String(parts[0]), fromSourceText(parts, places, direction)])),
    row: row ?? null,
  };
}

type ListText = [
  name: string,
  index?: number,
  width?: number,
  total?: number,
  place?: number,
  taken?: string[],
  strays?: number[] | 0,
  tag?: string,
];

function toListText(
  name: string,
  list: ListPosition,
  direction: Direction,
  numberOf: (key: RunKey | null) => number,
): ListText {
  const { hint, place, taken, strays } = list;
  if (list.isExhausted) return [name];
  const text: ListText = [name, hint?.index ?? -1, hint?.width ?? 0, hint?.total ?? -1];
  const strayText = toStrayText(strays, direction);
  const tag = hint?.tag;
  const hasTaken = taken.length > 0 || strayText !== null || tag !== undefined;
  if (place !== undefined || hasTaken) text.push(place === undefined ? -1 : numberOf(place));
  if (hasTaken) text.push([...taken]);
  if (strayText !== null || tag !== undefined) text.push(strayText ?? 0);
  if (tag !== undefined) text.push(tag);
  return text;
}

function fromSourceText(
  parts: readonly unknown[],
  places: readonly (RunKey | null)[],
  direction: Direction,
): SourcePosition {
  const [, place, ...lists] = parts as [string, number | undefined, ...ListText[]];
  if (place === undefined) return { isExhausted: true, lists: new Map() };
  return {
    isExhausted: false,
    ...(place > 0 ? { place: places[place] ?? null } : {}),
    lists: new Map(lists.map((list) => [list[0], fromListText(list, places, direction)])),
  };
}

function fromListText(list: ListText, places: readonly (RunKey | null)[], direction: Direction): ListPosition {
  const [, index = -1, width = 0, total = -1, place = -1, taken = [], strays = 0, tag] = list;
  return {
    isExhausted: list.length === 1,
    hint: index < 0 ? null : { index, width, total: total < 0 ? null : total, ...(tag === undefined ? {} : { tag }) },
    ...(place >= 0 ? { place: places[place] ?? null } : {}),
    taken,
    strays: strays === 0 ? usualStrays(direction) : fromStrayText(strays),
  };
}

/** Most lists have none: backwards nobody has looked for any then, and none were met. */
function usualStrays(direction: Direction): StrayMap {
  return { ...NO_STRAYS, areLate: direction < 0 };
}

function toStrayText(strays: StrayMap | null, direction: Direction): number[] | null {
  if (strays === null || (strays.ranges.length === 0 && strays.areLate === direction < 0)) return null;
  return [
    strays.areLate ? 1 : 0,
    strays.total ?? -1,
    ...strays.ranges.flatMap(({ low, end, count }) => [low, end, count]),
  ];
}

function fromStrayText([areLate, total = -1, ...numbers]: readonly number[]): StrayMap {
  const ranges = numbers.flatMap((low, position) =>
    position % 3 === 0 ? [{ low, end: numbers[position + 1] ?? low, count: numbers[position + 2] ?? 0 }] : [],
  );
  return { ranges, total: total < 0 ? null : total, areLate: areLate === 1 };
}

function toKeyText(key: RunKey | null): KeyText {
  if (key === null) return null;
  const time = key.time === "" || key.time === NEWEST ? key.time : Date.parse(key.time).toString(36);
  return key.edge === 0 ? [time, key.source, key.invokeId] : [time, key.source, key.invokeId, key.edge];
}

function fromKeyText(text: KeyText): RunKey | null {
  if (text === null) return null;
  const [time, source, invokeId, edge = 0] = text;
  return {
    time: time === "" || time === NEWEST ? time : new Date(Number.parseInt(time, 36)).toISOString(),
    source,
    invokeId,
    edge: edge < 0 ? -1 : edge > 0 ? 1 : 0,
  };
}
