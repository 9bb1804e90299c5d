import type { DifferenceLine } from "./difference.ts";

/** One row of two texts side by side; a fold stands for equal lines that are left out. */
export type SideRow =
  | { readonly kind: "same" | "changed"; readonly left: string | null; readonly right: string | null }
  | { readonly kind: "fold"; readonly count: number };

/** Equal lines that stay around a change. */
const CONTEXT = 3;

/** Lays the lines side by side, changed ones beside each other, and folds long stretches of equal ones. */
export function toSideRows(lines: readonly DifferenceLine[]): readonly SideRow[] {
  const rows: SideRow[] = [];
  for (let at = 0; at < lines.length; ) {
    const isSame = lines[at]?.kind === "same";
    let end = at;
    while (end < lines.length && (lines[end]?.kind === "same") === isSame) end += 1;
    const stretch = lines.slice(at, end);
    rows.push(...(isSame ? foldSame(stretch, at === 0, end === lines.length) : pairChanged(stretch)));
    at = end;
  }
  return rows;
}

function foldSame(stretch: readonly DifferenceLine[], isFirst: boolean, isLast: boolean): readonly SideRow[] {
  const rows = stretch.map(({ line }): SideRow => ({ kind: "same", left: line, right: line }));
  const head = isFirst ? 0 : CONTEXT;
  const tail = isLast ? 0 : CONTEXT;
  const count = rows.length - head - tail;
  if (count < 3) return rows;
  return [...rows.slice(0, head), { kind: "fold", count }, ...rows.slice(rows.length - tail)];
}

function pairChanged(stretch: readonly DifferenceLine[]): readonly SideRow[] {
  const left = stretch.filter(({ kind }) => kind === "left");
  const right = stretch.filter(({ kind }) => kind === "right");
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => ({
    kind: "changed",
    left: left[index]?.line ?? null,
    right: right[index]?.line ?? null,
  }));
}
