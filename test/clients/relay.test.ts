import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { type GatewayAnswer, startGateway, type TestGateway } from "../support/gateway.ts";
import { RUN_IDS, world } from "./world.ts";

const CONFIG = {
  src: "./src",
  schema: "./schema.graphql",
  artifactDirectory: "./artifacts",
  language: "typescript",
  eagerEsModules: true,
  customScalarTypes: JSON.parse(readFileSync("schema/scalars.json", "utf8")) as Record<string, string>,
};

interface RunPage {
  readonly invocations: {
    readonly edges: readonly { readonly node: { readonly invokeId: string } }[];
    readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
  };
}

describe("Relay's compiler", () => {
  const folder = mkdtempSync(join(tmpdir(), "relay-"));
  let gateway: TestGateway;

  beforeAll(async () => {
    mkdirSync(join(folder, "artifacts"));
    cpSync("test/clients/relay", join(folder, "src"), { recursive: true });
    cpSync("schema/schema.graphql", join(folder, "schema.graphql"));
    writeFileSync(join(folder, "relay.config.json"), JSON.stringify(CONFIG));
    const command = join(process.cwd(), "node_modules", "relay-compiler", "cli.js");
    await promisify(execFile)(process.execPath, [command, "--noWatchman", "relay.config.json"], { cwd: folder });
    gateway = await startGateway({ world });
  });
  afterAll(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const textOf = (name: string): string => {
    const artifact = readFileSync(join(folder, "artifacts", `${name}.graphql.ts`), "utf8");
    return JSON.parse(/"text": ("(?:[^"\\]|\\.)*")/.exec(artifact)?.[1] ?? '""') as string;
  };

  it("makes queries of lists and nodes that are refetched and paged", () => {
    expect(readdirSync(join(folder, "artifacts")).sort()).toEqual([
      "RunCardRefetchQuery.graphql.ts",
      "RunCard_run.graphql.ts",
      "RunHistoryRefetchQuery.graphql.ts",
      "RunHistoryServerQuery.graphql.ts",
      "RunHistory_row.graphql.ts",
      "RunHistory_server.graphql.ts",
      "RunListPaginationQuery.graphql.ts",
      "RunListQuery.graphql.ts",
      "RunList_runs.graphql.ts",
    ]);
  });

  it("makes queries by which the gateway gives every run once, page by page", async () => {
    const query = textOf("RunListPaginationQuery");
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const { data, errors }: GatewayAnswer<RunPage> = await gateway.ask(query, { count: 10, cursor });
      expect(errors).toBeUndefined();
      const { edges, pageInfo }: RunPage["invocations"] = data.invocations;
      found.push(...edges.map(({ node }) => node.invokeId));
      cursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (cursor !== null && found.length <= RUN_IDS.length);
    expect(found).toEqual(RUN_IDS);
  });

  it("makes queries that find a run, an instance of it and a server again by their ids", async () => {
    const { data } = await gateway.ask<{ invocations: { nodes: readonly Record<string, never>[] } }>(
      "{ invocations(first: 1) { nodes { id instanceInvocations(first: 1) { nodes { id instance { id } } } } } }",
    );
    const [run, row, server] = [...JSON.stringify(data).matchAll(/"id":"([^"]+)"/g)].map((match) => match[1]);
    const answers = await Promise.all([
      gateway.ask(textOf("RunCardRefetchQuery"), { id: run, first: 2 }),
      gateway.ask(textOf("RunHistoryRefetchQuery"), { id: row }),
      gateway.ask(textOf("RunHistoryServerQuery"), { id: server, count: 1 }),
    ]);
    expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined, undefined]);
    expect(answers.map((answer) => answer.data)).toMatchObject([
      { node: { __typename: "Invocation", id: run, invokeId: "t-00", instanceInvocations: { totalCount: 2 } } },
      { node: { __typename: "InstanceInvocation", id: row, instanceId: "i-1", exitCode: 0 } },
      { node: { __typename: "Instance", id: server, name: "shop-1", invocations: { edges: [{ node: {} }] } } },
    ]);
  });
});
