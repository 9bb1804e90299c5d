/** A row of an export of outputs, as far as it says whether its output is known. */
export interface UntoldRow {
  readonly instanceId: string;
  readonly status: string;
  readonly exitCode: number | null;
}

/** Passes an export of outputs on as it comes, and adds to `untold` the rows whose output the upstream does not tell. */
export async function* noteUntold(
  chunks: AsyncIterable<Uint8Array>,
  format: string,
  untold: UntoldRow[],
): AsyncGenerator<Uint8Array, void> {
  const { togglesQuote, toUntold } = format === "csv" ? CSV : format === "text" ? TEXT : NDJSON;
  const decoder = new TextDecoder();
  let row = "";
  let line = "";
  let isQuoted = false;
  for await (const chunk of chunks) {
    yield chunk;
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    line += first;
    for (const next of others) {
      row += `${line}\n`;
      if (togglesQuote(line)) isQuoted = !isQuoted;
      line = next;
      if (isQuoted) continue;
      untold.push(...toUntold(row.trimEnd()));
      row = "";
    }
  }
}

/** How rows are told apart, and which of them say that their output is not known. */
interface RowReader {
  /** True if a quote begins on this line and does not end there, or ends there: the row goes on behind a line within quotes. */
  togglesQuote(line: string): boolean;
  /** @param row without the end of its last line */
  toUntold(row: string): readonly UntoldRow[];
}

const NDJSON: RowReader = {
  togglesQuote: () => false,
  toUntold: (row) => {
    const read: UntoldRow & { readonly isOutputKnown?: boolean } = JSON.parse(row);
    return read.isOutputKnown === false ? [read] : [];
  },
};

const CSV: RowReader = {
  togglesQuote: (line) => line.split('"').length % 2 === 0,
  toUntold: (row) => (row.endsWith(",false") ? toRow(/^([^,]*),([^,]*),([^,]*),/.exec(row)) : []),
};

const TEXT: RowReader = {
  togglesQuote: () => false,
  toUntold: (row) => toRow(/^==> (.*): ([A-Z_]+)(?:, exit code (-?\d+))?, output not known$/.exec(row)),
};

function toRow(match: RegExpExecArray | null): readonly UntoldRow[] {
  if (match === null) return [];
  const [, instanceId = "", status = "", exitCode = ""] = match;
  return [{ instanceId, status, exitCode: exitCode === "" ? null : Number(exitCode) }];
}
