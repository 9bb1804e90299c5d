import type { HistoryOfTimedRunQuery, HistoryOfTimedRunQueryVariables } from "../client/index.ts";
import { type Context, salvage, tellMore, writeRows } from "./context.ts";
import { requireRun } from "./find.ts";
import { readNames } from "./names.ts";
import { readPages } from "./read-pages.ts";
import { tellFailures } from "./sources.ts";
import { fitTable, formatTabs, type Row } from "./table.ts";
import { EXIT_CODES, type ExitCode, type Style, tell, toLine } from "./terminal/index.ts";
import { formatAge } from "./when.ts";

type Page = NonNullable<HistoryOfTimedRunQuery["invocationResults"]>;
/** One execution, with the name of its server if it has one. */
type Execution = NonNullable<Page["nodes"][number]> & { readonly name: string | null };

/** Which executions to list, and how many. */
export interface HistoryOptions {
  /** Only on this server, by id. */
  readonly instanceId: string | undefined;
  readonly limit: number;
}

/** Column of the server's name, which is cut if a line is wider than the terminal. */
const NAME_COLUMN = 2;

/** Lists every execution of a run that runs by a schedule, newest first; of another run, the one on each server. */
export async function listHistory(context: Context, id: string, options: HistoryOptions): Promise<ExitCode> {
  const { node } = await salvage(context, context.client.runStatus({ id }));
  const { provider, account, regionId, invokeId } = requireRun(node);
  const { executions, hasMore, sources, failure } = await readExecutions(
    context,
    { provider, account, regionId, invokeId, instanceId: options.instanceId ?? null },
    options.limit,
  );
  tellFailures(context, sources, failure);
  if (context.isJson) writeRows(context, executions, executions);
  else writeExecutions(context, executions);
  if (hasMore) tellMore(context);
  return EXIT_CODES.success;
}

async function readExecutions(context: Context, run: HistoryOfTimedRunQueryVariables, limit: number) {
  const read = async (first: number, after: string | null) =>
    (await salvage(context, context.client.historyOfTimedRun({ ...run, withOutput: false, first, after })))
      .invocationResults;
  const { rows, ...pages } = await readPages<NonNullable<Page["nodes"][number]>, Page>({ limit }, read);
  const names = await readNames(
    context,
    rows.map(({ instanceId }) => instanceId),
  );
  return {
    executions: rows.map((one): Execution => ({ ...one, name: names.get(one.instanceId) ?? null })),
    ...pages,
  };
}

function writeExecutions(context: Context, executions: readonly Execution[]): void {
  const { surroundings, style } = context;
  const { output } = surroundings;
  if (!output.isTerminal) output.write(formatTabs(executions.map((one) => toRow(one, style, one.startTime ?? "-"))));
  else if (executions.length === 0) tell(context, "no execution is known.");
  else {
    const titles = ["STARTED", "INSTANCE", "NAME", "TIMES", "STATUS", "EXIT", "DURATION"];
    const rows = executions.map((one) => toRow(one, style, formatAge(one.startTime, surroundings.now())));
    output.write(fitTable([titles.map((title) => style.heading(title)), ...rows], NAME_COLUMN, output.columns));
  }
}

function toRow(
  { instanceId, name, repeats, status, exitCode, durationMs }: Execution,
  style: Style,
  time: string,
): Row {
  return [
    time,
    toLine(instanceId),
    toLine(name ?? "-"),
    repeats === null ? "-" : String(repeats),
    style.status(status),
    exitCode === null ? "-" : String(exitCode),
    durationMs === null ? "-" : `${durationMs / 1000} s`,
  ];
}
