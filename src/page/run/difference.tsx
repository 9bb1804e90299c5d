import { useMemo } from "preact/hooks";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { type Group, nameOf } from "../state/output-groups.ts";
import { compareLines } from "../text/difference.ts";
import { type SideRow, toSideRows } from "../text/side-rows.ts";
import { useWords } from "../words/words.ts";

const MOST_ROWS = 400;

/** What two groups printed, side by side; on narrow screens one below the other, line by line. */
export function Difference({ left, right }: { readonly left: Group; readonly right: Group }) {
  const words = useWords().groups;
  const lines = useMemo(() => compareLines(left.text, right.text), [left.text, right.text]);
  const rows = useMemo(() => toSideRows(lines ?? []), [lines]);
  if (lines === null) return <p class="muted">{words.tooDifferent}</p>;
  if (lines.every(({ kind }) => kind === "same")) return <p class="muted">{words.same}</p>;
  const more = rows.length - MOST_ROWS;
  return (
    <ScrollBox class="difference" label={words.compare}>
      <div class="sides muted">
        <SideName sign="−" group={left} />
        <SideName sign="+" group={right} />
      </div>
      {rows.slice(0, MOST_ROWS).map((row, index) => (
        <Sides key={index} row={row} />
      ))}
      {more > 0 && <p class="fold-row muted">{words.moreLines(more)}</p>}
    </ScrollBox>
  );
}

function SideName({ sign, group }: { readonly sign: string; readonly group: Group }) {
  const words = useWords().groups;
  const [first] = group.instanceInvocations;
  return (
    <span>
      {sign} <bdi>{first !== undefined && nameOf(first)}</bdi> {group.count > 1 && words.andMore(group.count - 1)}
    </span>
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
