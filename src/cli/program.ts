import { Command, CommanderError, Option } from "commander";
import { createClient, GatewayError } from "../client/index.ts";
import type { Context } from "./context.ts";
import { CommandError, EXIT_CODES, type ExitCode, toExitCode } from "./exit-code.ts";
import { findRun } from "./find.ts";
import { listRuns } from "./list.ts";
import {
  addListOptions,
  addWaitOptions,
  type CommonOptions,
  type ListCommandOptions,
  type OutputCommandOptions,
  type RunCommandOptions,
  toFilter,
  toScope,
} from "./options.ts";
import { printOutputs } from "./output.ts";
import { showRun } from "./show.ts";
import { createStyle } from "./style.ts";
import type { Surroundings } from "./surroundings.ts";
import { waitForRun } from "./wait.ts";
import { readHeader } from "./words.ts";

const DEFAULT_URL = "http://127.0.0.1:4000/graphql";
const RUN = "the upstream's id of a run such as t-hz0123, or the gateway's id";
const EXIT_CODE_HELP = `
Exit codes: 0 it worked (with --wait and follow: the run succeeded), 1 the run is final and did not succeed,
2 wrong usage, no such run or no answer, 3 the time was up.`;

/** Runs the command with these words (without the program's own name) and resolves to its exit code; never rejects. */
export async function runCommand(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.success;
  const program = createProgram(surroundings, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    return explain(error, surroundings);
  }
}

type End = (exitCode: ExitCode) => void;

function createProgram(surroundings: Surroundings, end: End): Command {
  const { environment, output, errors } = surroundings;
  const program = new Command("cloud-assistant")
    .description("What became of the commands that Cloud Assistant ran, asked from a gateway.")
    .version(surroundings.version)
    .addOption(
      new Option("--url <url>", "address of the gateway, also CLOUD_ASSISTANT_URL").default(
        environment.CLOUD_ASSISTANT_URL || DEFAULT_URL,
      ),
    )
    .addOption(new Option("--header <header>", "'name: value' to send along; repeatable").argParser(readHeader))
    .option("--json", "write JSON")
    .option("--no-color", "no colours, also NO_COLOR")
    .addHelpText("after", EXIT_CODE_HELP)
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.write(text), writeErr: (text) => errors.write(text) });
  addList(program, surroundings, end);
  addShow(program, surroundings, end);
  addOutput(program, surroundings, end);
  addFollow(program, surroundings, end);
  return program;
}

function addList(program: Command, surroundings: Surroundings, end: End): void {
  const command = program
    .command("list")
    .description("list runs, newest first; in a pipe, tabs stand between the fields");
  addListOptions(command, surroundings.now).action(async () => {
    const options = command.optsWithGlobals<ListCommandOptions & CommonOptions>();
    const { limit, after } = options;
    end(await listRuns(createContext(options, surroundings), { filter: toFilter(options), limit, after }));
  });
}

function addShow(program: Command, surroundings: Surroundings, end: End): void {
  const command = program
    .command("show")
    .description("show one run and how it went on each instance")
    .argument("<run>", RUN);
  addWaitOptions(command.option("--wait", "wait until the run is final")).action(async (run: string) => {
    const options = command.optsWithGlobals<RunCommandOptions & CommonOptions>();
    const context = createContext(options, surroundings);
    const { id, exitCode } = await reach(context, run, options);
    await showRun(context, id);
    end(exitCode);
  });
}

function addOutput(program: Command, surroundings: Surroundings, end: End): void {
  const command = program
    .command("output")
    .description("print what a run printed")
    .argument("<run>", RUN)
    .option("--instance <id>", "only of this instance")
    .option("--group", "identical outputs once, the most frequent first")
    .option("--raw", "the bytes as they came")
    .option("--wait", "wait until the run is final");
  addWaitOptions(command).action(async (run: string) => {
    const options = command.optsWithGlobals<OutputCommandOptions & CommonOptions>();
    const context = createContext(options, surroundings);
    const { id, exitCode } = await reach(context, run, options);
    const { instance, raw = false, group = false } = options;
    await printOutputs(context, id, { instanceId: instance, isRaw: raw, isGrouped: group });
    end(exitCode);
  });
}

function addFollow(program: Command, surroundings: Surroundings, end: End): void {
  const command = program
    .command("follow")
    .description("wait until a run is final, telling what changes, then show it")
    .argument("<run>", RUN);
  addWaitOptions(command).action(async (run: string) => {
    const options = command.optsWithGlobals<RunCommandOptions & CommonOptions>();
    const context = createContext(options, surroundings);
    const { id, exitCode } = await reach(context, run, { ...options, wait: true });
    await showRun(context, id);
    end(exitCode);
  });
}

/** Finds the run and waits for it where that was asked for. */
async function reach(
  context: Context,
  run: string,
  options: RunCommandOptions,
): Promise<{ id: string; exitCode: ExitCode }> {
  const id = await findRun(context, run, toScope(options));
  if (!options.wait) return { id, exitCode: EXIT_CODES.success };
  const state = await waitForRun(context, id, { intervalMs: options.interval, timeoutMs: options.timeout });
  return { id, exitCode: toExitCode(state) };
}

function createContext({ url, header, json, color }: CommonOptions, surroundings: Surroundings): Context {
  const hasColours = color && surroundings.output.isTerminal && !surroundings.environment.NO_COLOR;
  return {
    client: createClient({ url, ...(header && { headers: header }) }),
    surroundings,
    style: createStyle(hasColours),
    isJson: json ?? false,
  };
}

function explain(error: unknown, { errors }: Surroundings): ExitCode {
  // Commander has written its message by then.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.success : EXIT_CODES.trouble;
  errors.write(`cloud-assistant: ${describe(error)}\n`);
  return error instanceof CommandError ? error.exitCode : EXIT_CODES.trouble;
}

function describe(error: unknown): string {
  if (error instanceof GatewayError && error.kind !== "GRAPHQL" && error.kind !== "VERSION_MISMATCH") {
    return `${error.message} (--url or CLOUD_ASSISTANT_URL sets the address, --header sends credentials.)`;
  }
  return error instanceof Error ? error.message : "Something unexpected went wrong.";
}
