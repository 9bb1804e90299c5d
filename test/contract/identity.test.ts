import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns } from "./world.ts";

const SERVER = "e".repeat(32);
const places = {
  "ECS/cn-hangzhou": createPlace(manyRuns(4, "t-h", { instanceId: "i-1" })),
  "SWAS/cn-hangzhou": createPlace(manyRuns(4, "t-s", { instanceId: SERVER })),
};
const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id
  ... on Invocation { invokeId provider } ... on InstanceInvocation { invokeId instanceId }
  ... on InvocationResult { invokeId instanceId exitCode } ... on Instance { instanceId name } } }`;
const NODE = "query ($id: ID!) { node(id: $id) { __typename id } }";
let rig: Rig;
let ids: string[];
beforeAll(async () => {
  rig = await startRig(places);
  const { data } = await rig.ask(
    "{ invocations { nodes { id instanceInvocations { nodes { id instance { id } result { id } } } } } }",
  );
  type Item = { id: string; instance: { id: string }; result: { id: string } };
  const runs: { id: string; instanceInvocations: { nodes: Item[] } }[] = data.invocations.nodes;
  ids = runs.flatMap((run) => [
    run.id,
    ...run.instanceInvocations.nodes.flatMap((item) => [item.id, item.instance.id, item.result.id]),
  ]);
});
afterAll(() => rig.stop());

describe("ids", () => {
  it("are all different but for the servers'", () => {
    expect(ids).toHaveLength(32);
    expect(new Set(ids).size).toBe(8 * 3 + 2);
  });

  it("name the same things in another process, in order", async () => {
    const here = await rig.ask(NODES, { ids });
    const there = await (await rig.twin()).ask(NODES, { ids });
    expect(here.errors).toBeUndefined();
    expect(there).toEqual({ ...here, extensions: expect.anything() });
    expect(there.data.nodes.map((node: { id: string }) => node.id)).toEqual(ids);
    expect(there.data.nodes.slice(0, 4).map((node: { __typename: string }) => node.__typename)).toEqual([
      "Invocation",
      "InstanceInvocation",
      "Instance",
      "InvocationResult",
    ]);
  });

  it("may be asked for twice, and many at once", async () => {
    const twice = [...ids, ...ids];
    const { data, errors } = await rig.ask(NODES, { ids: twice });
    expect(errors).toBeUndefined();
    expect(data.nodes.map((node: { id: string }) => node.id)).toEqual(twice);
  });

  it("above 100 are refused", async () => {
    const before = rig.far.calls.length;
    const { errors } = await rig.ask(NODES, { ids: Array.from({ length: 101 }, () => ids[0]) });
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(["BAD_USER_INPUT"]);
    expect(rig.far.calls.length).toBe(before);
  });

  it("that are damaged are BAD_USER_INPUT, without a call", async () => {
    const [id = ""] = ids;
    const damaged = [
      "",
      " ",
      "x",
      "1",
      "null",
      "e30=",
      `${id} `,
      id.slice(0, -1),
      id.slice(1),
      `${id}${id}`,
      "/etc/passwd",
      "\u0000",
      "a".repeat(3_000),
    ];
    const before = rig.far.calls.length;
    for (const bad of damaged) {
      const { errors, data } = await rig.ask(NODE, { id: bad });
      expect({ bad, node: data?.node ?? null, codes: errors?.map(({ extensions }) => extensions?.code) }).toEqual({
        bad,
        node: null,
        codes: ["BAD_USER_INPUT"],
      });
    }
    expect(rig.far.calls.length).toBe(before);
  });

  it("that are damaged in one letter never name something else", async () => {
    for (const id of ids.slice(0, 4)) {
      for (let index = 0; index < id.length; index += 3) {
        const bad = `${id.slice(0, index)}${id[index] === "A" ? "B" : "A"}${id.slice(index + 1)}`;
        if (bad === id) continue;
        const { errors, data } = await rig.ask(NODE, { id: bad });
        expect({ bad, node: data?.node ?? null, codes: errors?.map(({ extensions }) => extensions?.code) }).toEqual({
          bad,
          node: null,
          codes: ["BAD_USER_INPUT"],
        });
      }
    }
  });

  it("of what is gone are null, without an error", async () => {
    const place = createPlace(manyRuns(1, "t-x"));
    const own = await startRig({ "ECS/cn-hangzhou": place });
    const { data } = await own.ask(
      "{ invocations { nodes { id instanceInvocations { nodes { id result { id } } } } } }",
    );
    const [run] = data.invocations.nodes;
    const [item] = run.instanceInvocations.nodes;
    place.runs.length = 0;
    const answer = await (await own.twin()).ask(NODES, { ids: [run.id, item.id, item.result.id] });
    await own.stop();
    expect([answer.data, answer.errors]).toEqual([{ nodes: [null, null, null] }, undefined]);
  });

  it("of a source that is not configured are null or say so", async () => {
    const own = await startRig({ "ECS/cn-beijing": createPlace([]) });
    const { data, errors } = await own.ask(NODES, { ids: [ids[0]] });
    await own.stop();
    expect([data, errors]).toEqual([{ nodes: [null] }, undefined]);
  });

  it("of runs that share an invoke id across products are different", async () => {
    const own = await startRig({
      "ECS/cn-hangzhou": createPlace(manyRuns(1, "t-same")),
      "SWAS/cn-hangzhou": createPlace(manyRuns(1, "t-same", { instanceId: SERVER })),
      "ECS/cn-beijing": createPlace(manyRuns(1, "t-same")),
    });
    const { data } = await own.ask("{ invocations { nodes { id } } }");
    const three: string[] = data.invocations.nodes.map((node: { id: string }) => node.id);
    const again = await own.ask(
      "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Invocation { provider regionId } } }",
      { ids: three },
    );
    await own.stop();
    expect(new Set(three).size).toBe(3);
    expect(again.data.nodes).toEqual([
      { provider: "ECS", regionId: "cn-beijing" },
      { provider: "ECS", regionId: "cn-hangzhou" },
      { provider: "SWAS", regionId: "cn-hangzhou" },
    ]);
  });
});

describe("an id that holds a NUL", () => {
  let odd: Rig;
  beforeAll(async () => {
    const runs = [...manyRuns(2, "t-h", { instanceId: "i-1" }), ...manyRuns(2, "t-\0", { instanceId: "i-2" })];
    odd = await startRig({ "ECS/cn-hangzhou": createPlace(runs) });
  });
  afterAll(() => odd.stop());

  it("is none: its record is passed over, the page says so, and every id that is given out can be asked for", async () => {
    const { data } = await odd.ask("{ invocations { nodes { id invokeId } sources { ok isComplete } } }");
    const { nodes, sources } = data.invocations as { nodes: { id: string; invokeId: string }[]; sources: unknown };
    expect(nodes.map(({ invokeId }) => invokeId.slice(0, 3))).toEqual(["t-h", "t-h"]);
    expect(sources).toEqual([{ ok: true, isComplete: false }]);
    const asked = await odd.ask(NODES, { ids: nodes.map(({ id }) => id) });
    expect([asked.errors, asked.data.nodes.map((node: { id: string }) => node.id)]).toEqual([
      undefined,
      nodes.map(({ id }) => id),
    ]);
  });
});
