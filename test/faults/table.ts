import type { Failure, FaultRow, FaultSection } from "./row.ts";

const HEAD =
  "| fault of ECS cn-hangzhou | what users get of it | attempts for a page | then for one run | remark |\n|---|---|---|---|---|";

/** The table of docs/faults.md, one heading a section. */
export function renderFaults(sections: readonly FaultSection[]): string {
  return sections.map(({ title, rows }) => [`### ${title}`, "", HEAD, ...rows.map(renderRow)].join("\n")).join("\n\n");
}

function renderRow(row: FaultRow): string {
  const [page, one] = row.calls;
  return `| ${[row.fault, renderAnswer(row), page, renderOne(row, one), row.remark ?? ""].join(" | ")} |`.replaceAll(
    "  ",
    " ",
  );
}

function renderAnswer({ list, isEmpty = false }: FaultRow): string {
  if (list === null) return isEmpty ? "no rows and no error" : "every row";
  return `no rows; ${renderFailure(list)}`;
}

function renderFailure({ code, says, retryable }: Failure): string {
  return `\`${code}\`: ${says.replace(", request id ID", "")}${retryable ? "; retryable" : ""}`;
}

function renderOne({ one, isEmpty = false, isGone = isEmpty }: FaultRow, calls: number): string {
  if (one !== null) return `${calls}, null with \`${one.graphqlCode ?? `UPSTREAM_${one.code}`}\``;
  if (isGone) return `${calls}, null without an error`;
  return calls === 0 ? "0, from the cache" : String(calls);
}
