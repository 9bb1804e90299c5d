import type { InvocationQuery } from "#domain";
import type { Cursor, ListPosition, SourcePosition } from "./cursor.ts";
import { shortName } from "./cursor.ts";
import type { StreamHint } from "./group-marks.ts";
import { backOf, compareKeys, type Direction, frontOf, laterKey, NEWEST, type RunKey, sourceRank } from "./run-key.ts";
import { NO_STRAYS } from "./stray-map.ts";
import type { Stream, StreamStart } from "./stream-contract.ts";
import { placeAt, type SourceOutcome, type Walk } from "./walk.ts";

/** Behind which place a source or list is read: where the cursor has it, and within the filter's time. */
export function startPlace(
  cursor: Cursor | null,
  own: RunKey | null | undefined,
  query: InvocationQuery,
  direction: Direction,
): RunKey | null {
  return laterKey(cursorPlace(cursor, own, direction), filterPlace(query, direction), direction);
}

function cursorPlace(cursor: Cursor | null, own: RunKey | null | undefined, direction: Direction): RunKey | null {
  if (cursor === null) return null;
  const isSameWay = cursor.direction === direction;
  if (isSameWay && own !== undefined) return own;
  const { place, row } = cursor;
  if (place !== null) return row === null ? place : { ...place, edge: direction > 0 ? -1 : 1 };
  // A walk that had not begun stands at its own beginning, and nothing lies beyond that the other way.
  if (isSameWay) return null;
  return direction > 0 ? backOf("") : frontOf(NEWEST);
}

function filterPlace({ createdAfter, createdBefore }: InvocationQuery, direction: Direction): RunKey | null {
  const time = direction > 0 ? createdBefore : createdAfter;
  return time === undefined ? null : backOf(time);
}

/** Where a list is read from: its entry in the cursor, else its source's place without a hint. */
export function startOf(
  cursor: Cursor | null,
  entry: ListPosition | undefined,
  sourcePlace: RunKey | null,
  query: InvocationQuery,
  direction: Direction,
): StreamStart {
  if (entry === undefined || entry.isExhausted) {
    // Whoever turns round at a run that has a time has those without one behind him.
    const isTurned = cursor !== null && cursor.direction !== direction && sourcePlace?.time !== "";
    return { place: sourcePlace, hint: null, taken: [], strays: isTurned ? NO_STRAYS : null };
  }
  const { hint } = entry;
  if (cursor?.direction === direction) {
    const place = entry.place === undefined ? sourcePlace : startPlace(cursor, entry.place, query, direction);
    // A list that stands at its beginning has not been looked through.
    return { place, hint, taken: entry.taken, strays: place === null ? null : entry.strays };
  }
  return {
    place: sourcePlace,
    hint: entry.place === undefined ? hint : widened(hint),
    taken: [],
    strays: entry.strays?.areLate === false ? entry.strays : null,
  };
}

/** Where every source stands when the walk is broken off behind `place`; `isEnd` where that is where it really stands. */
export function positionsAt(
  walk: Walk,
  cursor: Cursor | null,
  direction: Direction,
  place: RunKey | null,
  isEnd: boolean,
  hasRow: boolean,
): ReadonlyMap<string, SourcePosition> {
  const positions = walk.outcomes().map((outcome): [string, SourcePosition] => {
    const name = shortName(sourceRank(outcome.source));
    const known = cursor?.sources.get(name);
    return [name, sourceAt({ walk, outcome, known, direction, place, isEnd, hasRow })];
  });
  return new Map(positions);
}

interface Standing {
  readonly walk: Walk;
  readonly outcome: SourceOutcome;
  readonly known: SourcePosition | undefined;
  readonly direction: Direction;
  readonly place: RunKey | null;
  readonly isEnd: boolean;
  readonly hasRow: boolean;
}

function sourceAt(standing: Standing): SourcePosition {
  const { outcome, known, direction, place } = standing;
  const exhausted: SourcePosition = { isExhausted: true, lists: new Map() };
  if (outcome.wasExhausted || outcome.failure?.code === "NOT_SUPPORTED") return exhausted;
  const own = placeAt(outcome, place, direction);
  const lagging = isSamePlace(own, place) ? {} : { place: own };
  if (outcome.streams.length === 0 && outcome.failure !== null) {
    return { isExhausted: false, ...lagging, lists: known?.lists ?? new Map() };
  }
  const lists = new Map([
    ...outcome.exhaustedLists.map((name): [string, ListPosition] => [name, EXHAUSTED]),
    ...outcome.streams.map((stream): [string, ListPosition] => [stream.name, listAt(stream, own, standing)]),
  ]);
  if (outcome.failure === null && [...lists.values()].every((list) => list.isExhausted)) return exhausted;
  return { isExhausted: false, ...lagging, lists };
}

const EXHAUSTED: ListPosition = { isExhausted: true, hint: null, taken: [], strays: null };

function listAt(stream: Stream, sourcePlace: RunKey | null, standing: Standing): ListPosition {
  const { outcome, direction, isEnd, walk, hasRow } = standing;
  const isSound = outcome.failure === null;
  if (isEnd && isSound && stream.head() === null && stream.bound() === null) return EXHAUSTED;
  const provisional = isEnd ? stream.provisional() : [];
  const scanned = isEnd && isSound && walk.didStopScanning() ? scannedPlace(stream, direction) : null;
  const place =
    provisional.length > 0 && sourcePlace !== null
      ? frontOf(sourcePlace.time)
      : laterKey(sourcePlace, scanned ?? sourcePlace, direction);
  const seenFrom = hasRow && place !== null ? { ...place, edge: -1 as const } : place;
  const hint = seenFrom === null ? null : stream.hintBehind(seenFrom);
  const carried = carriedHint(stream.start, place);
  const taken = place?.time === stream.start.place?.time ? stream.start.taken : [];
  return {
    isExhausted: false,
    hint: hint ?? carried,
    ...(isSamePlace(place, sourcePlace) ? {} : { place }),
    taken: [...taken, ...provisional],
    strays: stream.strays(),
  };
}

/** How far a list was scanned for runs that match: in front of the one that was found, or where reading stopped. */
function scannedPlace(stream: Stream, direction: Direction): RunKey | null {
  const head = stream.head();
  if (head !== null) return { ...head.key, edge: direction > 0 ? -1 : 1 };
  return stream.bound() ?? (direction > 0 ? backOf("") : frontOf(NEWEST));
}

function carriedHint(start: StreamStart, place: RunKey | null): StreamHint | null {
  return isSamePlace(start.place, place) ? start.hint : widened(start.hint);
}

// That the next run is older than the place holds for the place it was seen from only.
function widened(hint: StreamHint | null): StreamHint | null {
  return hint === null ? null : { ...hint, width: Math.max(1, hint.width) };
}

function isSamePlace(a: RunKey | null, b: RunKey | null): boolean {
  return a === null || b === null ? a === b : compareKeys(a, b) === 0;
}
