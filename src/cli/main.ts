#!/usr/bin/env node
/** The command `cloud-assistant`: the only place that knows it runs in a process. A guest like the client: imports no room. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { openBrowser } from "./browser.ts";
import { runCommand } from "./program.ts";
import { EXIT_CODES, type Screen } from "./terminal/index.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

process.exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  output: toScreen(process.stdout),
  errors: toScreen(process.stderr),
  homeFolder: homedir(),
  canAsk: process.stdin.isTTY === true && process.stdout.isTTY === true && process.stderr.isTTY === true,
  ask,
  now: Date.now,
  sleep: (ms) => sleep(ms),
  expire: (ms) => AbortSignal.timeout(ms),
  openBrowser,
  version,
});

function toScreen(stream: NodeJS.WriteStream): Screen {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // A reader such as `head` that has seen enough is no failure.
    if (error.code === "EPIPE") process.exit();
    process.stderr.write(`cloud-assistant: What was read cannot be written (${error.code ?? error.message}).\n`);
    process.exit(EXIT_CODES.trouble);
  });
  return {
    write: (content) => {
      stream.write(content);
    },
    drained: async () => {
      if (stream.writableNeedDrain) await once(stream, "drain");
    },
    isTerminal: stream.isTTY === true,
    columns: stream.isTTY === true ? stream.columns : null,
  };
}

function ask(question: string): Promise<string | null> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    reader.once("close", () => resolve(null));
    reader.question(question, (answer) => {
      resolve(answer);
      reader.close();
    });
  });
}
