import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { runKeyCommand } from "#access";
import type { forget } from "#app";
import { describeSettings, readConfig, readEmulatorConfig, SettingsError } from "#config";
import { createEmulator, describeEmulator } from "#emulator";
import { collectSooner } from "./collect-sooner.ts";
import { readCollectArguments } from "./collecting/index.ts";
import { toEmulatorOptions } from "./origin.ts";

const USAGE = `Usage:
  node dist/main.js                        the gateway; settings come from the environment (.env.example)
  node dist/main.js --check-config         prints the settings without secrets, and says whether they, and the
                                           database that they name, can be used
  node dist/main.js forget --run ID | --instance ID | --account ALIAS
                                           deletes from the database what is kept of it
  node dist/main.js collect [--until 2026-11-01] [--outputs]
                                           fills the database with the runs since that day, and what they printed
  node dist/main.js emulator [--host H] [--port N] [--seed N]
                                           the embedded upstream alone
  node dist/main.js key --name NAME --roles ROLE,ROLE [--expires 2027-01-01]
                                           a new API key, and its line for the access file`;

/**
 * Each command loads what it needs, after its settings or arguments are read: loading the gateway takes most of the time of a start.
 * Ends with 2 for settings or arguments that cannot be used, 1 for an address that cannot be had or is lost, 0 after SIGTERM or SIGINT.
 */
async function main(args: readonly string[]): Promise<void> {
  if (args[0] === undefined) {
    collectSooner();
    const config = readConfig();
    const [{ createApp }, { warmDecoder }] = await Promise.all([import("#app"), import("#domain")]);
    await serve(createApp(config));
    return warmDecoder();
  }
  if (args[0] === "--check-config") return checkConfig(args.slice(1));
  if (args[0] === "forget") return runForget(args.slice(1));
  if (args[0] === "collect") return runCollect(args.slice(1));
  if (args[0] === "emulator") return runEmulator(args.slice(1));
  if (args[0] === "key") return printKey(args.slice(1));
  throw new SettingsError([
    `arguments: expected none, --check-config, forget, collect, emulator or key, got ${JSON.stringify(args[0])}\n${USAGE}`,
  ]);
}

async function checkConfig(others: readonly string[]): Promise<void> {
  if (others.length > 0) {
    const got = JSON.stringify(others.join(" "));
    throw new SettingsError([`arguments: expected none behind --check-config, got ${got}\n${USAGE}`]);
  }
  const config = readConfig();
  const { checkSettings } = await import("#app");
  const verdict = await checkSettings(config);
  console.log([...describeSettings(config.accounts), "", verdict].join("\n"));
}

async function runForget(args: readonly string[]): Promise<void> {
  const config = readConfig();
  const forgettable = readForgettable(args);
  const { forget } = await import("#app");
  console.log(await forget(config, forgettable));
}

/** Ends with 0 if every source was read as far as it was wanted, 3 if one failed, 130 or 143 if it was told to stop. */
async function runCollect(args: readonly string[]): Promise<void> {
  const request = readCollectArguments(args, Date.now(), USAGE);
  const stopped = new AbortController();
  for (const [name, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
  ] as const) {
    process.once(name, () => {
      process.exitCode = 128 + number;
      stopped.abort();
    });
  }
  const config = readConfig();
  const { collectNow } = await import("./collect-now.ts");
  const { summary, hasFailed } = await collectNow(config, request, process.stderr, stopped.signal);
  console.log(summary);
  process.exit(process.exitCode ?? (hasFailed ? 3 : 0));
}

function printKey(args: readonly string[]): void {
  try {
    console.log(runKeyCommand(args, Date.now()));
  } catch (error) {
    throw new SettingsError([error instanceof Error ? error.message : "arguments: expected --name and --roles"]);
  }
}

async function serve(part: { start(): Promise<unknown>; stop(): Promise<void> }): Promise<void> {
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    void part.stop().then(
      () => end(0),
      () => end(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // It would end with 0 and without a word, and nobody would start it again.
  process.on("beforeExit", () => {
    if (isStopping) return;
    console.error("The process ends: nothing is left that it waits for.");
    process.exit(1);
  });
  await part.start();
}

const HELD_MS = 1_000;
const LOOK_MS = 50;

/**
 * Ends the process, by SIGKILL if a disk has held a file for a second: an exit would wait for the disk without end. By then all that had to be
 * written is written or given up.
 */
async function end(code: number): Promise<void> {
  const isFileHeld = () => process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"));
  for (let waitedMs = 0; isFileHeld(); waitedMs += LOOK_MS) {
    if (waitedMs >= HELD_MS) process.kill(process.pid, "SIGKILL");
    await setTimeout(LOOK_MS);
  }
  process.exit(code);
}

async function runEmulator(args: readonly string[]): Promise<void> {
  const { host, port = "4010", seed } = readEmulatorArguments(args);
  const config = readEmulatorConfig({ PORT: port, EMULATOR_SEED: seed });
  const emulator = createEmulator({
    host: host ?? "127.0.0.1",
    port: config.port,
    ...toEmulatorOptions(config.emulator),
  });
  await serve(emulator);
  console.log(describeEmulator(emulator));
}

function readForgettable(args: readonly string[]): Parameters<typeof forget>[1] {
  const { run, instance, account } = readForgetArguments(args);
  const named = [run, instance, account].filter((value) => value !== undefined);
  if (named.length !== 1 || named[0] === "") {
    throw new SettingsError([
      `arguments: expected one of --run, --instance and --account with a value, got ${named.length}\n${USAGE}`,
    ]);
  }
  if (run !== undefined) return { run };
  return instance === undefined ? { account: account ?? "" } : { instance };
}

function readForgetArguments(args: readonly string[]) {
  const options = { run: { type: "string" }, instance: { type: "string" }, account: { type: "string" } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw unreadable(error);
  }
}

function readEmulatorArguments(args: readonly string[]) {
  const options = { host: { type: "string" }, port: { type: "string" }, seed: { type: "string" } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): SettingsError {
  return new SettingsError([`arguments: ${error instanceof Error ? error.message : "cannot be read"}\n${USAGE}`]);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof SettingsError) {
    console.error(error.message);
    process.exit(2);
  }
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  console.error(`The process cannot start: ${error instanceof Error ? error.message : "unknown reason"}${code}`);
  process.exit(1);
});
