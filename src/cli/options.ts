import type { Command } from "commander";
import { Option } from "commander";
import type { InvocationFilter } from "../client/index.ts";
import type { Scope } from "./sources.ts";
import { CommandError } from "./terminal/index.ts";
import {
  GROUP_WORDS,
  PROVIDER_WORDS,
  readCommandType,
  readCount,
  readDurationMs,
  readGroup,
  readProviders,
  readSince,
  readStatuses,
  readTexts,
  readUntil,
} from "./words.ts";

/** Options that narrow the sources. */
export interface ScopeOptions {
  readonly provider?: NonNullable<Scope["providerIn"]>;
  readonly region?: readonly string[];
  readonly account?: readonly string[];
}

/** Options that narrow a list. */
export interface FilterOptions extends ScopeOptions {
  readonly status?: NonNullable<InvocationFilter["statusIn"]>;
  readonly instance?: string;
  readonly commandId?: string;
  readonly commandName?: string;
  readonly type?: NonNullable<InvocationFilter["commandType"]>;
  readonly since?: string;
  readonly until?: string;
  readonly timed?: "yes" | "no";
}

/** Options of `list`. */
export interface ListCommandOptions extends FilterOptions {
  readonly limit: number;
  readonly after?: string;
}

/** Options of commands about one run. */
export interface RunCommandOptions extends ScopeOptions {
  readonly wait?: boolean;
  readonly interval: number;
  readonly timeout: number;
}

/** Options of `output`. */
export interface OutputCommandOptions extends RunCommandOptions {
  readonly instance?: string;
  readonly raw?: boolean;
  readonly group?: boolean;
  readonly follow?: boolean;
  readonly failed?: boolean;
  readonly tail?: number;
}

/** Options of `history`. */
export interface HistoryCommandOptions extends ScopeOptions {
  readonly instance?: string;
  readonly limit: number;
}

/** Options of `export`. */
export interface ExportCommandOptions extends FilterOptions {
  readonly format: string;
  readonly output?: string;
}

const DEFAULT_INTERVAL_MS = 2000;
const DEFAULT_TIMEOUT_MS = 30 * 60_000;

/** Options that narrow the sources. */
export function addScopeOptions(command: Command): Command {
  return command
    .option("--provider <list>", `one or more of ${PROVIDER_WORDS.join(", ")}`, readProviders)
    .option("--region <list>", "such as cn-hangzhou,cn-beijing", readTexts)
    .option("--account <list>", "aliases of accounts", readTexts);
}

/** Options of `list`; `now` is what ages count back from. */
export function addListOptions(command: Command, now: () => number): Command {
  return addFilterOptions(command, now)
    .option("--limit <count>", "how many runs, 1 to 10000", readCount(1, 10_000), 20)
    .option("--after <cursor>", "go on behind pageInfo.endCursor of an earlier list --json");
}

/** Options of `export`; `now` is what ages count back from. */
export function addExportOptions(command: Command, now: () => number): Command {
  const format = new Option("--format <format>", "how it is written").choices(["ndjson", "csv", "text"]);
  return addFilterOptions(command, now)
    .addOption(format.default("ndjson"))
    .option("--output <file>", "where to, whole or not at all; standard output if left out");
}

/** Options of `history`. */
export function addHistoryOptions(command: Command): Command {
  return addScopeOptions(command)
    .option("--instance <id or name>", "only on this server")
    .option("--limit <count>", "how many executions, 1 to 10000", readCount(1, 10_000), 20);
}

function addFilterOptions(command: Command, now: () => number): Command {
  return addScopeOptions(command)
    .option("--status <list>", "such as failed,partial-failed", readStatuses)
    .option("--instance <id or name>", "runs on this server")
    .option("--command-id <id>", "runs of this command")
    .option("--command-name <name>", "runs of commands of this name")
    .option("--type <type>", "shell, bat or powershell", readCommandType)
    .option("--since <when>", "created since then: an age such as 1h, or a time", (text) => readSince(text, now()))
    .option("--until <when>", "created before then: an age such as 1h, or a time", (text) => readUntil(text, now()))
    .addOption(new Option("--timed <answer>", "whether it runs by a schedule").choices(["yes", "no"]));
}

/** Options of `output`. */
export function addOutputOptions(command: Command): Command {
  return addWaitOptions(command)
    .option("--instance <id or name>", "only of this server")
    .option("--failed", "only of instances that failed")
    .option("--group", "identical outputs once, the most frequent first")
    .option("--tail <lines>", "only so many of the last lines of each", readCount(0, 1_000_000))
    .option("--raw", "the bytes as they came, colours and controls too")
    .option("--wait", "wait until the run is final")
    .addOption(new Option("-f, --follow", "print what comes until the run is final").conflicts(["raw", "group"]));
}

/** Options of `search`; `now` is what ages count back from. */
export function addSearchOptions(command: Command, now: () => number): Command {
  return command
    .option("--regex", "take the text for a regular expression (RE2)")
    .option("--since <when>", "of runs created since then: an age such as 1h, or a time", (text) =>
      readSince(text, now()),
    )
    .option("--limit <count>", "how many lines, 1 to 10000", readCount(1, 10_000), 20);
}

/** Options of `stats`; `now` is what ages count back from. */
export function addStatsOptions(command: Command, now: () => number): Command {
  const since = new Option("--since <when>", "runs created since then: an age such as 1h, or a time");
  const by = new Option("--by <group>", `one of ${GROUP_WORDS.join(", ")}`);
  return command
    .addOption(since.argParser((text) => readSince(text, now())).default(readSince("24h", now()), "24h"))
    .addOption(by.argParser(readGroup).default("COMMAND", "command"));
}

/** How to wait for a run. */
export function addWaitOptions(command: Command): Command {
  const interval = new Option("--interval <duration>", "time between two questions");
  const timeout = new Option("--timeout <duration>", "how long to wait");
  return addScopeOptions(command)
    .addOption(interval.argParser(readDurationMs).default(DEFAULT_INTERVAL_MS, "2s"))
    .addOption(timeout.argParser(readDurationMs).default(DEFAULT_TIMEOUT_MS, "30m"));
}

/** The sources that the options name. */
export function toScope({ provider, region, account }: ScopeOptions): Scope {
  return {
    ...(provider && { providerIn: provider }),
    ...(region && { regionIdIn: region }),
    ...(account && { accountIn: account }),
  };
}

/**
 * The runs that the options name, on the instance that `--instance` was found to be.
 * @throws CommandError for a span without any time
 */
export function toFilter(options: FilterOptions, instanceId: string | undefined): InvocationFilter {
  const { status, commandId, commandName, type, since, until, timed } = options;
  if (since !== undefined && until !== undefined && since >= until) {
    throw new CommandError(`\`--until\`: expected a time after that of \`--since\` (${since}), got ${until}.`);
  }
  return {
    ...toScope(options),
    ...(status && { statusIn: status }),
    ...(instanceId && { instanceId }),
    ...(commandId && { commandId }),
    ...(commandName && { commandName }),
    ...(type && { commandType: type }),
    ...(since && { createdAfter: since }),
    ...(until && { createdBefore: until }),
    ...(timed && { timed: timed === "yes" }),
  };
}
