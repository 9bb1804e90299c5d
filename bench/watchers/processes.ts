import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Found, Told } from "./messages.ts";

/** What a gateway's process holds, and how long its processor has worked for it. */
export interface Load {
  readonly bytes: number;
  readonly workedMs: number;
}

/** A gateway in a process of its own. */
export interface Gateway {
  readonly url: string;
  /** Collects garbage, then measures. */
  settle(): Promise<Load>;
  /** Measures as it is. */
  measure(): Promise<Load>;
  ask<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>;
  stop(): Promise<void>;
}

/** Starts one with these settings. PROFILE names a folder for what it spent its time on. */
export async function startGateway(settings: Readonly<Record<string, string>>): Promise<Gateway> {
  const child = start("./gateway-process.ts", ["--expose-gc"], {
    NODE_ENV: "production",
    PORT: "0",
    LOG_LEVEL: "error",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    CURSOR_KEYS: "a key that only benches use",
    ...settings,
  });
  const url = String(await hear(child));
  const tell = async (what: string): Promise<Load> => {
    child.send(what);
    return (await hear(child)) as Load;
  };
  return {
    url,
    settle: () => tell("settle"),
    measure: () => tell("measure"),
    async ask<Data>(query: string, variables = {}) {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
      const { data, errors } = (await answer.json()) as { readonly data: Data; readonly errors?: unknown };
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data;
    },
    stop: () => stop(child),
  };
}

/** Clients in a process of their own. */
export interface Crowd {
  /** Resolves with what they found once it is done. */
  tell(what: Exclude<Told, { kind: "expect" }>): Promise<Found>;
  /** Resolves once they count; what they counted comes later. */
  expect(marks: readonly string[], count: number): Promise<{ heard(): Promise<Found> }>;
  stop(): Promise<void>;
}

/** Starts the process. */
export function startCrowd(): Crowd {
  const child = start("./clients-process.ts", [], {});
  return {
    async tell(what) {
      child.send(what);
      return (await hear(child)) as Found;
    },
    async expect(marks, count) {
      child.send({ kind: "expect", marks, count } satisfies Told);
      await hear(child);
      const counted = hear(child) as Promise<Found>;
      return { heard: () => counted };
    },
    stop: () => stop(child),
  };
}

/** A server of bare WebSockets in a process of its own. */
export interface BareServer {
  readonly url: string;
  /** Sends these to every socket; tells when it began, in epoch milliseconds. */
  send(texts: readonly string[]): Promise<{ readonly sentAt: number }>;
  stop(): Promise<void>;
}

/** Starts one. */
export async function startBareServer(): Promise<BareServer> {
  const child = start("./bare-process.ts", [], {});
  return {
    url: String(await hear(child)),
    async send(texts) {
      child.send(texts);
      return (await hear(child)) as { readonly sentAt: number };
    },
    stop: () => stop(child),
  };
}

function start(file: string, flags: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const profile = file.includes("gateway") && process.env.PROFILE;
  return fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    execArgv: ["--import", "tsx", ...flags, ...(profile ? ["--cpu-prof", `--cpu-prof-dir=${profile}`] : [])],
    env: { PATH: process.env.PATH ?? "", ...env },
  });
}

function hear(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null) => reject(new Error(`A process of the bench ended with ${code}.`));
    child.once("exit", end);
    child.once("message", (told) => {
      child.off("exit", end);
      resolve(told);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
