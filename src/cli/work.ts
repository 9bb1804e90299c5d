import { GatewayError, type InvocationFilter } from "../client/index.ts";
import { mayPass, SHORTEST_LOOK_MS } from "../client/patience.ts";
import { type Context, salvage, type Work } from "./context.ts";
import { exportRows } from "./export.ts";
import { findRun, requireListed, type Target, type Wait } from "./find.ts";
import { followOutput } from "./follow-output.ts";
import { listHistory } from "./history.ts";
import { findInstance } from "./instances.ts";
import { listRuns, RUN_COLUMNS } from "./list.ts";
import { formatList } from "./listing.ts";
import {
  type ExportCommandOptions,
  type FilterOptions,
  type HistoryCommandOptions,
  type ListCommandOptions,
  type OutputCommandOptions,
  type RunCommandOptions,
  type ScopeOptions,
  toFilter,
  toScope,
} from "./options.ts";
import { printOutputs } from "./output.ts";
import { showRun } from "./show.ts";
import { type Scope, tellFailures } from "./sources.ts";
import { CommandError, createStyle, EXIT_CODES, type ExitCode, pick, tell, toExitCode } from "./terminal/index.ts";
import { lookAt, timeIsUp, waitForRun } from "./wait.ts";

/** `list`. */
export const runList: Work<ListCommandOptions> = async (context, options) => {
  const { limit, after } = options;
  return listRuns(context, { filter: await readFilter(context, options), limit, after });
};

/** `show`. */
export const runShow: Work<RunCommandOptions> = async (context, options, run) => {
  const { target, exitCode } = await reach(context, run, options);
  await showRun(context, target);
  return exitCode;
};

/** `follow`. */
export const runFollow: Work<RunCommandOptions> = (context, options, run) =>
  runShow(context, { ...options, wait: true }, run);

/** `output`. */
export const runOutput: Work<OutputCommandOptions> = async (context, options, run) => {
  const { instance, raw = false, group = false, failed = false, tail, follow = false, interval } = options;
  const selection = { instance, isFailedOnly: failed, tail };
  if (follow && !context.isJson) {
    const { target, timeoutMs } = await findAwaited(context, run, options);
    return followOutput(context, target, { ...selection, intervalMs: interval, timeoutMs });
  }
  const { target, exitCode } = await reach(context, run, { ...options, wait: options.wait || follow });
  await printOutputs(context, target, { ...selection, isRaw: raw, isGrouped: group });
  return exitCode;
};

/** `history`. */
export const runHistory: Work<HistoryCommandOptions> = async (context, options, run) => {
  const target = await find(context, run, options);
  const instanceId = await findInstance(context, options.instance, toScope(options));
  return listHistory(context, target, { instanceId, limit: options.limit });
};

/** `export`. */
export const runExport: Work<ExportCommandOptions> = async (context, options, run) => {
  const { format, output: file } = options;
  const of =
    run === ""
      ? { filter: await readFilter(context, options) }
      : { id: requireListed(await findRun(context, run, toScope(options))) };
  return exportRows(context, { of, format, file });
};

/** `open`: the page of a run, or of all runs, in the browser; its address if there is none, or in a pipe. */
export const runOpen: Work<ScopeOptions> = async (context, options, run) => {
  const { output, openBrowser } = context.surroundings;
  const id = run === "" ? null : requireListed(await findRun(context, run, toScope(options)));
  const path = id === null ? "/" : `/runs/${encodeURIComponent(id)}`;
  const url = new URL(path, options.url).href;
  if (!output.isTerminal || !(await openBrowser(url))) output.write(`${url}\n`);
  else tell(context, `opened ${url}`);
  return EXIT_CODES.success;
};

async function readFilter(context: Context, options: FilterOptions): Promise<InvocationFilter> {
  return toFilter(options, await findInstance(context, options.instance, toScope(options)));
}

/** Finds the run and waits for it if that was asked for. */
async function reach(
  context: Context,
  run: string,
  options: RunCommandOptions,
): Promise<{ target: Target; exitCode: ExitCode }> {
  if (!options.wait) return { target: await find(context, run, options), exitCode: EXIT_CODES.success };
  const { target, timeoutMs } = await findAwaited(context, run, options);
  const wait = { intervalMs: options.interval, timeoutMs };
  return { target, exitCode: toExitCode(await waitForRun(context, lookAt(context, target), wait)) };
}

/** The run that was named, or else the one that a person picks. */
function find(context: Context, run: string, options: ScopeOptions, wait?: Wait): Promise<Target> {
  const scope = toScope(options);
  return run === "" ? pickRun(context, scope) : findRun(context, run, scope, wait);
}

/** The same for a run that is waited for, with what is left of the time. While a person picks, it stands still. */
async function findAwaited(context: Context, run: string, options: RunCommandOptions) {
  const { timeout: timeoutMs } = options;
  if (run === "") return { target: await find(context, run, options), timeoutMs };
  const { now, expire } = context.surroundings;
  const startedAt = now();
  const inTime = expire(Math.max(timeoutMs, SHORTEST_LOOK_MS));
  try {
    const target = await find(context, run, options, { timeoutMs, inTime });
    return { target, timeoutMs: timeoutMs - (now() - startedAt) };
  } catch (error) {
    const isUp = now() - startedAt >= timeoutMs && mayPass(error);
    if (!isUp && !inTime.aborted) throw error;
    throw await timeIsUp(context, null, error instanceof GatewayError ? error : null);
  }
}

const OFFERED = 20;

/**
 * The run that a person picks from the newest ones.
 * @throws CommandError if nobody can be asked, or there is none
 */
async function pickRun(context: Context, scope: Scope): Promise<Target> {
  const { client, surroundings, hasColours } = context;
  if (!surroundings.canAsk) throw new CommandError("`<run>`: expected a value, it is missing.");
  const { invocations: page } = await salvage(context, client.recentRuns({ first: OFFERED, filter: scope }));
  const runs = page?.nodes.filter((run) => run !== null) ?? [];
  tellFailures(context, page?.sources ?? []);
  if (runs.length === 0) throw new CommandError("No run is known.");
  const { columns } = surroundings.errors;
  const style = createStyle(hasColours);
  const numberWidth = 4;
  const table = formatList(runs, RUN_COLUMNS, style, surroundings.now(), columns && Math.max(1, columns - numberWidth));
  const picked = await pick(context, "Which run", table.trimEnd().split("\n").slice(1));
  const run = picked === null ? undefined : runs[picked];
  if (run === undefined) throw new CommandError("Nothing was picked.");
  return { id: run.id };
}
