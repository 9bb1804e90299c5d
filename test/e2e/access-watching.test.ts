import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { createKey } from "#access";
import { toGlobalId } from "#graph";
import { COMMAND_CANARY, type GuardedGateway, OUTPUT_CANARY, startGuardedGateway } from "../support/access.ts";
import { WAYS_IN } from "../support/one-answer.ts";

const SOURCE = { provider: "ECS", account: "production", regionId: "cn-hangzhou" } as const;
const WATCH = `subscription Watch($id: ID!) { invocationUpdated(id: $id) {
  status command { content } instanceInvocations { nodes { instanceId result { output { text } } } } } }`;

const second = createKey();
let gateway: GuardedGateway;
beforeAll(async () => {
  gateway = await startGuardedGateway({}, { WATCH_MIN_INTERVAL_MS: "100", WATCH_MAX_INTERVAL_MS: "100" });
  gateway.rewrite({ keys: [...gateway.keyLines, { name: "second", sha256: second.sha256, roles: ["owner"] }] });
  const headers = { "content-type": "application/json", authorization: `Bearer ${second.key}` };
  const asked = { method: "POST", headers, body: JSON.stringify({ query: "{ __typename }" }) };
  while ((await fetch(gateway.url, asked)).status === 401) await new Promise((resolve) => setTimeout(resolve, 20));
});
afterAll(() => gateway.stop());

describe("a run that callers of different views watch with one document", () => {
  it("is told to each as its view gives it, and the audit tells of each who got its outputs", async () => {
    const invokeId = gateway.emulator.world.addInvocation("ecs", SOURCE.regionId, {
      commandName: "deploy-crimson",
      content: COMMAND_CANARY,
      instances: [{ instanceId: "i-crimson", status: "Running" }],
    });
    const id = toGlobalId({ type: "Invocation", source: SOURCE, invokeId });
    const keys = [gateway.keys.viewer, gateway.keys.owner, gateway.keys.tester, second.key, gateway.keys.viewer];
    let awaited = keys.length;
    const told = keys.map(async (key, place) => {
      const way = WAYS_IN[place % 2 === 0 ? "websocket" : "server-sent events"](gateway.url, `Bearer ${key}`);
      const answers: string[] = [];
      for await (const answer of way.watch(WATCH, { id })) {
        answers.push(answer);
        if (answers.length > 1) continue;
        awaited -= 1;
        if (awaited > 0) continue;
        gateway.emulator.world.finishInvocation("ecs", SOURCE.regionId, invokeId, { output: OUTPUT_CANARY });
      }
      await way.leave();
      return answers.map((answer) => [OUTPUT_CANARY, COMMAND_CANARY].map((canary) => answer.includes(canary)));
    });
    const [bare, whole] = [
      [
        [false, false],
        [false, false],
      ],
      [
        [false, true],
        [true, true],
      ],
    ];
    expect(await Promise.all(told)).toEqual([bare, whole, [[false, false]], whole, bare]);
    const lines = gateway
      .audit()
      .filter(({ operationName, outcome }) => operationName === "Watch" && outcome === "allowed");
    const ofOutputs = lines.filter(({ kinds }) => (kinds as string[]).includes("outputs"));
    expect(ofOutputs.map(({ caller, instances, bytes }) => [caller, instances, bytes]).sort()).toEqual([
      ["owner", ["i-crimson"], OUTPUT_CANARY.length + COMMAND_CANARY.length],
      ["second", ["i-crimson"], OUTPUT_CANARY.length + COMMAND_CANARY.length],
    ]);
    expect(new Set(ofOutputs.map(({ requestId }) => requestId)).size).toBe(2);
  });
});
