import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { buildSchema, isObjectType } from "graphql";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const schema = buildSchema(read("schema/schema.graphql"), { assumeValid: true });
const mapping = read("docs/mapping.md");

/** Fields that are made by the gateway and stand for nothing that an upstream says. */
const OWN = new Set([
  "id",
  "class",
  "remedy",
  "search",
  "lineCount",
  "invocation",
  "invocations",
  "instance",
  "result",
]);

/** Rows of the table under one heading, as the names in backticks in their first column. */
function namesUnder(heading: string): readonly string[] {
  const section = mapping.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const firstColumns = section
    .split("\n")
    .flatMap((line) => (line.startsWith("| `") ? [line.split("|")[1] ?? ""] : []));
  return firstColumns.flatMap((column) => [...column.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""));
}

function fieldsOf(typeName: string): readonly string[] {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`${typeName} is no object type`);
  return Object.keys(type.getFields()).filter((name) => !OWN.has(name));
}

const PLACE = ["provider", "account", "regionId", "invokeId", "isFinal"];
const RUN = "Invocation";
const RECORD = "InstanceInvocation and InvocationResult";

describe("docs/mapping.md", () => {
  it.each<readonly [string, string, readonly string[], (name: string) => string]>([
    ["Invocation", RUN, [], (name) => (name === "command" ? "command.name" : name)],
    ["Command", RUN, [], (name) => `command.${name}`],
    ["InstanceInvocation", RECORD, PLACE, (name) => (name === "error" ? "error.code" : name)],
    ["InvocationResult", RECORD, [...PLACE, "output", "execution"], (name) => (name === "error" ? "error.code" : name)],
    ["ExecutionError", RECORD, [], (name) => `error.${name}`],
    ["CommandOutput", "CommandOutput", [], (name) => name],
    ["Instance", "Instance", [...PLACE, "instanceId"], (name) => name],
  ])("says where every field of %s comes from", (typeName, heading, elsewhere, rowOf) => {
    const rows = namesUnder(heading);
    const missing = fieldsOf(typeName).filter((name) => !elsewhere.includes(name) && !rows.includes(rowOf(name)));
    expect(missing).toEqual([]);
  });
});
