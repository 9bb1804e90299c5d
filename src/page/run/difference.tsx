import { ScrollBox } from "../parts/scroll-box.tsx";
import { compareLines } from "../text/difference.ts";
import { type SideRow, toSideRows } from "../text/side-rows.ts";
import { useWords } from "../words/words.ts";

const MOST_ROWS = 400;

/** Two outputs side by side; on narrow screens one below the other, line by line. */
export function Difference({ left, right }: { readonly left: string; readonly right: string }) {
  const words = useWords();
  const lines = compareLines(left, right);
  if (lines === null) return <p class="muted">{words.groups.tooDifferent}</p>;
  if (lines.every(({ kind }) => kind === "same")) return <p class="muted">{words.groups.same}</p>;
  return (
    <ScrollBox class="difference" label={words.groups.compare}>
      <div class="sides muted">
        <span>− {words.groups.onlyLeft}</span>
        <span>+ {words.groups.onlyRight}</span>
      </div>
      {toSideRows(lines)
        .slice(0, MOST_ROWS)
        .map((row, index) => (
          <Sides key={index} row={row} />
        ))}
    </ScrollBox>
  );
}

function Sides({ row }: { readonly row: SideRow }) {
  const words = useWords();
  if (row.kind === "fold") return <div class="fold-row muted">⋯ {words.groups.unchanged(row.count)}</div>;
  return (
    <div class={`sides ${row.kind}`}>
      <Side text={row.left} mark={row.kind === "changed" ? "−" : " "} />
      <Side text={row.right} mark={row.kind === "changed" ? "+" : " "} />
    </div>
  );
}

function Side({ text, mark }: { readonly text: string | null; readonly mark: string }) {
  if (text === null) return <span class="side absent" />;
  return (
    <span class="side">
      <span class="mark-sign">{mark}</span>
      <span class="side-text">{text}</span>
    </span>
  );
}
