import type { StatisticsQuery, StatisticsQueryVariables } from "../client/index.ts";
import { type Context, salvage, tellIncomplete, writeRows } from "./context.ts";
import { readNames } from "./instances.ts";
import { type Columns, writeList } from "./listing.ts";
import { tellFailures } from "./sources.ts";
import { CommandError, EXIT_CODES, type ExitCode, toLine } from "./terminal/index.ts";

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
  else writeList(context, rows, columnsOf(by === "INSTANCE"), "no run fits.");
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

function columnsOf(isNamed: boolean): Columns<StatisticsRow> {
  return {
    titles: ["OF", ...(isNamed ? ["NAME"] : []), "RUNS", "FAILED", "P50", "P99"],
    cut: isNamed ? "NAME" : "OF",
    toRow: ({ key, name, isRest, intervalStart, count, failedCount, durationMs }, style) => [
      toLine(isRest ? "(the rest)" : (key ?? intervalStart ?? "(none)")),
      ...(isNamed ? [toLine(name ?? "-")] : []),
      String(count),
      failedCount === 0 ? "0" : style.status("FAILED", String(failedCount)),
      formatTenths(durationMs?.p50),
      formatTenths(durationMs?.p99),
    ],
  };
}

function formatTenths(ms: number | null | undefined): string {
  return ms == null ? "-" : `${(ms / 1000).toFixed(1)}s`;
}
