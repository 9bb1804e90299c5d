import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const root = process.cwd();
const { forbidden } = createRequire(import.meta.url)(join(root, ".dependency-cruiser.cjs")) as {
  forbidden: readonly { readonly name: string }[];
};

/** For each wall an import that breaks it: the file it stands in and what it imports. */
const PLANTS: Readonly<Record<string, readonly [file: string, specifier: string]>> = {
  "edge looks only further along the road": ["src/edge/planted.ts", "#config"],
  "graph looks only further along the road": ["src/graph/planted.ts", "#edge"],
  "loaders looks only further along the road": ["src/loaders/planted.ts", "#graph"],
  "services looks only further along the road": ["src/services/planted.ts", "#loaders"],
  "sync looks only further along the road": ["src/sync/planted.ts", "#services"],
  "upstreams looks only further along the road": ["src/upstreams/planted.ts", "#services"],
  "wire looks only further along the road": ["src/wire/planted.ts", "#upstreams"],
  "edge is entered through its index.ts only": ["src/app.ts", "./edge/inner.ts"],
  "graph is entered through its index.ts only": ["src/edge/graph-inner.ts", "../graph/inner.ts"],
  "loaders is entered through its index.ts only": ["src/edge/loaders-inner.ts", "../loaders/inner.ts"],
  "services is entered through its index.ts only": ["src/edge/services-inner.ts", "../services/inner.ts"],
  "sync is entered through its index.ts only": ["src/edge/sync-inner.ts", "../sync/inner.ts"],
  "store is entered through its index.ts only": ["src/services/store-inner.ts", "../store/inner.ts"],
  "upstreams is entered through its index.ts only": ["src/edge/upstreams-inner.ts", "../upstreams/inner.ts"],
  "wire is entered through its index.ts only": ["src/edge/wire-inner.ts", "../wire/inner.ts"],
  "edge/explorers looks only further along the road inside the edge": [
    "src/edge/explorers/planted.ts",
    "../mcp/index.ts",
  ],
  "edge/live looks only further along the road inside the edge": ["src/edge/live/planted.ts", "../explorers/index.ts"],
  "edge/execution looks only further along the road inside the edge": [
    "src/edge/execution/planted.ts",
    "../live/index.ts",
  ],
  "edge/documents looks only further along the road inside the edge": [
    "src/edge/documents/planted.ts",
    "../execution/index.ts",
  ],
  "edge/admission looks only further along the road inside the edge": [
    "src/edge/admission/planted.ts",
    "../documents/index.ts",
  ],
  "edge/http looks only further along the road inside the edge": ["src/edge/http/planted.ts", "../admission/index.ts"],
  "edge/errors looks only further along the road inside the edge": ["src/edge/errors/planted.ts", "../http/index.ts"],
  "edge/telemetry looks only further along the road inside the edge": [
    "src/edge/telemetry/planted.ts",
    "../errors/index.ts",
  ],
  "a room enters its inner rooms through their index.ts only": ["src/wire/sign-inner.ts", "./sign/inner.ts"],
  "inner rooms enter each other through their index.ts only": ["src/wire/pace/retry-inner.ts", "../retry/inner.ts"],
  "no folder imports its parent": ["src/store/sql/parent.ts", "../inner.ts"],
  "no circle of folders": ["src/access/gate/circle.ts", "../keys/index.ts"],
  "store looks at domain only": ["src/store/looking.ts", "#upstreams"],
  "only services and sync see the store": ["src/graph/store.ts", "#store"],
  "access is entered through its index.ts only": ["src/edge/access-inner.ts", "../access/inner.ts"],
  "domain is entered through its index.ts only": ["src/edge/domain-inner.ts", "../domain/inner.ts"],
  "emulator is entered through its index.ts only": ["src/main.ts", "./emulator/inner.ts"],
  "config is entered through its index.ts only": ["src/keeper.ts", "./config/inner.ts"],
  "collecting is entered through its index.ts only": ["src/collect-door.ts", "./collecting/inner.ts"],
  "domain looks nowhere": ["src/domain/planted.ts", "graphql"],
  "access looks at domain only": ["src/access/planted.ts", "#services"],
  "only edge, graph and services look at access": ["src/upstreams/access.ts", "#access"],
  "the emulator knows nothing of the gateway": ["src/emulator/planted.ts", "#domain"],
  "only origin.ts and main.ts see the emulator": ["src/config-door.ts", "#emulator"],
  "client and cli are guests": ["src/client/planted.ts", "#domain"],
  "page speaks only through client": ["src/page/planted.ts", "#domain"],
  "nobody imports page": ["src/cli/page-door.ts", "../page/inner.ts"],
  "ecs and swas are strangers": ["src/upstreams/ecs/planted.ts", "#upstreams/swas"],
  "swas and ecs are strangers": ["src/upstreams/swas/planted.ts", "#upstreams/ecs"],
  "only config/products.ts names an adapter": ["src/services/adapter.ts", "#upstreams/ecs"],
  "only access imports jose": ["src/edge/jose.ts", "jose"],
  "only access imports re2js": ["src/graph/re2js.ts", "re2js"],
  "only page imports oauth4webapi": ["src/client/oauth4webapi.ts", "oauth4webapi"],
  "only wire imports got": ["src/services/got.ts", "got"],
  "only wire imports @alicloud/credentials": ["src/services/credentials.ts", "@alicloud/credentials"],
  "only wire imports hpagent": ["src/services/hpagent.ts", "hpagent"],
  "only wire imports proxy-from-env": ["src/services/proxy-from-env.ts", "proxy-from-env"],
  "only edge imports @apollo/server": ["src/graph/apollo.ts", "@apollo/server"],
  "only graph imports type-graphql": ["src/edge/type-graphql.ts", "type-graphql"],
  "only loaders imports dataloader": ["src/graph/dataloader.ts", "dataloader"],
  "only store imports pg": ["src/services/pg.ts", "pg"],
  "only store imports kysely": ["src/sync/kysely.ts", "kysely"],
  "only store imports @electric-sql/pglite": ["src/services/pglite.ts", "@electric-sql/pglite"],
  "no circle of imports, types included": ["src/wire/circle-back.ts", "./circle.ts"],
  "every import can be resolved": ["src/wire/unresolved.ts", "#nowhere"],
};

