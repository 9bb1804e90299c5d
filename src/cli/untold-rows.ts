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
  const { end, isWhole, toUntold } = format === "csv" ? CSV : format === "text" ? TEXT : NDJSON;
  const decoder = new TextDecoder();
  let row = "";
  for await (const chunk of chunks) {
    yield chunk;
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split(end);
    row += first;
    for (const line of others) {
      if (isWhole(row)) untold.push(...toUntold(row));
      row = isWhole(row) ? line : row + end + line;
    }
  }
}

/** How rows are told apart, and which of them say that their output is not known. */
interface RowReader {
  readonly end: string;
  /** False if the row goes on behind this end. */
  isWhole(row: string): boolean;
  toUntold(row: string): readonly UntoldRow[];
}

const NDJSON: RowReader = {
  end: "\n",
  isWhole: () => true,
  toUntold: (row) => {
    const read: UntoldRow & { readonly isOutputKnown?: boolean } = JSON.parse(row);
    return read.isOutputKnown === false ? [read] : [];
  },
};

const CSV: RowReader = {
  end: "\r\n",
  // An end within quotes is a part of an output.
  isWhole: (row) => row.split('"').length % 2 === 1,
  toUntold: (row) => (row.endsWith(",false") ? toRow(/^([^,]*),([^,]*),([^,]*),/.exec(row)) : []),
};

const TEXT: RowReader = {
  end: "\n",
  isWhole: () => true,
  toUntold: (row) => toRow(/^==> (.*): ([A-Z_]+)(?:, exit code (-?\d+))?, output not known$/.exec(row)),
};

function toRow(match: RegExpExecArray | null): readonly UntoldRow[] {
  if (match === null) return [];
  const [, instanceId = "", status = "", exitCode = ""] = match;
  return [{ instanceId, status, exitCode: exitCode === "" ? null : Number(exitCode) }];
}
