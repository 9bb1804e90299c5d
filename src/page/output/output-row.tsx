import type { StyledText } from "../text/ansi.ts";
import { cutRow } from "../text/segments.ts";
import type { TextRows } from "../text/text-rows.ts";
import { useWords } from "../words/words.ts";
import type { Search } from "./use-search.ts";

/** One row of an output: its line's number, which is the line's link, and its text in text nodes only. */
export function OutputRow(props: {
  readonly index: number;
  readonly rows: TextRows;
  readonly styled: StyledText;
  readonly search: Search;
  readonly line: number | null;
}) {
  const words = useWords();
  const { index, rows, styled, search, line } = props;
  const { start, end } = rows.range(index);
  const lineNumber = rows.lineNumberAt(index);
  const isLinked = line !== null && index >= rows.rowOfLine(line) && index < rowAfter(rows, line);
  return (
    <div class={`text-row ${isLinked ? "linked" : ""}`}>
      {lineNumber === null ? (
        <span class="line-number" />
      ) : (
        <a class="line-number" href={`#L${lineNumber}`} tabIndex={-1} aria-label={words.output.line(lineNumber)}>
          {lineNumber}
        </a>
      )}
      <span class="line-text">
        {cutRow(styled, search.matches, start, end).map(({ text, look, match }, at) =>
          match === null ? (
            <span key={at} class={look}>
              {text}
            </span>
          ) : (
            <mark key={at} class={match === search.current ? "current" : ""}>
              {text}
            </mark>
          ),
        )}
      </span>
    </div>
  );
}

function rowAfter(rows: TextRows, line: number): number {
  return line < rows.lineCount ? rows.rowOfLine(line + 1) : rows.rowCount;
}
