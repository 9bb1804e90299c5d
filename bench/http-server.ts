/** One of the servers that benches ask, in a process of its own. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { createApp } from "#app";
import { readConfig } from "#config";
import { collectSooner } from "../src/collect-sooner.ts";
import { createEmulator, createWorld } from "../test/support/emulator/index.ts";
import { watchRounds } from "./round-work.ts";

type Answer = { readonly data: { readonly invocations: object } };

const makers = { bare: startBare, apollo: startApollo, emulator: startEmulator, gateway: startGateway } as const;

/** Which server is meant. */
export type ServerKind = keyof typeof makers;

/** What a server is started with: the answer to give, as data or as text, how many runs on how many instances the emulator has and how much each printed, or where it listens. */
export interface Given {
  readonly answer?: unknown;
  readonly text?: string;
  readonly runs?: number;
  readonly instances?: number;
  readonly outputBytes?: number;
  readonly emulatorUrl?: string;
}

/** How a server fares since it was last asked. */
export interface ServerState {
  /** Processor time of the longest round of its event loop: for so long it answered nobody else. */
  readonly blockedMs: number;
  readonly residentMb: number;
  readonly mostResidentMb: number;
  /** What is still in use after a full collection. */
  readonly heapMb: number;
}

process.once("SIGINT", () => process.exit(0));
process.once("message", async (given: Given) => {
  const kind = process.argv[2] as ServerKind;
  process.send?.(await makers[kind](given));
  const rounds = watchRounds();
  let mostResidentMb = 0;
  const readResidentMb = () => {
    const residentMb = process.memoryUsage.rss() / 1024 ** 2;
    mostResidentMb = Math.max(mostResidentMb, residentMb);
    return residentMb;
  };
  setInterval(readResidentMb, 50);
  process.on("message", () => {
    const blockedMs = rounds.readLongest();
    const residentMb = readResidentMb();
    const most = mostResidentMb;
    gc?.();
    mostResidentMb = 0;
    const heapMb = process.memoryUsage().heapUsed / 1024 ** 2;
    process.send?.({ blockedMs, residentMb, mostResidentMb: most, heapMb } satisfies ServerState);
    // The collection itself is none of the server's work.
    setTimeout(rounds.readLongest, 10);
  });
});

async function startBare({ answer, text }: Given): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" }).end(text ?? JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startApollo({ answer }: Given): Promise<string> {
  const typeDefs = readFileSync(new URL("../schema/schema.graphql", import.meta.url), "utf8");
  const server = new ApolloServer({
    typeDefs,
    resolvers: {
      Query: { invocations: () => (answer as Answer).data.invocations },
      Node: { __resolveType: () => "Invocation" },
    },
  });
  return (await startStandaloneServer(server, { listen: { port: 0, host: "127.0.0.1" } })).url;
}

async function startEmulator({ runs = 20, instances = 10, outputBytes = 120 }: Given): Promise<string> {
  return (await createEmulator({ world: benchWorld(runs, instances, outputBytes) }).start()).url;
}

async function startGateway({ emulatorUrl = "" }: Given): Promise<string> {
  // As the program does.
  collectSooner();
  const config = readConfig({
    PORT: "0",
    UPSTREAM: "alibaba",
    ECS_REGIONS: "cn-hangzhou",
    ECS_ENDPOINT: emulatorUrl,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    CURSOR_KEYS: "a key that only benches use",
    UPSTREAM_QUOTA: "ecs=1000000,swas=1000000,swas:ListInstances=1000000,swas:DescribeCommandInvocations=1000000",
    LOG_LEVEL: "warn",
    NODE_ENV: "production",
  });
  return (await createApp(config).start()).url;
}

function benchWorld(runs: number, instanceCount: number, outputBytes: number) {
  const instances = Array.from({ length: instanceCount }, (_, index) => ({
    instanceId: `i-bp1bench${String(index).padStart(6, "0")}`,
    output: `line of output ${index}\n`.repeat(Math.ceil(outputBytes / 20)),
  }));
  const invocations = Array.from({ length: runs }, (_, index) => ({
    invokeId: `t-hz0bench${String(index).padStart(5, "0")}`,
    instances,
  }));
  return createWorld({ ecs: { "cn-hangzhou": { invocations } } });
}
