import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A gateway in a process of its own, as it was built. */
export interface Gateway {
  readonly url: string;
  readonly process: ChildProcess;
  /** Its log lines from the newest on down, as they came. */
  readonly lines: readonly string[];
  /** The `data` of an answer. @throws Error for an answer with errors, or none */
  ask<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>;
  /** Text of a path of the gateway. */
  read(path: string): Promise<string>;
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** Starts one with these settings and waits until it listens. @throws Error with what it said if it does not start */
export async function startGateway(env: Readonly<Record<string, string>>): Promise<Gateway> {
  const child = spawn(process.execPath, ["dist/main.js"], {
    env: { PATH: process.env.PATH ?? "", PORT: "0", CURSOR_KEYS: "a key of the bench", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error(`The gateway did not start: ${lines.at(-1)}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      const { msg, url: found } = JSON.parse(line) as { readonly msg?: string; readonly url?: string };
      if (msg === "ready" && found !== undefined) resolve(found);
    });
  });
  return {
    url,
    process: child,
    lines,
    async ask<Data>(query: string, variables = {}) {
      const body = JSON.stringify({ query, variables });
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      const { data, errors } = (await response.json()) as { readonly data?: Data; readonly errors?: unknown };
      if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(errors));
      return data;
    },
    read: async (path) => (await fetch(new URL(path, url))).text(),
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}
