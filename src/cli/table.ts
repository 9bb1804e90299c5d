import { stripVTControlCharacters } from "node:util";

/** Cells may be styled; each is one line. */
export type Row = readonly string[];

/** Lines of a table with aligned columns, two blanks apart; the last column is not padded. */
export function formatTable(rows: readonly Row[]): string {
  const widths = rows.reduce<readonly number[]>(
    (found, row) => row.map((cell, at) => Math.max(found[at] ?? 0, measure(cell))),
    [],
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => pad(cell, widths[at] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** Lines of a table that fits so many columns if its cells of one column, at most 32 wide and at least 8, can be cut for it; null and 0 columns limit nothing. */
export function fitTable(rows: readonly Row[], column: number, columns: number | null): string {
  const cut = (width: number) =>
    formatTable(rows.map((row) => row.map((cell, at) => (at === column ? clip(cell, width) : cell))));
  const table = cut(WIDEST);
  const excess = Math.max(...table.split("\n").map(measure)) - (columns || Number.POSITIVE_INFINITY);
  const present = Math.min(WIDEST, Math.max(...rows.map((row) => measure(row[column] ?? ""))));
  return excess > 0 ? cut(Math.max(NARROWEST, present - excess)) : table;
}

const WIDEST = 32;
const NARROWEST = 8;

/** Lines for programs: cells between tabs. */
export function formatTabs(rows: readonly Row[]): string {
  return rows.map((row) => `${row.join("\t")}\n`).join("");
}

/** The beginning of a text, at most `width` columns wide, with an ellipsis where something is missing. */
function clip(text: string, width: number): string {
  if (measure(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (measure(kept) + measure(character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - measure(cell)));
}

/** Columns that a text takes on a terminal: East Asian wide characters take two (Unicode Standard Annex 11). */
function measure(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text))
    width += WIDE.test(character) ? 2 : NO_WIDTH.test(character) ? 0 : 1;
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const NO_WIDTH = /\p{Mn}|\p{Me}|\u200b|\u200d|\ufe0f/u;
