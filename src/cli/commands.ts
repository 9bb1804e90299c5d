import type { Command } from "commander";
import { SHELLS, writeCompletion } from "./completion.ts";
import { type CommonOptions, createContext, type Work } from "./context.ts";
import { explainFailure } from "./explain.ts";
import {
  addExportOptions,
  addHistoryOptions,
  addListOptions,
  addOutputOptions,
  addScopeOptions,
  addSearchOptions,
  addStatsOptions,
  addWaitOptions,
  type ScopeOptions,
} from "./options.ts";
import { requireSources } from "./require-sources.ts";
import { searchOutputs } from "./search.ts";
import { type LoginOptions, login, logout } from "./sign-in/index.ts";
import { listSources } from "./sources.ts";
import { showStatistics } from "./stats.ts";
import { CommandError, EXIT_CODES, type ExitCode, type Surroundings } from "./terminal/index.ts";
import { runExport, runFollow, runHistory, runList, runOpen, runOutput, runShow } from "./work.ts";

const RUN = "the upstream's id of a run such as t-hz0123, or the gateway's id";
const PICKED = `${RUN}; on a terminal, picked from a list if left out`;

/** Told how the command ended. */
export type End = (exitCode: ExitCode) => void;

/** Gives a command its work. */
type Act = <Options>(command: Command, work: Work<Options>) => void;

/** What stands for the word of a command in its usage. */
function nameOf(command: Command): string {
  return command.registeredArguments[0]?.name() ?? "";
}

/** Adds every command to the program. */
export function addCommands(program: Command, surroundings: Surroundings, end: End): void {
  const act = createAct(surroundings, end);
  const { now } = surroundings;
  act(
    addListOptions(add(program, "list", "list runs, newest first; in a pipe, tabs stand between the fields"), now),
    runList,
  );
  addRunCommands(program, act);
  const exporting = add(program, "export", "every run that fits, or every output of one run, in a file or a pipe");
  act(addExportOptions(exporting.argument("[run]", `${RUN}: its outputs; without, the list`), now), runExport);
  const search = add(program, "search", "who printed this: lines of the outputs that somebody has read");
  act(addSearchOptions(search.argument("<text>", "what to look for, in capital or small letters"), now), searchOutputs);
  act(
    addStatsOptions(add(program, "stats", "how runs went: how many, how many failed, how long they took"), now),
    showStatistics,
  );
  act(add(program, "sources", "list every source and how it fared"), listSources);
  act(addScopeOptions(add(program, "open", "open the page of a run, or of all runs").argument("[run]", RUN)), runOpen);
  addSignIn(program, act);
  add(program, "completion", "write a script by which a shell completes this command")
    .argument("<shell>", SHELLS.join(", "))
    .action((shell: string) => surroundings.output.write(writeCompletion(program, shell)));
}

function addRunCommands(program: Command, act: Act): void {
  const addRun = (name: string, description: string) => add(program, name, description).argument("[run]", PICKED);
  const show = addRun("show", "show one run and how it went on each instance");
  act(addWaitOptions(show.option("--wait", "wait until the run is final")), runShow);
  act(addOutputOptions(addRun("output", "print what a run printed")), runOutput);
  act(addWaitOptions(addRun("follow", "wait until a run is final, telling what changes, then show it")), runFollow);
  act(addHistoryOptions(addRun("history", "list every execution of a run that runs by a schedule")), runHistory);
}

function addSignIn(program: Command, act: Act): void {
  const signIn = add(program, "login", "sign in at the gateway's issuer by a browser, for later commands")
    .option("--issuer <url>", "which one, if the gateway names several")
    .option("--scope <scopes>", "scopes to ask for, if the issuer wants others than openid offline_access");
  act<LoginOptions>(signIn, login);
  act(add(program, "logout", "forget the sign-in at the gateway"), logout);
}

function add(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

function createAct(surroundings: Surroundings, end: End): Act {
  return <Options>(command: Command, work: Work<Options>) => {
    command.action(async (given: string | undefined) => {
      const options = command.optsWithGlobals<Options & CommonOptions & ScopeOptions>();
      const context = createContext(options, surroundings);
      const word = typeof given === "string" ? given : "";
      try {
        if (given === "") throw new CommandError(`\`<${nameOf(command)}>\`: expected a value, got "".`);
        await requireSources(context, options);
        const exitCode = await work(context, options, word);
        const isIncomplete = exitCode === EXIT_CODES.success && context.report.isIncomplete;
        end(isIncomplete ? EXIT_CODES.incomplete : exitCode);
      } catch (error) {
        throw await explainFailure(error, context.gateway, word);
      }
    });
  };
}
