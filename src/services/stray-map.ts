/** A stretch of a list, from one index on, to in front of another one. */
export interface Span {
  readonly low: number;
  readonly end: number;
}

/** A stretch of a list in which runs without a creation time were seen. */
export interface StrayRange extends Span {
  /** How many there are, at least. */
  readonly count: number;
}

/** Where in a list runs without a creation time were seen. */
export interface StrayMap {
  /** In list order, each apart from the next one. */
  readonly ranges: readonly StrayRange[];
  /** Length of the list when that was seen. */
  readonly total: number | null;
}

/** Of a list that was looked through, and has none. */
export const NO_STRAYS: StrayMap = { ranges: [], total: null };

/** Stretches that are nearer to each other are taken as one, since one window holds both. */
const NEAR = 25;
/** Stretches that are told apart, at most, so that a cursor that names them stays short. */
const RANGES_MAX = 16;

/** By how much a list has grown; 0 where that is not known. */
export function driftOf(before: number | null, now: number | null): number {
  return before === null || now === null ? 0 : now - before;
}

/** A stretch as it lies after new records have come in front of it. */
export function moved<Stretch extends Span>(stretch: Stretch, drift: number): Stretch {
  const low = Math.max(0, stretch.low + drift);
  return { ...stretch, low, end: Math.max(low + 1, stretch.end + drift) };
}

/** What is left of a stretch without what a span covers; as many of its runs as could be in the span are taken to be there. */
export function without(range: StrayRange, { low, end }: Span): readonly StrayRange[] {
  const covered = Math.min(range.end, end) - Math.max(range.low, low);
  if (covered <= 0) return [range];
  const count = Math.max(0, range.count - covered);
  const front = { low: range.low, end: low, count };
  const back = { low: end, end: range.end, count: low > range.low ? 0 : count };
  return [front, back].filter((part) => part.end > part.low);
}

/** The same runs in fewer stretches, in list order. */
export function covering(ranges: readonly StrayRange[]): readonly StrayRange[] {
  const sorted = [...ranges].sort((a, b) => a.low - b.low);
  let near = NEAR;
  let joined = joinNear(sorted, near);
  for (; joined.length > RANGES_MAX; joined = joinNear(joined, near)) near *= 2;
  return joined;
}

function joinNear(sorted: readonly StrayRange[], near: number): readonly StrayRange[] {
  const joined: StrayRange[] = [];
  for (const range of sorted) {
    const last = joined.at(-1);
    if (last === undefined || range.low - last.end > near) joined.push(range);
    else {
      const end = Math.max(last.end, range.end);
      joined[joined.length - 1] = { low: last.low, end, count: Math.min(last.count + range.count, end - last.low) };
    }
  }
  return joined;
}
