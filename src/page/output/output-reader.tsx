import type { GraphQLFailure } from "cloud-assistant-gateway/client";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useKeys } from "../parts/keys.ts";
import { Shape } from "../parts/status.tsx";
import { type RowsControl, type RowsHandle, VirtualRows } from "../parts/virtual-rows.tsx";
import { browserStore } from "../storage/storage.ts";
import type { StyledText } from "../text/ansi.ts";
import { cutRow } from "../text/segments.ts";
import type { TextRows } from "../text/text-rows.ts";
import { useWords } from "../words/words.ts";
import { type ServerOutput, saveExport } from "./download.ts";
import { OutputTools } from "./output-tools.tsx";
import { usePreparedText } from "./use-prepared-text.ts";
import { type Search, useSearch } from "./use-search.ts";

const ROW_HEIGHT = 20;

/** The text with line numbers, colours and marks; follows its end while the run prints, unless the reader scrolled up. */
export function OutputReader({ server, line }: { readonly server: ServerOutput; readonly line: number | null }) {
  const words = useWords();
  const [isWrapped, setIsWrapped] = useState(browserStore.recall("wrap") !== "off");
  const [follows, setFollows] = useState(!server.isFinal && line === null);
  const control = useRef<RowsControl>(null);
  const frame = useRef<HTMLDivElement>(null);
  const raw = server.result?.output?.text ?? "";
  const { styled, rows, columns } = usePreparedText(raw, isWrapped, frame);
  const search = useSearch(styled.text, (offset) => control.current?.show(rows.rowAt(offset), "middle"));
  const toEnd = (): void => control.current?.show(rows.rowCount - 1, "end");
  useLayoutEffect(() => (follows ? toEnd() : undefined), [rows, follows]);
  useLayoutEffect(() => {
    if (line !== null) control.current?.show(rows.rowOfLine(line), "start");
  }, [line, columns]);
  const wrap = (): void => {
    browserStore.keep("wrap", isWrapped ? "off" : "on");
    setIsWrapped(!isWrapped);
  };
  useOutputKeys({ control, rowCount: rows.rowCount, wrap, follow: () => setFollows(!follows) });
  if (raw === "" && server.isFinal) return <OutputNotes server={server} />;
  return (
    <>
      <OutputTools
        server={server}
        raw={raw}
        lineCount={rows.lineCount}
        search={search}
        isWrapped={isWrapped}
        follows={follows}
        onWrap={wrap}
        onFollow={() => setFollows(!follows)}
      />
      <OutputNotes server={server} />
      <div class={`output-text ${isWrapped ? "wrapped" : ""}`} ref={frame}>
        <VirtualRows
          label={words.output.title}
          control={control}
          count={rows.rowCount}
          rowHeight={ROW_HEIGHT}
          row={(index) => (
            <OutputRow key={index} index={index} rows={rows} styled={styled} search={search} line={line} />
          )}
          onMove={(_, isAtEnd) => !server.isFinal && setFollows(isAtEnd)}
        />
      </div>
    </>
  );
}

/** One row of an output: its line's number, which is the line's link, and its text in text nodes only. */
function OutputRow(props: {
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

/** What the reader has to know about the text: bytes that are gone, bytes that could not be read, nothing printed. */
function OutputNotes({ server }: { readonly server: ServerOutput }) {
  const words = useWords().output;
  const output = server.result?.output ?? null;
  const dropped = output?.droppedBytes ?? 0;
  const notes = [
    ...(dropped > 0 ? [words.gone(dropped)] : []),
    ...(output?.lossy === true ? [words.lossy(output.charset)] : []),
  ];
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="notice mixed">
          <Shape tone="mixed" /> <span>{note}</span>
        </p>
      ))}
      {server.refusal !== null && <Refusal server={server} refusal={server.refusal} />}
      {server.refusal === null && (output === null || output.text === "") && (
        <p class="blank">{nothingOf(server, words)}</p>
      )}
    </>
  );
}

/** An output that there is, and that does not come. */
function Refusal({ server, refusal }: { readonly server: ServerOutput; readonly refusal: GraphQLFailure }) {
  const words = useWords().output;
  const isTooLarge = refusal.code === "LIMIT_EXCEEDED";
  return (
    <div class="blank" role="alert">
      <p>{isTooLarge ? words.tooLarge : refusal.code === "FORBIDDEN" ? words.forbidden : refusal.message}</p>
      {isTooLarge && (
        <button type="button" onClick={() => void saveExport(server)}>
          {words.download}
        </button>
      )}
    </div>
  );
}

/** States of an instance on which the command was never executed. */
const NEVER_RAN: ReadonlySet<string> = new Set(["ERROR", "INVALID", "CANCELLED"]);

function nothingOf(server: ServerOutput, words: ReturnType<typeof useWords>["output"]): string {
  if (!server.isFinal) return words.nothingYet;
  if (server.result?.isOutputKnown === false) return words.untold;
  return server.startTime === null || NEVER_RAN.has(server.status) ? words.noOutput : words.nothing;
}

/** Keys that move within an output, as pagers have them, and its two switches. */
function useOutputKeys(keys: {
  readonly control: RowsHandle;
  readonly rowCount: number;
  wrap(): void;
  follow(): void;
}): void {
  const show = (row: number): void =>
    keys.control.current?.show(Math.min(Math.max(row, 0), keys.rowCount - 1), "start");
  const first = (): number => Math.round(keys.control.current?.first() ?? 0);
  const page = (): number => keys.control.current?.page() ?? 1;
  useKeys({
    j: () => show(first() + 1),
    k: () => show(first() - 1),
    " ": () => show(first() + page() - 1),
    g: () => show(0),
    G: () => show(keys.rowCount - 1),
    w: keys.wrap,
    f: keys.follow,
  });
}
