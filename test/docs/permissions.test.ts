import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { PRODUCTS } from "../../src/config/products.ts";

const README = readFileSync("README.md", "utf8");
/** Actions that the gateway calls, each as the permission that it needs. */
const CALLED = Object.values(PRODUCTS)
  .flatMap(({ description: { permissionPrefix, actions } }) =>
    Object.keys(actions).map((action) => `${permissionPrefix}:${action}`),
  )
  .sort();

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

describe("the RAM policy of the README", () => {
  it("allows every action that the gateway calls, and nothing that it never calls", () => {
    expect([...findAllowed()].sort()).toEqual(CALLED);
  });

  it("says of each permission what is missing without it", () => {
    expect(findExplained()).toEqual(CALLED);
  });
});
