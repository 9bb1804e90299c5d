import { describe, expect, it } from "@jest/globals";
import { buildSchema, executeSync, parse } from "graphql";
import { type AuditLine, createAudit, createView, type Role } from "#access";
import type { Source } from "#domain";
import type { GuardedPlace } from "../../src/graph/operation/guard.ts";
import { createKindGuard } from "../../src/graph/rights/guards.ts";
import { createFakeClock } from "../support/clock.ts";

const production: Source = { provider: "ECS", account: "production", regionId: "cn-hangzhou" };
const testing: Source = { ...production, account: "testing" };
const rule = { account: null, provider: null, regions: null };
const schema = buildSchema("type Query { runs: [Run!]! } type Run { id: ID! output: String parameters: String }");

function roleFor(account: string, may: Role["may"], commandNames: string[] | null = null): Role {
  return { may, sources: [{ ...rule, account }], commandNames };
}

/** Asks for outputs and parameters of three runs: two of production, one of them of an audit, and one of testing. */
function ask(...roles: readonly Role[]) {
  const lines: AuditLine[] = [];
  const audit = createAudit({ write: (line) => lines.push(line), clock: createFakeClock() }).begin({
    caller: { id: "key bot", name: "bot", knownBy: "key" },
    address: "::1",
    transport: "http",
    requestId: "r-1",
    operationName: null,
    operationHash: "hash",
  });
  const view = createView(new Map(roles.map((role, index) => [`${index}`, role])));
  const guard = createKindGuard(view, audit);
  const give = (kind: "outputs" | "commands", place: GuardedPlace, value: string) => {
    if (!guard.isGiven(kind, place)) return null;
    guard.note(kind, place, value);
    return value;
  };
  const run = (id: string, source: Source, commandName: string | null) => {
    const place: GuardedPlace = { source, invokeId: id, instanceId: null, commandName };
    return {
      id,
      output: () => give("outputs", { ...place, instanceId: `i-${id}` }, `output-${id}`),
      parameters: () => give("commands", place, `parameters-${id}`),
    };
  };
  const rootValue = {
    runs: [run("1", production, "audit-1"), run("2", production, null), run("3", testing, "deploy")],
  };
  const result = executeSync({ schema, document: parse("{ runs { id output parameters } }"), rootValue });
  audit.end();
  const { data, errors = [] } = result as unknown as { data: { runs: object[] }; errors?: { toJSON(): object }[] };
  const told = errors.map((error) => error.toJSON() as { message: string; path: unknown; extensions: unknown });
  return { runs: data.runs.map((one) => ({ ...one })), told, lines };
}

describe("guarded fields", () => {
  it("are given as each source's roles say, and null without", () => {
    expect(ask(roleFor("production", ["runs", "outputs", "commands"]), roleFor("testing", ["runs"])).runs).toEqual([
      { id: "1", output: "output-1", parameters: "parameters-1" },
      { id: "2", output: "output-2", parameters: "parameters-2" },
      { id: "3", output: null, parameters: null },
    ]);
  });

  it("tell of each kind once, with the first path", () => {
    const { told } = ask(roleFor("*", ["runs"]));
    expect(told.map(({ message, path, extensions }) => ({ message, path, extensions }))).toEqual([
      {
        message: "No role of yours gives `outputs` here.",
        path: ["runs", 0, "output"],
        extensions: { code: "FORBIDDEN", kind: "outputs" },
      },
      {
        message: "No role of yours gives `commands` here.",
        path: ["runs", 0, "parameters"],
        extensions: { code: "FORBIDDEN", kind: "commands" },
      },
    ]);
  });

  it("go by the command's name, and an unknown name gets nothing", () => {
    const { runs } = ask(roleFor("*", ["runs"]), roleFor("*", ["outputs"], ["audit-*"]));
    expect(runs).toEqual([
      { id: "1", output: "output-1", parameters: null },
      { id: "2", output: null, parameters: null },
      { id: "3", output: null, parameters: null },
    ]);
  });

  it("are written down, given or not", () => {
    const { lines } = ask(roleFor("production", ["runs", "outputs"]), roleFor("testing", ["runs"]));
    expect(
      lines.map(({ outcome, kinds, runs, instances, bytes }) => ({ outcome, kinds, runs, instances, bytes })),
    ).toEqual([
      {
        outcome: "allowed",
        kinds: ["outputs"],
        runs: ["ECS/production/cn-hangzhou/1", "ECS/production/cn-hangzhou/2"],
        instances: ["i-1", "i-2"],
        bytes: 16,
      },
      {
        outcome: "refused",
        kinds: ["commands", "outputs"],
        runs: ["ECS/production/cn-hangzhou/1", "ECS/production/cn-hangzhou/2", "ECS/testing/cn-hangzhou/3"],
        instances: [],
        bytes: 0,
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/output-|parameters-/);
  });
});
