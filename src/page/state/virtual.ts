/** A list of rows of one height, and the part of the screen that it has. Heights in pixels. */
export interface VirtualView {
  readonly count: number;
  readonly rowHeight: number;
  readonly viewHeight: number;
}

/** What every browser can scroll: Firefox ends at 17.8 million pixels. */
const MAX_HEIGHT = 8_000_000;

/** Height of the room that the rows seem to take. */
export function heightOf({ count, rowHeight }: VirtualView): number {
  return Math.min(count * rowHeight, MAX_HEIGHT);
}

/** The row at the top edge when the room is scrolled so far, with a fraction for a row that is cut. */
export function firstRowAt(view: VirtualView, scrollTop: number): number {
  const { count, rowHeight, viewHeight } = view;
  const mostRows = Math.max(0, count - viewHeight / rowHeight);
  const mostTop = Math.max(1, heightOf(view) - viewHeight);
  const exact = isScaled(view) ? (scrollTop / mostTop) * mostRows : scrollTop / rowHeight;
  return Math.min(Math.max(exact, 0), mostRows);
}

/** How far the room is scrolled when a row is at the top edge. */
export function topOfRow(view: VirtualView, row: number): number {
  const { count, rowHeight, viewHeight } = view;
  if (!isScaled(view)) return row * rowHeight;
  const mostRows = Math.max(1, count - viewHeight / rowHeight);
  return (row / mostRows) * (heightOf(view) - viewHeight);
}

function isScaled({ count, rowHeight }: VirtualView): boolean {
  return count * rowHeight > MAX_HEIGHT;
}
