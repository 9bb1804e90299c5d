import { lastAtMost } from "./offsets.ts";

/** Where the lines of a text begin, and where the rows begin that they take on a screen of some width. */
export interface TextRows {
  readonly lineCount: number;
  readonly rowCount: number;
  /** Offsets of one row in the text, without its line end. */
  range(row: number): { readonly start: number; readonly end: number };
  /** Number of the line, counted from 1, that begins with this row; null for a row that continues a line. */
  lineNumberAt(row: number): number | null;
  /** The first row of a line, counted from 1. Numbers out of range mean the nearest line. */
  rowOfLine(lineNumber: number): number;
  /** The row that holds an offset of the text. */
  rowAt(offset: number): number;
}

/** Columns of a row when lines are not wrapped: a longer line continues all the same, since no browser draws a row of megabytes. */
export const UNWRAPPED_COLUMNS = 4096;

const LINE_FEED = 10;
const TAB = 9;
const TAB_COLUMNS = 8;

/**
 * Cuts a text into rows of at most `columns` columns; East Asian characters and emoji take two, a tab eight. Lines are counted as
 * the gateway counts them: a last line counts also without a line end, an empty text has none. One pass over the text.
 */
export function layOut(text: string, columns: number): TextRows {
  const lines = new Offsets();
  const rows = new Offsets();
  let column = 0;
  let isLineStart = true;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isLineStart) lines.push(at);
    if (isLineStart) rows.push(at);
    if (isLineStart) column = 0;
    isLineStart = code === LINE_FEED;
    if (isLineStart) continue;
    const width = columnsOf(code);
    if (column + width > columns && column > 0) {
      rows.push(at);
      column = 0;
    }
    column += width;
  }
  return toTextRows(text, lines.done(), rows.done());
}

/** A low surrogate takes none, so that no pair is ever cut. */
function columnsOf(code: number): number {
  if (code < 0x1100) return code === TAB ? TAB_COLUMNS : 1;
  if (code >= 0xdc00 && code <= 0xdfff) return 0;
  if (code >= 0x200b && code <= 0x200f) return 0;
  return isWide(code) ? 2 : 1;
}

function isWide(code: number): boolean {
  return (
    code <= 0x115f ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xd800 && code <= 0xdbff) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6)
  );
}

function toTextRows(text: string, lines: Uint32Array, rows: Uint32Array): TextRows {
  const lineAt = (offset: number): number => lastAtMost(lines, offset);
  const rowAt = (offset: number): number => Math.max(0, lastAtMost(rows, offset));
  return {
    lineCount: lines.length,
    rowCount: rows.length,
    range(row) {
      const start = rows[row] ?? text.length;
      const next = rows[row + 1] ?? text.length;
      return { start, end: next > start && text.charCodeAt(next - 1) === LINE_FEED ? next - 1 : next };
    },
    lineNumberAt(row) {
      const start = rows[row] ?? 0;
      const line = lineAt(start);
      return lines[line] === start ? line + 1 : null;
    },
    rowOfLine: (lineNumber) => rowAt(lines[Math.min(Math.max(lineNumber, 1), lines.length) - 1] ?? 0),
    rowAt,
  };
}

/** Grows by doubling: a text of millions of lines takes four bytes a line. */
class Offsets {
  private room = new Uint32Array(256);
  private count = 0;

  push(offset: number): void {
    if (this.count === this.room.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.room);
      this.room = larger;
    }
    this.room[this.count] = offset;
    this.count += 1;
  }

  done(): Uint32Array {
    return this.room.subarray(0, this.count);
  }
}
