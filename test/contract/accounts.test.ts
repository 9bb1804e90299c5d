import { afterEach, describe, expect, it } from "@jest/globals";
import { createFastClock } from "./fast-clock.ts";
import { ordered, type Rig, startRig, walkedIds } from "./rig.ts";
import { type FarCall, refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

describe("an account that may not use DescribeCommandInvocations", () => {
  const servers = Array.from({ length: 5 }, (_, index) => String(index).repeat(32));
  const runs = manyRuns(90, "t-s", { perSecond: 4 }).map((run, index) => ({
    ...run,
    executions: [{ instanceId: servers[index % 5] ?? "", output: `from ${run.invokeId}\n` }],
  }));
  const only = (call: FarCall) => (call.action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null);

  it.each([7, 20, 100])("still has all runs in order: pages of %d", async (size) => {
    const places = { "SWAS/cn-hangzhou": { ...createPlace(runs, { ties: "shuffled" as const }), servers } };
    rig = await startRig(places, {}, createFastClock());
    rig.far.interfere = only;
    expect(await walkedIds(rig, { size })).toEqual(ordered(places));
    expect(await walkedIds(rig, { size, backwards: true })).toEqual(ordered(places));
  });

  it("still has outputs, single runs and an instance's runs", async () => {
    const places = { "SWAS/cn-hangzhou": { ...createPlace(runs), servers } };
    rig = await startRig(places, {}, createFastClock());
    rig.far.interfere = only;
    const list = await rig.ask(
      "{ invocations(first: 3) { nodes { id invokeId instanceInvocations { nodes { exitCode result { output { text } } } } } } }",
    );
    expect(list.errors).toBeUndefined();
    for (const node of list.data.invocations.nodes) {
      expect(node.instanceInvocations.nodes).toEqual([
        { exitCode: 0, result: { output: { text: `from ${node.invokeId}\n` } } },
      ]);
    }
    const own = await rig.ask(
      `{ instance(provider: SWAS, regionId: "cn-hangzhou", instanceId: "${servers[2]}") { invocations(first: 50) { nodes { invokeId } } } }`,
    );
    const expected = ordered(places).filter(
      (id) => runs.find((run) => run.invokeId === id)?.executions[0]?.instanceId === servers[2],
    );
    expect(own.data?.instance.invocations.nodes.map((node: { invokeId: string }) => node.invokeId)).toEqual(expected);
    const single = await rig.ask("query ($id: ID!) { node(id: $id) { ... on Invocation { invokeId status } } }", {
      id: list.data.invocations.nodes[0].id,
    });
    expect([single.data, single.errors]).toEqual([
      { node: { invokeId: list.data.invocations.nodes[0].invokeId, status: "SUCCESS" } },
      undefined,
    ]);
  });
});

describe("several accounts", () => {
  it("are sources of their own", async () => {
    const { mkdtempSync, rmSync, writeFileSync } = await import("node:fs");
    const folder = mkdtempSync("/tmp/accounts-");
    const file = `${folder}/accounts.json`;
    const account = (alias: string, key: string) => ({
      alias,
      ecsRegions: ["cn-hangzhou"],
      credentials: { type: "static", accessKeyId: key, accessKeySecret: "s" },
    });
    writeFileSync(file, JSON.stringify({ accounts: [account("one", "key-1"), account("two", "key-2")] }));
    const places = {
      "key-1/ECS/cn-hangzhou": createPlace(manyRuns(30, "t-x")),
      "key-2/ECS/cn-hangzhou": createPlace(manyRuns(30, "t-x")),
    };
    rig = await startRig(places, { ACCOUNTS_FILE: file, ECS_REGIONS: "", SWAS_REGIONS: "" });
    const { data, errors } = await rig.ask(
      "{ invocations(first: 100) { nodes { account invokeId } sources { account ok } } }",
    );
    const some = await rig.ask(`{ invocations(first: 100, filter: { accountIn: ["two"] }) { nodes { account } } }`);
    rmSync(folder, { recursive: true });
    expect(errors).toBeUndefined();
    expect(data.invocations.sources).toEqual([
      { account: "one", ok: true },
      { account: "two", ok: true },
    ]);
    const ids = ordered({ "key-1/ECS/cn-hangzhou": places["key-1/ECS/cn-hangzhou"] });
    expect(data.invocations.nodes).toEqual(
      ids.flatMap((invokeId) => [
        { account: "one", invokeId },
        { account: "two", invokeId },
      ]),
    );
    expect(some.data.invocations.nodes).toHaveLength(30);
  });
});
