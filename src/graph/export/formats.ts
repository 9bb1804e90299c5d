import { badInput } from "../declarations/index.ts";

/** How an export is written. */
export type ExportFormat = "ndjson" | "csv" | "text";

type Cell = string | number | boolean | null;

/** A row of an export: the same names in every row. */
export type ExportRow = Readonly<Record<string, Cell>>;

/** The columns of an export, and what a thing has in each. */
export type Columns<Item> = Readonly<Record<string, (item: Item) => Cell>>;

/** The row of a thing. */
export function toExportRow<Item>(columns: Columns<Item>, item: Item): ExportRow {
  return Object.fromEntries(Object.entries(columns).map(([name, read]) => [name, read(item)]));
}

/** Writes rows in one format. */
export interface RowWriter {
  readonly contentType: string;
  /** What stands before the first row, of these names. */
  head(names: readonly string[]): string;
  row(row: ExportRow): string;
}

/** @param toText what a row is as text for people */
export function createRowWriter(format: ExportFormat, toText: (row: ExportRow) => string): RowWriter {
  if (format === "csv") {
    return {
      contentType: "text/csv; charset=utf-8; header=present",
      head: (names) => `${names.map(toCell).join(",")}\r\n`,
      row: (row) => `${Object.values(row).map(toCell).join(",")}\r\n`,
    };
  }
  if (format === "text") return { contentType: "text/plain; charset=utf-8", head: () => "", row: toText };
  return {
    contentType: "application/x-ndjson; charset=utf-8",
    head: () => "",
    row: (row) => `${JSON.stringify(row)}\n`,
  };
}

/** Writes rows as pieces of one text, of which the first begins with the head. */
export function createPieceWriter(writer: RowWriter, columns: object): (rows: readonly ExportRow[]) => Uint8Array {
  let head = writer.head(Object.keys(columns));
  return (rows) => {
    const text = head + rows.map(writer.row).join("");
    head = "";
    return Buffer.from(text);
  };
}

/** @throws InputError `BAD_USER_INPUT` for an unknown one */
export function readFormat(word: string | null): ExportFormat {
  if (word === null) return "ndjson";
  if (word === "ndjson" || word === "csv" || word === "text") return word;
  throw badInput("format", "ndjson, csv or text", JSON.stringify(word.slice(0, 40)));
}

/** A value as a part of one line: what is said elsewhere must not look like a row of its own. */
export function toLinePart(value: Cell): string {
  return String(value ?? "-").replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

/** A text that spreadsheets take for a formula, also in full width, or that looks like one that was marked. */
const FORMULA_LIKE = /^[=+\-@＝＋－＠\t\r\n']/;

/**
 * A cell as RFC 4180 has it. Servers print what they like, and a file that is opened must carry nothing of it out: an apostrophe marks such
 * a text, and to take one from the front of every text that has it leads back to what was printed.
 */
function toCell(value: Cell): string {
  const text = typeof value === "string" && FORMULA_LIKE.test(value) ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
