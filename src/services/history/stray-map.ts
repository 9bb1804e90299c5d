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
  /** True in a walk backwards that learns of them on its way, and shows them at its end since it is past where they belong. */
  readonly areLate: boolean;
}

/** Of a list that was looked through, and has none. */
export const NO_STRAYS: StrayMap = { ranges: [], total: null, areLate: false };

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

/**
 * What is left of a stretch after some spans of the list were read, and so many runs without a creation time seen in the stretch: its
 * parts outside of the spans, or all of it where fewer were seen than there are.
 */
export function without(range: StrayRange, spans: readonly Span[], seen: number): readonly StrayRange[] {
  const count = Math.max(0, range.count - seen);
  const parts = spans.reduce<readonly Span[]>((left, span) => left.flatMap((part) => cut(part, span)), [range]);
  if (parts.length === 0) return count === 0 ? [] : [{ ...range, count }];
  return parts.map(({ low, end }, position) => ({ low, end, count: position === 0 ? count : 0 }));
}

function cut(part: Span, { low, end }: Span): readonly Span[] {
  if (end <= part.low || low >= part.end) return [part];
  return [
    { low: part.low, end: low },
    { low: end, end: part.end },
  ].filter((rest) => rest.end > rest.low);
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
      joined[joined.length - 1] = { low: last.low, end, count: last.count + range.count };
    }
  }
  return joined;
}
