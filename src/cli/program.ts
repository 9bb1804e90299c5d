import { Command, CommanderError, Option } from "commander";
import { GatewayError, type GatewayErrorKind } from "../client/index.ts";
import { addCommands } from "./commands.ts";
import { separateFields } from "./json-fields.ts";
import { readTemplate } from "./template.ts";
import type { Surroundings } from "./terminal/index.ts";
import { CommandError, EXIT_CODES, type ExitCode } from "./terminal/index.ts";
import { toUsageError } from "./usage-error.ts";
import { readHeader, readText, readTexts } from "./words.ts";

const DEFAULT_URL = "http://127.0.0.1:4000/graphql";
const EXIT_CODE_HELP = `
Exit codes: 0 it worked (with --wait, -f and follow: the run succeeded), 1 the run is final and did not succeed,
2 wrong usage, no such run, no answer, or an end of which nobody can say how it went, 3 the time was up, 4 it worked but the answer is incomplete.`;

/** Runs the command with these words (without the program's own name) and resolves to its exit code; never rejects. */
export async function runCommand(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.success;
  const program = createProgram(surroundings);
  addCommands(program, surroundings, (code) => {
    exitCode = code;
  });
  refuseEmptyValues(program);
  try {
    const commands = [...program.commands.map((command) => command.name()), "help"];
    await program.parseAsync(separateFields(words, commands), { from: "user" });
    return exitCode;
  } catch (error) {
    return explain(error, surroundings);
  }
}

function createProgram({ environment, output, errors, version }: Surroundings): Command {
  return new Command("cloud-assistant")
    .description("What became of the commands that Cloud Assistant ran, asked from a gateway.")
    .version(version)
    .addOption(
      new Option("--url <url>", "address of the gateway, also CLOUD_ASSISTANT_URL").default(
        environment.CLOUD_ASSISTANT_URL || DEFAULT_URL,
      ),
    )
    .option(
      "--token <token>",
      "sent as 'authorization: Bearer'; CLOUD_ASSISTANT_TOKEN keeps it out of the list of processes",
    )
    .addOption(new Option("--header <header>", "'name: value' to send along; repeatable").argParser(readHeader))
    .option("--json", "write JSON; --json=field,… writes rows of these fields")
    .addOption(new Option("--template <text>", "write rows so: '{{.invokeId}} {{.status}}'").argParser(readTemplate))
    .addOption(new Option("--fields <list>").argParser(readTexts).hideHelp())
    .option("--no-color", "no colours, also NO_COLOR")
    .addHelpText("after", EXIT_CODE_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.write(text),
      writeErr: (text) => errors.write(text),
      outputError: (text, write) => write(`cloud-assistant: ${toUsageError(text)}\n`),
    });
}

/** What a script gives as the value of an option may come from a variable that is not set. */
function refuseEmptyValues(command: Command): void {
  for (const option of command.options.filter(({ required }) => required)) {
    const { parseArg } = option;
    option.argParser((text, previous) => {
      const value = readText(text);
      return parseArg === undefined ? value : parseArg(value, previous);
    });
  }
  for (const one of command.commands) refuseEmptyValues(one);
}

function explain(error: unknown, { errors }: Surroundings): ExitCode {
  // Commander has written its message by then.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.success : EXIT_CODES.trouble;
  errors.write(`cloud-assistant: ${describe(error)}\n`);
  return error instanceof CommandError ? error.exitCode : EXIT_CODES.trouble;
}

/** Failures that another address or other headers may mend. */
const ABOUT_THE_WAY: ReadonlySet<GatewayErrorKind> = new Set(["UNREACHABLE", "NOT_GRAPHQL"]);

function describe(error: unknown): string {
  if (error instanceof GatewayError && ABOUT_THE_WAY.has(error.kind)) {
    return `${error.message} (--url or CLOUD_ASSISTANT_URL sets the address, --header other headers.)`;
  }
  return error instanceof Error ? error.message : "Something unexpected went wrong.";
}
