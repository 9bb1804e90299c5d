import { useMemo } from "preact/hooks";
import { readAnsi, type StyledText } from "../text/ansi.ts";
import { layOut, type TextRows, UNWRAPPED_COLUMNS } from "../text/text-rows.ts";
import { useColumns } from "./use-columns.ts";

/** An output made ready to be drawn row by row. */
export interface PreparedText {
  readonly styled: StyledText;
  readonly rows: TextRows;
  /** Of a row. */
  readonly columns: number;
}

/** Reads the colours of the text, and lays it out for the width of `frame`; again only when one of them changes. */
export function usePreparedText(
  raw: string,
  isWrapped: boolean,
  frame: { readonly current: HTMLElement | null },
): PreparedText {
  const styled = useMemo(() => readAnsi(raw), [raw]);
  const fitting = useColumns(frame, String(styled.text.length).length);
  const columns = isWrapped ? fitting : UNWRAPPED_COLUMNS;
  const rows = useMemo(() => layOut(styled.text, columns), [styled, columns]);
  return { styled, rows, columns };
}
