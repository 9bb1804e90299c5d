import type { InvocationFilter, RecentRunsQuery } from "../client/index.ts";
import { type Context, salvage, tellMore, writeRows } from "./context.ts";
import { type Columns, writeList } from "./listing.ts";
import { type PagesWanted, readPages } from "./read-pages.ts";
import { formatSource, tellFailures } from "./sources.ts";
import { EXIT_CODES, type ExitCode, type Style, toLine } from "./terminal/index.ts";

type Page = NonNullable<RecentRunsQuery["invocations"]>;
type Run = NonNullable<Page["nodes"][number]>;

/** Which runs to list, and how many. */
export interface ListOptions extends PagesWanted {
  readonly filter: InvocationFilter;
}

/** How runs are listed. */
export const RUN_COLUMNS: Columns<Run> = {
  titles: ["TIME", "STATUS", "SOURCE", "RUN", "COMMAND", "INSTANCES"],
  cut: "COMMAND",
  toRow: (run, style, time) => [
    time(run.creationTime),
    style.status(run.status),
    formatSource(run),
    toLine(run.invokeId),
    toLine(run.command.name ?? run.command.commandId ?? "-"),
    formatCounts(run.statusCounts, style),
  ],
};

/** Lists runs, newest first: a table for people, tabs in a pipe, or JSON. */
export async function listRuns(context: Context, options: ListOptions): Promise<ExitCode> {
  const { filter } = options;
  const read = async (first: number, after: string | null) =>
    (await salvage(context, context.client.recentRuns({ first, filter, after }))).invocations;
  const { rows: runs, last, sources, hasMore, failure } = await readPages<Run, Page>(options, read);
  tellFailures(context, sources, failure);
  if (context.isJson) writeRows(context, runs, { runs, pageInfo: last.pageInfo, sources: last.sources });
  else writeList(context, runs, RUN_COLUMNS, "no run fits.");
  const isWhole = context.isJson && context.fields === null && context.template === null;
  // JSON as a whole says so itself, in `pageInfo`.
  if (hasMore && !isWhole) tellMore(context);
  return EXIT_CODES.success;
}

/** How many instances are in each state, such as `297 SUCCESS, 3 FAILED`; `-` for none. */
export function formatCounts(counts: Run["statusCounts"], style: Style): string {
  const parts = counts.map(({ status, count }) => style.status(status, `${count} ${status}`));
  return parts.length === 0 ? "-" : parts.join(", ");
}
