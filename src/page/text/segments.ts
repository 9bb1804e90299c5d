import type { StyledText } from "./ansi.ts";
import type { Matches } from "./find.ts";
import { lastAtMost } from "./offsets.ts";

/** A stretch of one row that looks the same throughout. */
export interface Segment {
  readonly text: string;
  readonly look: string;
  /** Index of the match that it belongs to; null if it belongs to none. */
  readonly match: number | null;
}

/** Cuts a row where its look changes and where matches begin and end. */
export function cutRow(styled: StyledText, matches: Matches, start: number, end: number): readonly Segment[] {
  const segments: Segment[] = [];
  let look = lastAtMost(styled.starts, start);
  let match = Math.max(0, lastAtMost(matches.starts, start));
  for (let at = start; at < end; ) {
    if ((styled.starts[look + 1] ?? Number.POSITIVE_INFINITY) <= at) {
      look += 1;
      continue;
    }
    if ((matches.ends[match] ?? Number.POSITIVE_INFINITY) <= at) {
      match += 1;
      continue;
    }
    const matchStart = matches.starts[match] ?? Number.POSITIVE_INFINITY;
    const isInMatch = matchStart <= at;
    const edge = isInMatch ? (matches.ends[match] ?? end) : matchStart;
    const next = Math.min(end, edge, styled.starts[look + 1] ?? end);
    segments.push({
      text: styled.text.slice(at, next),
      look: styled.looks[look] ?? "",
      match: isInMatch ? match : null,
    });
    at = next;
  }
  return segments;
}
