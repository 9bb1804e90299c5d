import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

const README = readFileSync("README.md", "utf8");
const PREFIXES = { ecs: "ecs", swas: "swas-open" } as const;

/** Actions that the adapters name, each as the permission that it needs. */
function findCalled(): readonly string[] {
  const found = Object.entries(PREFIXES).flatMap(([folder, prefix]) => {
    const path = `src/upstreams/${folder}`;
    const files = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const texts = files.map((name) => readFileSync(`${path}/${name}`, "utf8"));
    const actions = texts.flatMap((text) =>
      [...text.matchAll(/"((?:Describe|List)[A-Z]\w+)"/g)].map((match) => match[1]),
    );
    return actions.map((action) => `${prefix}:${action}`);
  });
  return [...new Set(found)].sort();
}

function findAllowed(): readonly string[] {
  const [, json = "{}"] = /```json\n(\{\n {2}"Version": "1",[\s\S]*?)```/.exec(README) ?? [];
  const policy = JSON.parse(json) as { readonly Statement: readonly { readonly Action: readonly string[] }[] };
  return policy.Statement.flatMap(({ Action }) => Action);
}

/** Permissions that the table explains. */
function findExplained(): readonly string[] {
  const [, table = ""] = /\| permission \| without it \|\n([\s\S]*?)\n\n/.exec(README) ?? [];
  const cells = table
    .split("\n")
    .slice(1)
    .map((row) => row.split("|")[1] ?? "");
  return cells
    .flatMap((cell) => [...cell.matchAll(/`((?:ecs|swas-open):\w+)`/g)].map((match) => match[1] ?? ""))
    .sort();
}

/** What the README asks for ahead of the code: newer actions of the vendor for agents and machines of others. */
const AHEAD = ["ecs:DescribeManagedInstances", "swas-open:DescribeCloudAssistantAttributes"];

describe("the RAM policy of the README", () => {
  it("allows every action that the gateway calls, and nothing that it never calls", () => {
    const called = findCalled();
    const allowed = findAllowed();
    expect(called.length).toBeGreaterThan(8);
    expect(called.filter((action) => !allowed.includes(action))).toEqual([]);
    expect(allowed.filter((action) => !called.includes(action) && !AHEAD.includes(action))).toEqual([]);
  });

  it("says of each permission what is missing without it", () => {
    expect(findExplained()).toEqual([...findAllowed()].sort());
  });
});
