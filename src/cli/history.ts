import type { HistoryOfTimedRunQuery, HistoryOfTimedRunQueryVariables } from "../client/index.ts";
import { type Context, salvage, tellMore, writeRows } from "./context.ts";
import { requireRun, type Target, tellGone } from "./find.ts";
import { readNames } from "./instances.ts";
import { type Columns, formatSeconds, writeList } from "./listing.ts";
import { readPages } from "./read-pages.ts";
import { tellFailures } from "./sources.ts";
import { EXIT_CODES, type ExitCode, toLine } from "./terminal/index.ts";

type Page = NonNullable<HistoryOfTimedRunQuery["invocationResults"]>;
/** One execution, with the name of its server if it has one. */
type Execution = NonNullable<Page["nodes"][number]> & { readonly name: string | null };

/** Which executions to list, and how many. */
export interface HistoryOptions {
  /** Only on this server, by id. */
  readonly instanceId: string | undefined;
  readonly limit: number;
}

const EXECUTION_COLUMNS: Columns<Execution> = {
  titles: ["STARTED", "INSTANCE", "NAME", "TIMES", "STATUS", "EXIT", "DURATION"],
  cut: "NAME",
  toRow: ({ startTime, instanceId, name, repeats, status, exitCode, durationMs }, style, time) => [
    time(startTime),
    toLine(instanceId),
    toLine(name ?? "-"),
    String(repeats ?? "-"),
    style.status(status),
    String(exitCode ?? "-"),
    formatSeconds(durationMs),
  ],
};

/** Lists every execution of a run that runs by a schedule, newest first; of another run, the one on each server. */
export async function listHistory(context: Context, target: Target, options: HistoryOptions): Promise<ExitCode> {
  const { provider, account, regionId, invokeId } =
    "stray" in target ? target.stray : await readRun(context, target.id);
  const { executions, hasMore, sources, failure } = await readExecutions(
    context,
    { provider, account, regionId, invokeId, instanceId: options.instanceId ?? null },
    options.limit,
  );
  tellFailures(context, sources, failure);
  if (context.isJson) writeRows(context, executions, executions);
  else writeList(context, executions, EXECUTION_COLUMNS, "no execution is known.");
  if (hasMore) tellMore(context);
  return EXIT_CODES.success;
}

async function readRun(context: Context, id: string) {
  const run = requireRun((await salvage(context, context.client.runStatus({ id }))).node);
  tellGone(context, run);
  return run;
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
