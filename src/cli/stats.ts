import type { StatisticsQuery, StatisticsQueryVariables } from "../client/index.ts";
import { type Context, salvage, tellIncomplete, writeRows } from "./context.ts";
import { readNames } from "./names.ts";
import { tellFailures } from "./sources.ts";
import { fitTable, formatTabs, type Row } from "./table.ts";
import { CommandError, EXIT_CODES, type ExitCode, tell, toLine } from "./terminal/index.ts";

/** A row, and for a server its name if it has one. */
type StatisticsRow = NonNullable<StatisticsQuery["statistics"]>[number] & { readonly name?: string | null };

/** Since when, and what there is a row for. */
export interface StatsOptions {
  readonly since: string;
  readonly by: NonNullable<StatisticsQueryVariables["by"]>;
}

/** How runs went since then: how many, how many failed, and how long they took. */
export async function showStatistics(context: Context, { since, by }: StatsOptions): Promise<ExitCode> {
  const { statistics } = await salvage(context, context.client.statistics({ since, by }));
  if (statistics === null) throw new CommandError("The gateway gave no statistics.");
  await tellMissing(context, statistics);
  const rows = by === "INSTANCE" ? await withNames(context, statistics) : statistics;
  if (context.isJson) writeRows(context, rows, rows);
  else writeStatistics(context, rows, by === "INSTANCE");
  return EXIT_CODES.success;
}

/** Says which sources failed, if any of these rows may lack runs, or there is none that could say so. */
async function tellMissing(context: Context, statistics: readonly StatisticsRow[]): Promise<void> {
  const isLacking = statistics.some(({ isComplete }) => !isComplete);
  if (!isLacking && statistics.length > 0) return;
  const { sources } = await context.client.sources();
  tellFailures(context, sources ?? []);
  if (isLacking && !context.report.isIncomplete) tellIncomplete(context, "not all of these runs are read yet.");
}

async function withNames(context: Context, rows: readonly StatisticsRow[]): Promise<readonly StatisticsRow[]> {
  const names = await readNames(
    context,
    rows.flatMap(({ key }) => key ?? []),
  );
  return rows.map((row) => ({ ...row, name: names.get(row.key ?? "") ?? null }));
}

function writeStatistics(context: Context, statistics: readonly StatisticsRow[], isNamed: boolean): void {
  const { surroundings, style } = context;
  const { output } = surroundings;
  const rows = statistics.map(
    ({ key, name, isRest, intervalStart, count, failedCount, durationMs }): Row => [
      toLine(isRest ? "(the rest)" : (key ?? intervalStart ?? "(none)")),
      ...(isNamed ? [toLine(name ?? "-")] : []),
      String(count),
      failedCount === 0 ? "0" : style.status("FAILED", String(failedCount)),
      formatSeconds(durationMs?.p50),
      formatSeconds(durationMs?.p99),
    ],
  );
  if (!output.isTerminal) output.write(formatTabs(rows));
  else if (rows.length === 0) tell(context, "no run fits.");
  else {
    const titles = ["OF", ...(isNamed ? ["NAME"] : []), "RUNS", "FAILED", "P50", "P99"].map((title) =>
      style.heading(title),
    );
    output.write(fitTable([titles, ...rows], isNamed ? 1 : 0, output.columns));
  }
}

function formatSeconds(ms: number | null | undefined): string {
  return ms == null ? "-" : `${(ms / 1000).toFixed(1)}s`;
}
