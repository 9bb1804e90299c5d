/** Shuffles within groups of one time. */
export function shuffleTies<T>(
  random: () => number,
  rows: readonly T[],
  timeOf: (row: T) => number | null,
): readonly T[] {
  const groups: { readonly time: number | null; readonly rows: T[] }[] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && last.time === timeOf(row)) last.rows.push(row);
    else groups.push({ time: timeOf(row), rows: [row] });
  }
  return groups.flatMap((group) => shuffle(random, group.rows));
}

function shuffle<T>(random: () => number, list: readonly T[]): readonly T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const kept = copy[i] as T;
    copy[i] = copy[j] as T;
    copy[j] = kept;
  }
  return copy;
}
