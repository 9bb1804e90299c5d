import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { toGlobalId } from "#graph";
import { type GuardedGateway, OUTPUT_CANARY, startGuardedGateway, UNFINISHED } from "../support/access.ts";
import { WAYS_IN } from "../support/one-answer.ts";

const folder = mkdtempSync(join(tmpdir(), "audit-"));
const file = join(folder, "audit.jsonl");
let gateway: GuardedGateway;
beforeAll(async () => {
  gateway = await startGuardedGateway({}, { AUDIT_FILE: file });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
});

const PRODUCTION = { provider: "ECS", account: "production", regionId: "cn-hangzhou" } as const;

describe("the audit file", () => {
  it("tells who read which output, over which transport, also in events, and who was refused; and never what", async () => {
    await gateway.askAs("owner", "query Harmless { invocations { nodes { invokeId status } } }");
    const words = 'provider: ECS, account: "production", regionId: "cn-hangzhou", invokeId: "t-crimson-1"';
    await gateway.askAs("owner", `query Read { invocation(${words}) { outputGroups { output { text } } } }`);
    await gateway.askAs("viewer", `query Peek { invocation(${words}) { parameters } }`);
    const id = toGlobalId({ type: "Invocation", source: PRODUCTION, invokeId: UNFINISHED.invokeId });
    const watch = "subscription Watch ($id: ID!) { invocationUpdated(id: $id) { command { content } } }";
    for (const way of ["websocket", "server-sent events"] as const) {
      const { ask, leave } = WAYS_IN[way](gateway.url, `Bearer ${gateway.keys.owner}`);
      await ask(watch, { id });
      await leave();
    }
    const run = toGlobalId({ type: "Invocation", source: PRODUCTION, invokeId: "t-crimson-1" });
    const authorization = `Bearer ${gateway.keys.owner}`;
    const exported = await fetch(new URL(`/export?id=${run}`, gateway.url), {
      headers: { authorization, "apollo-require-preflight": "1" },
    });
    await exported.text();
    await gateway.askAs("owner", 'query Find { searchOutputs(text: "crimson") { nodes { line } } }');
    await gateway.askAs("viewer", 'query Hunt { searchOutputs(text: "x") { nodes { line } } }');
    const stream = WAYS_IN["server-sent events"](gateway.url, `Bearer ${gateway.keys.viewer}`);
    await stream.ask("subscription Tail ($id: ID!) { outputAppended(id: $id) { text } }", { id });
    await stream.leave();
    await gateway.stop();
    const text = readFileSync(file, "utf8");
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(
      lines.map(({ caller, transport, operationName, outcome, kinds, runs, instances, bytes }) =>
        [caller, transport, operationName, outcome, kinds, runs, instances, Number(bytes) > 0].map(String).join(" "),
      ),
    ).toEqual([
      "owner http Read allowed outputs ECS/production/cn-hangzhou/t-crimson-1 i-crimson true",
      "viewer http Peek refused commands ECS/production/cn-hangzhou/t-crimson-1  false",
      "owner websocket Watch allowed commands ECS/production/cn-hangzhou/t-crimson-3  true",
      "owner event-stream Watch allowed commands ECS/production/cn-hangzhou/t-crimson-3  true",
      "owner export null allowed outputs ECS/production/cn-hangzhou/t-crimson-1 i-crimson true",
      "owner http Find allowed outputs ECS/production/cn-hangzhou/t-crimson-1 i-crimson true",
      "viewer http Hunt refused outputs   false",
      "viewer event-stream Tail refused outputs ECS/production/cn-hangzhou/t-crimson-3  false",
    ]);
    expect(text).not.toContain(OUTPUT_CANARY);
  });
});