const ROOMS = [
  "access",
  "access/gate",
  "access/keys",
  "collecting",
  "config",
  "domain",
  "edge",
  "edge/mcp",
  "edge/explorers",
  "edge/live",
  "edge/execution",
  "edge/documents",
  "edge/admission",
  "edge/http",
  "edge/errors",
  "edge/telemetry",
  "emulator",
  "graph",
  "loaders",
  "page",
  "services",
  "store",
  "store/sql",
  "sync",
  "upstreams",
  "upstreams/ecs",
  "upstreams/swas",
  "wire",
  "wire/sign",
  "wire/retry",
  "wire/pace",
  "wire/transport",
];

describe("the walls", () => {
  const folder = mkdtempSync(join(tmpdir(), "walls-"));
  const plant = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  let broken: readonly string[] = [];

  beforeAll(() => {
    for (const file of ["package.json", "tsconfig.json", ".dependency-cruiser.cjs"])
      cpSync(join(root, file), join(folder, file));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    for (const room of ROOMS) {
      plant(`src/${room}/index.ts`, "export const door = 1;\n");
      plant(`src/${room}/inner.ts`, "export const inner = 1;\n");
    }
    plant("src/wire/circle.ts", 'export type * from "./circle-back.ts";\n');
    plant("src/access/keys/back.ts", 'export * from "../gate/index.ts";\n');
    for (const [file, specifier] of Object.values(PLANTS)) plant(file, `export * from "${specifier}";\n`);
    broken = cruise(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("each have a plant that breaks them", () => {
    expect(Object.keys(PLANTS).sort()).toEqual(forbidden.map(({ name }) => name).sort());
  });

  it.each(Object.entries(PLANTS))("%s", (name, [file]) => {
    expect(broken.filter((one) => [file, dirname(file)].some((place) => one === `${name}: ${place}`))).toHaveLength(1);
  });
});

function cruise(folder: string): readonly string[] {
  const command = join(root, "node_modules", "dependency-cruiser", "bin", "dependency-cruise.mjs");
  const args = [command, "src", "--config", ".dependency-cruiser.cjs", "--output-type", "json"];
  const report: unknown = JSON.parse(run(args, folder));
  const { violations } = (report as { summary: { violations: { rule: { name: string }; from: string }[] } }).summary;
  return violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

function run(args: readonly string[], folder: string): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 26 });
}
