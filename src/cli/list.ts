import type { InvocationFilter, RecentRunsQuery } from "../client/index.ts";
import { type Context, salvage, tellMore, writeRows } from "./context.ts";
import { type PagesWanted, readPages } from "./read-pages.ts";
import { formatSource, tellFailures } from "./sources.ts";
import { fitTable, formatTabs, type Row } from "./table.ts";
import { EXIT_CODES, type ExitCode, type Style, tell, toLine } from "./terminal/index.ts";
import { formatAge } from "./when.ts";

type Page = NonNullable<RecentRunsQuery["invocations"]>;
type Run = NonNullable<Page["nodes"][number]>;

/** Which runs to list, and how many. */
export interface ListOptions extends PagesWanted {
  readonly filter: InvocationFilter;
}

const TITLES = ["TIME", "STATUS", "SOURCE", "RUN", "COMMAND", "INSTANCES"];

/** Column of the command's name, which is cut if a line is wider than the terminal. */
const COMMAND_COLUMN = TITLES.indexOf("COMMAND");

/** Lists runs, newest first: a table for people, tabs in a pipe, or JSON. */
export async function listRuns(context: Context, options: ListOptions): Promise<ExitCode> {
  const { filter } = options;
  const read = async (first: number, after: string | null) =>
    (await salvage(context, context.client.recentRuns({ first, filter, after }))).invocations;
  const { rows: runs, last, sources, hasMore, failure } = await readPages<Run, Page>(options, read);
  tellFailures(context, sources, failure);
  if (context.isJson) writeRows(context, runs, { runs, pageInfo: last.pageInfo, sources: last.sources });
  else writeRuns(context, runs);
  const isWhole = context.isJson && context.fields === null && context.template === null;
  // JSON as a whole says so itself, in `pageInfo`.
  if (hasMore && !isWhole) tellMore(context);
  return EXIT_CODES.success;
}

function writeRuns(context: Context, runs: readonly Run[]): void {
  const { style, surroundings } = context;
  const { output } = surroundings;
  if (!output.isTerminal) output.write(formatTabs(runs.map((run) => toRow(run, style, run.creationTime ?? "-"))));
  else if (runs.length === 0) tell(context, "no run fits.");
  else output.write(formatRuns(runs, style, surroundings.now(), output.columns));
}

/** Runs as a table for people. */
export function formatRuns(runs: readonly Run[], style: Style, now: number, columns: number | null): string {
  const rows = runs.map((run) => toRow(run, style, formatAge(run.creationTime, now)));
  return fitTable([TITLES.map((title) => style.heading(title)), ...rows], COMMAND_COLUMN, columns);
}

function toRow(run: Run, style: Style, time: string): Row {
  return [
    time,
    style.status(run.status),
    formatSource(run),
    toLine(run.invokeId),
    toLine(run.command.name ?? run.command.commandId ?? "-"),
    formatCounts(run.statusCounts, style),
  ];
}

/** How many instances are in each state, such as `297 SUCCESS, 3 FAILED`; `-` for none. */
export function formatCounts(counts: Run["statusCounts"], style: Style): string {
  const parts = counts.map(({ status, count }) => style.status(status, `${count} ${status}`));
  return parts.length === 0 ? "-" : parts.join(", ");
}
