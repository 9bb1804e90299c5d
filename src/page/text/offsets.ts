/** Index of the last of ascending offsets that is at most `value`; -1 if there is none. */
export function lastAtMost(offsets: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
