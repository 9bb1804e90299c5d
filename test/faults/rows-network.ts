import { createServer, type Server } from "node:net";
import { afterEach } from "@jest/globals";
import type { Fault } from "../support/emulator/index.ts";
import type { RigOptions } from "./rig.ts";
import { type FaultSection, unanswered } from "./row.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server on loopback that answers every connection with these bytes and closes it. */
async function startBytes(bytes: string): Promise<string> {
  const server = createServer((socket) => void socket.on("error", () => {}).end(bytes));
  servers.push(server);
  return listen(server);
}

/** An address at which nobody listens. */
async function findClosedPort(): Promise<string> {
  const server = createServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

const ecs = (fault: Fault, limits: { readonly times?: number } = {}): RigOptions => ({
  faults: [{ product: "ecs", ...limits, fault }],
});
/** With so little time for an attempt that nobody has to wait for it. */
const impatient = (fault: Fault): RigOptions => ({ ...ecs(fault), settings: { UPSTREAM_TIMEOUT_MS: "400" } });

const refused = unanswered("UNREACHABLE", "it could not be reached (ECONNREFUSED)", true);
const reset = unanswered("UNREACHABLE", "it could not be reached (ECONNRESET)", true);
const silent = unanswered("TIMEOUT", "no whole answer in time", true);

/** What the network does. */
export const NETWORK: FaultSection = {
  title: "Network",
  rows: [
    {
      fault: "connection refused",
      options: async () => ({ ecsUrl: await findClosedPort() }),
      list: refused,
      one: refused,
      calls: [4, 1],
      remark: "the fifth failure in a row opens the breaker",
    },
    {
      fault: "black hole: the connection is taken, nothing ever comes",
      options: impatient({ kind: "hang" }),
      list: silent,
      one: silent,
      calls: [2, 2],
    },
    {
      fault: "reset before the first byte, every time",
      options: ecs({ kind: "reset", where: "before" }),
      list: reset,
      one: reset,
      calls: [4, 1],
      remark: "the fifth failure in a row opens the breaker",
    },
    {
      fault: "reset before the first byte, once",
      options: ecs({ kind: "reset", where: "before" }, { times: 1 }),
      list: null,
      one: null,
      calls: [2, 0],
    },
    {
      fault: "reset inside the body, every time",
      options: ecs({ kind: "reset", where: "body" }),
      list: reset,
      one: reset,
      calls: [4, 1],
      remark: "the fifth failure in a row opens the breaker",
    },
    {
      fault: "reset inside the body, once",
      options: ecs({ kind: "reset", where: "body" }, { times: 1 }),
      list: null,
      one: null,
      calls: [2, 0],
    },
    {
      fault: "first byte later than an attempt may take",
      options: impatient({ kind: "latency", ms: 2_000 }),
      list: silent,
      one: silent,
      calls: [2, 2],
    },
    {
      fault: "first byte late, but in time",
      options: ecs({ kind: "latency", ms: 150 }),
      list: null,
      one: null,
      calls: [1, 0],
    },
    {
      fault: "body later than an attempt may take",
      options: impatient({ kind: "slow-body", ms: 2_000 }),
      list: silent,
      one: silent,
      calls: [2, 2],
    },
    {
      fault: "dribbling body that an attempt does not see the end of",
      options: impatient({ kind: "dribble", bytes: 1, everyMs: 20 }),
      list: silent,
      one: silent,
      calls: [2, 2],
    },
    {
      fault: "dribbling body, but in time",
      options: ecs({ kind: "dribble", bytes: 400, everyMs: 5 }),
      list: null,
      one: null,
      calls: [1, 0],
    },
    {
      fault: "something that is no HTTP",
      options: async () => ({ ecsUrl: await startBytes("220 mail.example ready\r\n") }),
      list: unanswered("BAD_RESPONSE", "the answer was no HTTP"),
      one: unanswered("BAD_RESPONSE", "the answer was no HTTP"),
      calls: [1, 1],
    },
  ],
};
