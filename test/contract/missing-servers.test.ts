import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { LIST } from "./missing-scene.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

type Body = Readonly<Record<string, unknown>>;

describe.each(["ECS", "SWAS"] as const)("servers of %s of which the list shows fewer than it tells of", (product) => {
  const SERVERS = `{ instances(first: 10) { totalCount nodes { instanceId } sources { ok isComplete error { code message } } } }`;
  const NAMED = `{ invocations(filter: { instanceNameContains: "i-" }) { totalCount nodes { invokeId } sources { ok isComplete } } }`;
  const action = product === "ECS" ? "DescribeInstances" : "ListInstances";
  const start = async (change: (body: Body) => Body) => {
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace(manyRuns(2, "t-h")) });
    rig.far.mangle = (body, call) => (call.action === action ? change(body) : body);
  };
  const flaw = (message: string) => [
    { ok: false, isComplete: false, error: { code: "BAD_RESPONSE", message: expect.stringContaining(message) } },
  ];

  it("say so, and so do runs by their names", async () => {
    await start((body) => ({ ...body, TotalCount: 3 }));
    const { data, errors } = await rig.ask(SERVERS);
    expect(errors).toBeUndefined();
    expect(data.instances).toEqual({
      totalCount: null,
      nodes: [{ instanceId: "i-1" }],
      sources: flaw("the list tells of 3 servers and shows 1"),
    });
    expect((await rig.ask(NAMED)).data.invocations).toMatchObject({
      totalCount: null,
      nodes: [{}, {}],
      sources: [{ ok: false, isComplete: false }],
    });
  });

  it("say so if one cannot be read", async () => {
    const broken = { InstanceName: "nameless" };
    await start(({ Instances, ...body }) => {
      const list =
        product === "ECS" ? (Instances as { Instance: readonly Body[] }).Instance : (Instances as readonly Body[]);
      const all = [...list, broken];
      return { ...body, TotalCount: all.length, Instances: product === "ECS" ? { Instance: all } : all };
    });
    expect((await rig.ask(SERVERS)).data.instances.sources).toMatchObject([{ ok: false, isComplete: false }]);
  });
});

describe("a region of SWAS that is read server by server", () => {
  it("loses no run of servers on a page of their list that failed for once", async () => {
    const runs = manyRuns(110, "t-h").map((run, index) => ({
      ...run,
      executions: [{ instanceId: `i-${1_000 + index}` }],
    }));
    const clock = createClockAhead(systemClock);
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace(runs) }, { OPERATION_DEADLINE_MS: "60000" }, clock);
    let isDown = true;
    rig.far.interfere = ({ action, asked }) => {
      if (action === "DescribeCommandInvocations") return refusal(403, "NoPermission");
      return isDown && action === "ListInstances" && asked.get("PageNumber") !== "1" ? refusal(403, "Forbidden") : null;
    };
    const page = async (after: string | null) => {
      const query = `query ($after: String) { invocations(first: 30, after: $after) { nodes { invokeId }
        pageInfo { hasNextPage endCursor } sources { ok isComplete } } }`;
      return (await rig.ask(query, { after })).data.invocations;
    };
    expect(await page(null)).toBeNull();
    isDown = false;
    clock.pass(60_000);
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const found = await page(after);
      ids.push(...found.nodes.map(({ invokeId }: { readonly invokeId: string }) => invokeId));
      expect(found.sources).toEqual([{ ok: true, isComplete: true }]);
      ({ endCursor: after, hasNextPage: more } = found.pageInfo);
    }
    expect(ids.toSorted()).toEqual(runs.map(({ invokeId }) => invokeId).toSorted());
  });

  it("says that its list of servers is short", async () => {
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace(manyRuns(2, "t-h")) });
    rig.far.interfere = ({ action }) => (action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null);
    rig.far.mangle = (body, { action }) => (action === "ListInstances" ? { ...body, TotalCount: 3 } : body);
    const { data, errors } = await rig.ask(LIST);
    expect(errors).toBeUndefined();
    expect(data.invocations).toMatchObject({
      nodes: [{}, {}],
      totalCount: null,
      sources: [{ ok: false, isComplete: false, error: { code: "BAD_RESPONSE" } }],
    });
  });
});
