import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ordered, type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns } from "./world.ts";

const SERVER = "b".repeat(32);
const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: InvocationFilter) {
  invocations(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes { invokeId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const COUNTED = `query ($filter: InvocationFilter) { invocations(first: 5, filter: $filter) { totalCount } }`;

const places = {
  "ECS/cn-hangzhou": createPlace(manyRuns(30, "t-h", { perSecond: 3 }), { ties: "shuffled" }),
  "ECS/cn-beijing": createPlace(manyRuns(12, "t-b", { perSecond: 2 })),
  "SWAS/cn-hangzhou": createPlace(manyRuns(15, "t-s", { perSecond: 2, instanceId: SERVER })),
};
const all = ordered(places);
let rig: Rig;
beforeAll(async () => {
  rig = await startRig(places);
});
afterAll(() => rig.stop());

async function page(variables: object) {
  const { data, errors } = await rig.ask(LIST, { ...variables });
  const { nodes, pageInfo } = data?.invocations ?? {};
  return { ids: nodes?.map((node: { invokeId: string }) => node.invokeId), pageInfo, errors };
}

describe("arguments of a list", () => {
  it("give 20 rows unless told otherwise", async () => {
    expect((await page({})).ids).toEqual(all.slice(0, 20));
  });

  it.each([
    [{ first: -1 }, "first"],
    [{ first: 101 }, "first"],
    [{ last: -1 }, "last"],
    [{ last: 101 }, "last"],
    [{ first: 5, last: 5 }, "last"],
  ])("%j is refused without an upstream call, by name", async (variables, name) => {
    const before = rig.far.calls.length;
    const { errors } = await page(variables);
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(["BAD_USER_INPUT"]);
    expect(errors?.[0]?.message).toContain(name);
    expect(rig.far.calls.length).toBe(before);
  });

  it("first: 0 is an empty page that knows whether more follows", async () => {
    const { ids, pageInfo, errors } = await page({ first: 0 });
    expect({ ids, errors, more: pageInfo.hasNextPage }).toEqual({ ids: [], errors: undefined, more: true });
    const none = await page({ first: 0, filter: { commandName: "unheard of" } });
    expect([none.ids, none.pageInfo.hasNextPage]).toEqual([[], false]);
    const empty = await page({ first: 0, filter: { statusIn: [] } });
    expect([empty.ids, empty.pageInfo.hasNextPage]).toEqual([[], false]);
  });

  it("last: 0 is an empty page that knows whether more lies in front", async () => {
    const { ids, pageInfo, errors } = await page({ last: 0 });
    expect({ ids, errors, more: pageInfo.hasPreviousPage }).toEqual({ ids: [], errors: undefined, more: true });
  });

  it("tell of the other side by whether a cursor was given", async () => {
    const first = await page({ first: 5 });
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await page({ first: 5, after: first.pageInfo.endCursor });
    expect(second.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    const back = await page({ last: 5, before: second.pageInfo.startCursor });
    expect(back).toMatchObject({ ids: first.ids, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const end = await page({ last: 5 });
    expect(end).toMatchObject({ ids: all.slice(-5), pageInfo: { hasNextPage: false, hasPreviousPage: true } });
  });

  it("let a walk turn round anywhere", async () => {
    for (const at of [3, 10, 23]) {
      const forth = await page({ first: at });
      const next = await page({ first: 7, after: forth.pageInfo.endCursor });
      expect(next.ids).toEqual(all.slice(at, at + 7));
      const back = await page({ last: 7, before: next.pageInfo.endCursor });
      expect(back.ids).toEqual(all.slice(at - 1, at + 6));
    }
    const last = await page({ last: 10 });
    expect((await page({ last: 8, before: last.pageInfo.startCursor })).ids).toEqual(all.slice(-18, -10));
    expect((await page({ first: 8, after: last.pageInfo.startCursor })).ids).toEqual(all.slice(-9, -1));
    expect((await page({ first: 8, after: last.pageInfo.endCursor })).ids).toEqual([]);
  });
});

describe("cursors", () => {
  it("of every edge lead on from that edge, both ways", async () => {
    const { data } = await rig.ask("{ invocations(first: 40) { edges { cursor node { invokeId } } } }");
    const edges: { cursor: string; node: { invokeId: string } }[] = data.invocations.edges;
    expect(edges.map(({ node }) => node.invokeId)).toEqual(all.slice(0, 40));
    for (const index of [0, 1, 2, 7, 19, 38, 39]) {
      const cursor = edges[index]?.cursor;
      expect((await page({ first: 4, after: cursor })).ids).toEqual(all.slice(index + 1, index + 5));
      expect((await page({ last: 4, before: cursor })).ids).toEqual(all.slice(Math.max(0, index - 4), index));
    }
  });

  it("work in another process with the same keys", async () => {
    const { pageInfo } = await page({ first: 11 });
    const twin = await rig.twin();
    const { data } = await twin.ask(LIST, { first: 5, after: pageInfo.endCursor });
    expect(data.invocations.nodes.map((node: { invokeId: string }) => node.invokeId)).toEqual(all.slice(11, 16));
  });

  it("are refused without an upstream call where they are foreign, damaged or empty", async () => {
    const { pageInfo } = await page({ first: 5 });
    const cursor: string = pageInfo.endCursor;
    const flipped = (index: number) =>
      `${cursor.slice(0, index)}${cursor[index] === "A" ? "B" : "A"}${cursor.slice(index + 1)}`;
    const damaged = [
      "",
      " ",
      "0",
      "null",
      `${cursor}A`,
      cursor.slice(1),
      cursor.slice(0, -2),
      cursor.toUpperCase(),
      "e30=",
      "\u0000",
      "a".repeat(5_000),
    ];
    const positions = Array.from({ length: Math.min(60, cursor.length) }, (_, index) =>
      Math.floor((index * cursor.length) / 60),
    );
    const tries = [
      ...damaged.map((after) => ({ first: 5, after })),
      ...positions.map((index) => ({ first: 5, after: flipped(index) })),
      { last: 5, before: "" },
      { last: 5, before: flipped(3) },
      { first: 5, after: cursor, filter: { providerIn: ["ECS"] } },
      { first: 5, after: cursor, filter: { statusIn: ["SUCCESS"] } },
      { first: 0, after: "" },
    ];
    const before = rig.far.calls.length;
    for (const variables of tries) {
      const { errors, ids } = await page(variables);
      expect({ variables, ids, codes: errors?.map(({ extensions }) => extensions?.code) }).toEqual({
        variables,
        ids: undefined,
        codes: ["INVALID_CURSOR"],
      });
    }
    expect(rig.far.calls.length).toBe(before);
  });

  it("do not fit another list", async () => {
    const { pageInfo } = await page({ first: 5, filter: { instanceId: "i-1" } });
    const { errors } = await rig.ask(
      `query ($after: String) { instance(provider: ECS, regionId: "cn-hangzhou", instanceId: "i-1") { invocations(first: 2, after: $after) { nodes { id } } } }`,
      { after: pageInfo.endCursor },
    );
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(["INVALID_CURSOR"]);
  });
});

describe("totalCount", () => {
  it.each([
    [undefined, 57],
    [{ providerIn: ["ECS"] }, 42],
    [{ regionIdIn: ["cn-hangzhou"] }, 45],
    [{ providerIn: [] }, 0],
    [{ createdAfter: "2026-01-01T00:00:00Z" }, 57],
  ])("of %j is %p", async (filter, count) => {
    const { data, errors } = await rig.ask(COUNTED, { filter });
    expect({ count: data?.invocations.totalCount, errors }).toEqual({ count, errors: undefined });
  });
});
