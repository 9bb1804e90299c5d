import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PAGE = `query ($after: String) { invocations(first: 100, after: $after) { nodes { invokeId }
  pageInfo { hasNextPage endCursor } sources { ok isComplete error { code } } } }`;

interface Page {
  readonly nodes: readonly { readonly invokeId: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly sources: readonly { readonly ok: boolean; readonly isComplete: boolean; readonly error: unknown }[];
}

describe("a source that has to wait for its quota", () => {
  it("has not failed: pages say that they are not complete, and the walk can go on later", async () => {
    const settings = {
      UPSTREAM_QUOTA: "swas:DescribeCommandInvocations=4",
      OPERATION_DEADLINE_MS: "2000",
      UPSTREAM_TIMEOUT_MS: "1000",
    };
    rig = await startRig({ "SWAS/cn-shanghai": createPlace(manyRuns(600, "t-q")) }, settings);
    const pages: Page[] = [];
    for (let after: string | null = null; pages.length < 5; ) {
      const { data, errors } = await rig.ask(PAGE, { after });
      expect(errors).toBeUndefined();
      const page = data.invocations as unknown as Page;
      pages.push(page);
      after = page.pageInfo.endCursor;
    }
    const waiting = pages.at(-1);
    expect([waiting?.nodes, waiting?.pageInfo.hasNextPage]).toEqual([[], true]);
    expect(waiting?.sources).toEqual([{ ok: true, isComplete: false, error: null }]);
    const ids = pages.flatMap(({ nodes }) => nodes.map(({ invokeId }) => invokeId));
    expect([new Set(ids).size, ids.length > 100]).toEqual([ids.length, true]);
    expect(rig.far.calls.length).toBeLessThanOrEqual(4);
  });
});

describe("a list that was never read, since the quota has no call left for it", () => {
  const quotas = {
    "ECS/cn-hangzhou": "ecs:DescribeInvocations=1",
    "SWAS/cn-shanghai": "swas:DescribeCommandInvocations=1",
  };
  const LISTS = `query ($filter: InvocationFilter) { invocations(filter: $filter) { nodes { invokeId }
    sources { provider ok asOf isComplete error { code } } } }`;
  const waiting = { ok: true, asOf: null, isComplete: false, error: null };

  it.each([
    ["ECS/cn-hangzhou", undefined],
    ["ECS/cn-hangzhou", { statusIn: ["FAILED"] }],
    ["ECS/cn-hangzhou", { statusIn: ["FAILED", "STOPPED"] }],
    ["SWAS/cn-shanghai", undefined],
    ["SWAS/cn-shanghai", { statusIn: ["FAILED"] }],
    ["SWAS/cn-shanghai", { commandId: "c-1" }],
  ] as const)("is not complete and has no age, whatever else was read of %s: %j", async (name, filter) => {
    const [provider, regionId] = name.split("/");
    const settings = { UPSTREAM_QUOTA: quotas[name], OPERATION_DEADLINE_MS: "2000", UPSTREAM_TIMEOUT_MS: "1000" };
    rig = await startRig({ [name]: createPlace(manyRuns(60, "t-q")) }, settings);
    const one = `{ invocation(provider: ${provider}, regionId: "${regionId}", invokeId: "t-q00000") { invokeId } }`;
    expect(await rig.ask(one)).toMatchObject({ data: { invocation: { invokeId: "t-q00000" } } });
    const { data, errors } = await rig.ask(LISTS, { filter });
    // The run is known, and shown where it is sure to be meant.
    const nodes = filter === undefined ? [{ invokeId: "t-q00000" }] : [];
    expect([errors, data]).toEqual([undefined, { invocations: { nodes, sources: [{ provider, ...waiting }] } }]);
    expect(rig.far.calls).toHaveLength(1);
  });

  it("leaves the age of another list of its source alone, and answers from that", async () => {
    const settings = {
      UPSTREAM_QUOTA: quotas["SWAS/cn-shanghai"],
      OPERATION_DEADLINE_MS: "2000",
      UPSTREAM_TIMEOUT_MS: "1000",
    };
    rig = await startRig({ "SWAS/cn-shanghai": createPlace(manyRuns(60, "t-q")) }, settings);
    const { data } = await rig.ask(LISTS);
    expect(data.invocations.sources).toEqual([
      { ...waiting, provider: "SWAS", asOf: expect.any(String), isComplete: true },
    ]);
    const narrow = await rig.ask(LISTS, { filter: { commandId: "c-1" } });
    const { asOf } = data.invocations.sources[0];
    expect(narrow.data.invocations).toEqual({
      nodes: [],
      sources: [{ provider: "SWAS", ...waiting, asOf }],
    });
  });
});

describe("a status that a product does not have", () => {
  it("costs no call there", async () => {
    rig = await startRig({ "SWAS/cn-shanghai": createPlace(manyRuns(300, "t-q")) });
    const query = "query ($in: [InvocationStatus!]) { invocations(filter: { statusIn: $in }) { nodes { invokeId } } }";
    expect(await rig.ask(query, { in: ["SCHEDULED"] })).toMatchObject({ data: { invocations: { nodes: [] } } });
    expect(rig.far.calls).toEqual([]);
  });
});
