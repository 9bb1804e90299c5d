import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useKeys } from "../parts/keys.ts";
import { type RowsControl, VirtualRows } from "../parts/virtual-rows.tsx";
import { recall, remember } from "../state/preferences.ts";
import { readAnsi } from "../text/ansi.ts";
import { boundText, MAX_SHOWN_CHARACTERS } from "../text/bounded.ts";
import { layOut, UNWRAPPED_COLUMNS } from "../text/text-rows.ts";
import { useWords } from "../words/words.ts";
import { OutputNotes } from "./output-notes.tsx";
import { OutputRow } from "./output-row.tsx";
import { OutputTools } from "./output-tools.tsx";
import type { ServerOutput } from "./output-view.tsx";
import { useColumns } from "./use-columns.ts";
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
  const bounded = useMemo(() => boundText(raw, MAX_SHOWN_CHARACTERS), [raw]);
  const styled = useMemo(() => readAnsi(bounded.text), [bounded]);
  const columns = useColumns(frame, String(styled.text.length).length);
  const rows = useMemo(
    () => layOut(styled.text, isWrapped ? columns : UNWRAPPED_COLUMNS),
    [styled, isWrapped, columns],
  );
  const search = useSearch(styled.text, (offset) => control.current?.show(rows.rowAt(offset), "middle"));
  const toEnd = (): void => control.current?.show(rows.rowCount - 1, "end");
  useEffect(() => (follows ? toEnd() : undefined), [rows, follows]);
  useEffect(
    () => (line === null ? undefined : control.current?.show(rows.rowOfLine(line), "start")),
    [line, columns > 0],
  );
  const wrap = (): void => {
    remember("wrap", isWrapped ? "off" : "on");
    setIsWrapped(!isWrapped);
  };
  useOutputKeys({ control, rowCount: rows.rowCount, wrap, follow: () => setFollows(!follows) });
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
      <OutputNotes server={server} hidden={bounded.hidden} />
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

function useOutputKeys(keys: {
  readonly control: { readonly current: RowsControl | null };
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
