import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Given, ServerKind, ServerState } from "./http-server.ts";

/** A server in a process of its own. */
export interface StartedServer {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Starts one of the servers of `http-server.ts` and tells where it listens. */
export function startServer(kind: ServerKind, given: Given): Promise<StartedServer> {
  const child = fork(fileURLToPath(new URL("./http-server.ts", import.meta.url)), [kind], {
    execArgv: ["--expose-gc", "--import", "tsx"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  child.send(given);
  return new Promise((resolve, reject) => {
    child.once("message", (url) => resolve({ child, url: String(url) }));
    child.once("error", reject);
  });
}

/** Resident memory of a server in which all has been collected that can be. */
export async function measureIdle(server: StartedServer): Promise<number> {
  await askServer(server);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return (await askServer(server)).residentMb;
}

/** How a server fares since it was last asked. */
export function askServer({ child }: StartedServer): Promise<ServerState> {
  child.send("state");
  return new Promise((resolve) => {
    child.once("message", (state) => resolve(state as ServerState));
  });
}
