import type { StatisticsQuery, StatisticsQueryVariables } from "../client/index.ts";
import { type Context, salvage, tell, tellIncomplete, writeRows } from "./context.ts";
import { CommandError, EXIT_CODES, type ExitCode } from "./exit-code.ts";
import { toLine } from "./style.ts";
import { fitTable, formatTabs, type Row } from "./table.ts";

type StatisticsRow = NonNullable<StatisticsQuery["statistics"]>[number];

/** Since when, and what there is a row for. */
export interface StatsOptions {
  readonly since: string;
  readonly by: NonNullable<StatisticsQueryVariables["by"]>;
}

/** How runs went since then: how many, how many failed, and how long they took. */
export async function showStatistics(context: Context, { since, by }: StatsOptions): Promise<ExitCode> {
  const { statistics } = await salvage(context, context.client.statistics({ since, by }));
  if (statistics === null) throw new CommandError("The gateway gave no statistics.");
  if (statistics.some(({ isComplete }) => !isComplete)) tellIncomplete(context, "not all of these runs are read yet.");
  if (context.isJson) writeRows(context, statistics, statistics);
  else writeStatistics(context, statistics);
  return EXIT_CODES.success;
}

function writeStatistics(context: Context, statistics: readonly StatisticsRow[]): void {
  const { surroundings, style } = context;
  const { output } = surroundings;
  const rows = statistics.map(
    ({ key, isRest, intervalStart, count, failedCount, durationMs }): Row => [
      toLine(isRest ? "(the rest)" : (key ?? intervalStart ?? "(none)")),
      String(count),
      failedCount === 0 ? "0" : style.status("FAILED", String(failedCount)),
      formatSeconds(durationMs?.p50),
      formatSeconds(durationMs?.p99),
    ],
  );
  if (!output.isTerminal) output.write(formatTabs(rows));
  else if (rows.length === 0) tell(context, "no run fits.");
  else {
    const titles = ["OF", "RUNS", "FAILED", "P50", "P99"].map((title) => style.heading(title));
    output.write(fitTable([titles, ...rows], 0, output.columns));
  }
}

function formatSeconds(ms: number | null | undefined): string {
  return ms == null ? "-" : `${(ms / 1000).toFixed(1)}s`;
}
