/**
 * What a terminal shows of each line at its end: what comes behind a carriage return or a backspace overwrites what was there,
 * and `ESC [ K` erases. Line ends stay as they are; other control sequences stay too, without a width. Characters of
 * East Asia take two columns. Linear in the length of the text.
 *
 * A bar that is drawn a hundred times with carriage returns alone is then one line with its last state.
 */
export function applyOverwriting(text: string): string {
  if (!HAS_OVERWRITING.test(text)) return text;
  return text
    .split("\n")
    .map((line, index, lines) => {
      if (!HAS_OVERWRITING.test(line)) return line;
      const lineEnd = index < lines.length - 1 && line.endsWith("\r") ? "\r" : "";
      return drawLine(line.slice(0, line.length - lineEnd.length)) + lineEnd;
    })
    .join("\n");
}

const HAS_OVERWRITING = /[\r\b]/;

// A control sequence or a title.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/y;

// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const ERASING = /^\u001b\[([0-2]?)K$/;

// Blocks that are drawn two columns wide nearly everywhere (Unicode Standard Annex 11: W and F).
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

const MARK = /^\p{M}$/u;

/** The right half of a wide character. */
const CONTINUED = "";

/** A line as it is drawn. */
interface Drawn {
  readonly cells: string[];
  /** So many cells at its beginning are blank for certain: to erase them again and again would take the square of its length. */
  blankCount: number;
}

function drawLine(line: string): string {
  const drawn: Drawn = { cells: [], blankCount: 0 };
  const { cells } = drawn;
  let column = 0;
  // Sequences without a width go with the character that follows.
  let pending = "";
  for (let at = 0; at < line.length; ) {
    const part = partAt(line, at);
    at += part.length;
    const erased = part.length > 2 ? ERASING.exec(part)?.[1] : undefined;
    if (part === "\r") column = 0;
    else if (part === "\b") column = Math.max(0, column - 1);
    else if (erased !== undefined) erase(drawn, column, erased);
    else if (part.length > 2) pending += part;
    else if (column > 0 && isMark(part)) {
      cells[column - 1] += part;
      drawn.blankCount = Math.min(drawn.blankCount, column - 1);
    } else {
      column += put(drawn, column, pending + part, isWide(part));
      pending = "";
    }
  }
  return cells.join("") + pending;
}

/** A sequence, or one character. */
function partAt(line: string, at: number): string {
  const code = line.charCodeAt(at);
  if (code === 0x1b) {
    SEQUENCE.lastIndex = at;
    if (SEQUENCE.test(line)) return line.slice(at, SEQUENCE.lastIndex);
  }
  const isPair = code >= 0xd800 && code < 0xdc00 && (line.codePointAt(at) ?? 0) > 0xffff;
  return isPair ? line.slice(at, at + 2) : line.charAt(at);
}

function put(drawn: Drawn, column: number, character: string, takesTwo: boolean): number {
  const { cells } = drawn;
  fillUpTo(cells, column);
  drawn.blankCount = Math.min(drawn.blankCount, column);
  // Half of a wide character that is overwritten leaves a blank.
  if (cells[column] === CONTINUED && column > 0) cells[column - 1] = " ";
  const width = takesTwo ? 2 : 1;
  if (cells[column + width] === CONTINUED) cells[column + width] = " ";
  cells[column] = character;
  if (takesTwo) cells[column + 1] = CONTINUED;
  return width;
}

function erase(drawn: Drawn, column: number, what: string): void {
  const { cells } = drawn;
  if (what !== "1") cells.splice(column);
  drawn.blankCount = Math.min(drawn.blankCount, cells.length);
  if (what === "0" || what === "") return;
  const end = Math.min(column + 1, cells.length);
  if (end > drawn.blankCount) cells.fill(" ", drawn.blankCount, end);
  drawn.blankCount = Math.max(drawn.blankCount, end);
}

function fillUpTo(cells: string[], column: number): void {
  while (cells.length < column) cells.push(" ");
}

// Nearly all that is printed lies before the first mark and the first wide character.
const FIRST_MARK = 0x300;
const FIRST_WIDE = 0x1100;

function isMark(part: string): boolean {
  return part.charCodeAt(0) >= FIRST_MARK && MARK.test(part);
}

function isWide(part: string): boolean {
  return part.charCodeAt(0) >= FIRST_WIDE && WIDE.test(part);
}
