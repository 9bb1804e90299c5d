/** One of the servers that `http.bench.ts` compares, in a process of its own. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { createApp } from "#app";
import { readConfig } from "#config";
import { createEmulator, createWorld } from "#emulator";

type Answer = { readonly data: { readonly invocations: object } };

const makers = { bare: startBare, apollo: startApollo, gateway: startGateway } as const;

process.once("SIGINT", () => process.exit(0));
process.once("message", async (message: { data: Answer }) => {
  const kind = process.argv[2] as keyof typeof makers;
  process.send?.(await makers[kind](message.data));
});

async function startBare(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startApollo(answer: Answer): Promise<string> {
  const typeDefs = readFileSync(new URL("../schema/schema.graphql", import.meta.url), "utf8");
  const server = new ApolloServer({
    typeDefs,
    resolvers: { Query: { invocations: () => answer.data.invocations }, Node: { __resolveType: () => "Invocation" } },
  });
  return (await startStandaloneServer(server, { listen: { port: 0, host: "127.0.0.1" } })).url;
}

async function startGateway(): Promise<string> {
  const emulator = createEmulator({ world: benchWorld() });
  const { url } = await emulator.start();
  const config = readConfig({
    PORT: "0",
    UPSTREAM: "alibaba",
    ECS_REGIONS: "cn-hangzhou",
    ECS_ENDPOINT: url,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    CURSOR_KEYS: "a key that only benches use",
    LOG_LEVEL: "warn",
    NODE_ENV: "production",
  });
  return (await createApp(config).start()).url;
}

function benchWorld() {
  const instances = Array.from({ length: 10 }, (_, index) => ({
    instanceId: `i-bp1bench${String(index).padStart(6, "0")}`,
    output: `line of output ${index}\n`.repeat(6),
  }));
  const invocations = Array.from({ length: 20 }, (_, index) => ({
    invokeId: `t-hz0bench${String(index).padStart(5, "0")}`,
    instances,
  }));
  return createWorld({ ecs: { "cn-hangzhou": { invocations } } });
}
