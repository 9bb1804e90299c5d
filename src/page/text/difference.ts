/** One line of two texts laid side by side: on both sides, gone from the left one, or new in the right one. */
export interface DifferenceLine {
  readonly kind: "same" | "left" | "right";
  readonly line: string;
}

/** Most lines by which two texts may differ for {@link compareLines} to look for the shortest way. */
const MAX_CHANGES = 600;

/**
 * The shortest way from one text to the other, line by line (Myers, 1986). Null when they differ by more than 600 lines: then there
 * is nothing to see side by side.
 */
export function compareLines(left: string, right: string): readonly DifferenceLine[] | null {
  const before = splitLines(left);
  const after = splitLines(right);
  const start = countSame(before, after, (lines, index) => lines[index]);
  const rest = Math.min(before.length, after.length) - start;
  const end = Math.min(
    rest,
    countSame(before, after, (lines, index) => lines[lines.length - 1 - index]),
  );
  const middle = findWay(before.slice(start, before.length - end), after.slice(start, after.length - end));
  if (middle === null) return null;
  const same = (line: string): DifferenceLine => ({ kind: "same", line });
  return [...before.slice(0, start).map(same), ...middle, ...before.slice(before.length - end).map(same)];
}

type Lines = readonly string[];

function splitLines(text: string): Lines {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function countSame(left: Lines, right: Lines, at: (lines: Lines, index: number) => string | undefined): number {
  const most = Math.min(left.length, right.length);
  let count = 0;
  while (count < most && at(left, count) === at(right, count)) count += 1;
  return count;
}

function findWay(left: Lines, right: Lines): readonly DifferenceLine[] | null {
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let changes = 0; changes <= Math.min(MAX_CHANGES, left.length + right.length); changes += 1) {
    trace.push(new Map(furthest));
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      let x = isDown(furthest, diagonal, changes) ? at(furthest, diagonal + 1) : at(furthest, diagonal - 1) + 1;
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x += 1;
      furthest.set(diagonal, x);
      if (x >= left.length && x - diagonal >= right.length) return walkBack(trace, left, right);
    }
  }
  return null;
}

const at = (furthest: ReadonlyMap<number, number>, diagonal: number): number => furthest.get(diagonal) ?? -1;

function isDown(furthest: ReadonlyMap<number, number>, diagonal: number, changes: number): boolean {
  if (diagonal === -changes) return true;
  return diagonal !== changes && at(furthest, diagonal - 1) < at(furthest, diagonal + 1);
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], left: Lines, right: Lines): DifferenceLine[] {
  const way: DifferenceLine[] = [];
  let x = left.length;
  let y = right.length;
  for (let changes = trace.length - 1; changes >= 0; changes -= 1) {
    const furthest = trace[changes] ?? new Map<number, number>();
    const diagonal = x - y;
    const down = isDown(furthest, diagonal, changes);
    const previous = down ? diagonal + 1 : diagonal - 1;
    const fromX = Math.max(0, at(furthest, previous));
    const fromY = changes === 0 ? 0 : fromX - previous;
    const sameUntil = changes === 0 ? 0 : down ? fromX : fromX + 1;
    for (; x > sameUntil; x -= 1, y -= 1) way.push({ kind: "same", line: left[x - 1] ?? "" });
    if (changes === 0) break;
    way.push(down ? { kind: "right", line: right[fromY] ?? "" } : { kind: "left", line: left[fromX] ?? "" });
    x = fromX;
    y = fromY;
  }
  return way.reverse();
}
