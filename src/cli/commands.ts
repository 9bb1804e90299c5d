import type { Command } from "commander";
import { createClient } from "../client/index.ts";
import { SHELLS, writeCompletion } from "./completion.ts";
import type { Context } from "./context.ts";
import { EXIT_CODES, type ExitCode, toExitCode } from "./exit-code.ts";
import { findRun } from "./find.ts";
import { followOutput } from "./follow-output.ts";
import { findInstance } from "./instances.ts";
import { listRuns } from "./list.ts";
import { openPage } from "./open.ts";
import {
  addListOptions,
  addOutputOptions,
  addScopeOptions,
  addSearchOptions,
  addStatsOptions,
  addWaitOptions,
  type CommonOptions,
  type ListCommandOptions,
  type OutputCommandOptions,
  type RunCommandOptions,
  type ScopeOptions,
  type SearchCommandOptions,
  type StatsCommandOptions,
  toFilter,
  toScope,
} from "./options.ts";
import { printOutputs } from "./output.ts";
import { searchOutputs } from "./search.ts";
import { showRun } from "./show.ts";
import { listSources } from "./sources.ts";
import { showStatistics } from "./stats.ts";
import { createStyle } from "./style.ts";
import type { Surroundings } from "./surroundings.ts";
import { lookAt, waitForRun } from "./wait.ts";

const RUN = "the upstream's id of a run such as t-hz0123, or the gateway's id";

/** Told how the command ended. */
export type End = (exitCode: ExitCode) => void;

/** Work of a command: its words and options to an exit code. */
type Work<Options> = (context: Context, options: Options & CommonOptions, run: string) => Promise<ExitCode>;

/** Adds every command to the program. */
export function addCommands(program: Command, surroundings: Surroundings, end: End): void {
  const act = <Options>(command: Command, work: Work<Options>): void => {
    command.action(async (run: string | undefined) => {
      const options = command.optsWithGlobals<Options & CommonOptions>();
      const context = createContext(options, surroundings);
      const exitCode = await work(context, options, typeof run === "string" ? run : "");
      const isIncomplete = exitCode === EXIT_CODES.success && context.report.isIncomplete;
      end(isIncomplete ? EXIT_CODES.incomplete : exitCode);
    });
  };
  const list = program.command("list").description("list runs, newest first; in a pipe, tabs stand between the fields");
  act<ListCommandOptions>(addListOptions(list, surroundings.now), runList);
  const show = program
    .command("show")
    .description("show one run and how it went on each instance")
    .argument("<run>", RUN);
  act<RunCommandOptions>(addWaitOptions(show.option("--wait", "wait until the run is final")), runShow);
  const output = program.command("output").description("print what a run printed").argument("<run>", RUN);
  act<OutputCommandOptions>(addOutputOptions(output), runOutput);
  const follow = program
    .command("follow")
    .description("wait until a run is final, telling what changes, then show it")
    .argument("<run>", RUN);
  act<RunCommandOptions>(addWaitOptions(follow), (context, options, run) =>
    runShow(context, { ...options, wait: true }, run),
  );
  const search = program
    .command("search")
    .description("who printed this: lines of all outputs that the gateway has read")
    .argument("<text>", "what to look for; capital and small letters are the same");
  act<SearchCommandOptions>(addSearchOptions(search, surroundings.now), runSearch);
  const stats = program.command("stats").description("how runs went: how many, how many failed, how long they took");
  act<StatsCommandOptions>(addStatsOptions(stats, surroundings.now), showStatistics);
  act(program.command("sources").description("list every source and how it fared"), listSources);
  const open = program.command("open").description("open the page of a run, or of all runs").argument("[run]", RUN);
  act<ScopeOptions>(addScopeOptions(open), runOpen);
  program
    .command("completion")
    .description("write a script by which a shell completes this command")
    .argument("<shell>", SHELLS.join(", "))
    .action((shell: string) => surroundings.output.write(writeCompletion(program, shell)));
}

const runList: Work<ListCommandOptions> = async (context, options) => {
  const { instance, limit, after } = options;
  const instanceId = instance && (await findInstance(context, instance, toScope(options)));
  return listRuns(context, { filter: toFilter(options, instanceId), limit, after });
};

const runShow: Work<RunCommandOptions> = async (context, options, run) => {
  const { id, exitCode } = await reach(context, run, options);
  await showRun(context, id);
  return exitCode;
};

const runOutput: Work<OutputCommandOptions> = async (context, options, run) => {
  const { instance, raw = false, group = false, failed = false, tail, follow = false, interval, timeout } = options;
  const selection = { instance, isFailedOnly: failed, tail };
  if (follow && !context.isJson) {
    const id = await findRun(context, run, toScope(options), true);
    return followOutput(context, id, { ...selection, intervalMs: interval, timeoutMs: timeout });
  }
  const { id, exitCode } = await reach(context, run, { ...options, wait: options.wait || follow });
  await printOutputs(context, id, { ...selection, isRaw: raw, isGrouped: group });
  return exitCode;
};

const runSearch: Work<SearchCommandOptions> = (context, { regex = false, since = null, limit }, text) =>
  searchOutputs(context, { text, isPattern: regex, since, limit });

const runOpen: Work<ScopeOptions> = async (context, options, run) =>
  openPage(context, options.url, run === "" ? null : await findRun(context, run, toScope(options)));

/** Finds the run and waits for it if that was asked for. */
async function reach(
  context: Context,
  run: string,
  options: RunCommandOptions,
): Promise<{ id: string; exitCode: ExitCode }> {
  const id = await findRun(context, run, toScope(options), options.wait);
  if (!options.wait) return { id, exitCode: EXIT_CODES.success };
  const wait = { intervalMs: options.interval, timeoutMs: options.timeout };
  return { id, exitCode: toExitCode(await waitForRun(context, lookAt(context, id), wait)) };
}

function createContext(options: CommonOptions, surroundings: Surroundings): Context {
  const { url, header, json = false, color, fields = null } = options;
  const hasColours = color && surroundings.output.isTerminal && !surroundings.environment.NO_COLOR;
  const token = options.token ?? (surroundings.environment.CLOUD_ASSISTANT_TOKEN || undefined);
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...header };
  return {
    client: createClient({ url, headers }),
    surroundings,
    style: createStyle(hasColours),
    hasColours,
    isJson: json,
    fields,
    report: { isIncomplete: false },
  };
}
