import { useEffect, useRef, useState } from "preact/hooks";
import { type RowsControl, VirtualRows } from "../parts/virtual-rows.tsx";
import { recall, remember } from "../state/preferences.ts";
import { useWords } from "../words/words.ts";
import { useOutputKeys } from "./output-keys.ts";
import { OutputNotes } from "./output-notes.tsx";
import { OutputRow } from "./output-row.tsx";
import { OutputTools } from "./output-tools.tsx";
import type { ServerOutput } from "./server-output.ts";
import { usePreparedText } from "./use-prepared-text.ts";
import { useSearch } from "./use-search.ts";

const ROW_HEIGHT = 20;

/** The text with line numbers, colours and marks; follows its end while the run prints, unless the reader scrolled up. */
export function OutputReader({ server, line }: { readonly server: ServerOutput; readonly line: number | null }) {
  const words = useWords();
  const [isWrapped, setIsWrapped] = useState(recall("wrap") !== "off");
  const [follows, setFollows] = useState(!server.isFinal && line === null);
  const control = useRef<RowsControl>(null);
  const frame = useRef<HTMLDivElement>(null);
  const raw = server.result?.output?.text ?? "";
  const { styled, rows, columns } = usePreparedText(raw, isWrapped, frame);
  const search = useSearch(styled.text, (offset) => control.current?.show(rows.rowAt(offset), "middle"));
  const toEnd = (): void => control.current?.show(rows.rowCount - 1, "end");
  useEffect(() => (follows ? toEnd() : undefined), [rows, follows]);
  useEffect(() => (line === null ? undefined : control.current?.show(rows.rowOfLine(line), "start")), [line, columns]);
  const wrap = (): void => {
    remember("wrap", isWrapped ? "off" : "on");
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
