import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

const hangzhou = createPlace(manyRuns(3, "t-h"), {});
const servers = Array.from({ length: 130 }, (_, index) => `i-many${String(index).padStart(3, "0")}`);
const world = {
  "ECS/cn-hangzhou": { ...hangzhou, servers },
  "ECS/cn-beijing": createPlace([
    { invokeId: "t-only5", at: Date.UTC(2026, 0, 1), executions: [{ instanceId: "i-bj1234" }] },
  ]),
  "SWAS/cn-hangzhou": createPlace([
    { invokeId: "t-swas5", at: Date.UTC(2026, 0, 1), executions: [{ instanceId: "a".repeat(32) }] },
  ]),
};
let rig: Rig;
beforeAll(async () => {
  rig = await startRig(world);
});
afterAll(() => rig.stop());

const LOOKUP = `query ($by: LookupInput!) { lookup(by: $by) { __typename id
  ... on Invocation { invokeId regionId provider } ... on Instance { instanceId name regionId } } }`;
const find = (by: object) => rig.ask(LOOKUP, { by });

describe("lookup", () => {
  it("finds a run by its upstream id alone, in whatever source it is", async () => {
    const answer = await find({ invokeId: "t-swas5" });
    expect(answer.data.lookup).toMatchObject({ __typename: "Invocation", provider: "SWAS", invokeId: "t-swas5" });
    expect((await find({ invokeId: " t-swas5\n" })).data).toEqual(answer.data);
    expect((await find({ invokeId: "t-none0" })).data).toEqual({ lookup: null });
  });

  it.each([
    "https://ecs.console.aliyun.com/cloud-assistant/region/cn-shanghai/result?InvokeId=t-only5",
    "https://ecs.console.aliyun.com/server/i-bj1234/detail?regionId=cn-shanghai#/",
    "https://ecs.console.aliyun.com/#/server/i-bj1234?regionId=cn-shanghai",
    `https://swasnext.console.aliyun.com/servers/cn-shanghai/${"a".repeat(32)}/dashboard`,
  ])("asks nobody for what is in a region that is not configured: %s", async (consoleUrl) => {
    rig.far.calls.length = 0;
    expect(await find({ consoleUrl })).toMatchObject({ data: { lookup: null } });
    expect(rig.far.calls).toEqual([]);
  });

  it("has no limit for runs that are known, and for others 60 a minute", async () => {
    const own = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(3, "t-h")) });
    const ask = async (invokeIds: readonly string[]) => {
      const fields = invokeIds.map((invokeId, at) => `a${at}: lookup(by: { invokeId: "${invokeId}" }) { id }`);
      const { data, errors = [] } = await own.ask(`{ ${fields.join("\n")} }`);
      const found: readonly unknown[] = Object.values(data);
      return [found.filter((one) => one !== null).length, errors.map(({ extensions }) => extensions?.limit)];
    };
    try {
      const { data } = await own.ask("{ invocations { nodes { invokeId } } }");
      const { invokeId }: { invokeId: string } = data.invocations.nodes[0];
      const known = Array.from({ length: 40 }, () => invokeId);
      expect([await ask(known), await ask(known)]).toEqual([
        [40, []],
        [40, []],
      ]);
      const unknown = (from: number) => Array.from({ length: 40 }, (_, at) => `t-x${from + at}`);
      expect(await ask(unknown(0))).toEqual([0, []]);
      expect(await ask(unknown(40))).toEqual([0, Array(20).fill("foreignIds")]);
    } finally {
      await own.stop();
    }
  });

  it.each([
    [404, "InvalidApi.NotFound"],
    [400, "RegionId.ApiNotSupported"],
    [404, "InvalidRegionId.NotFound"],
    [403, "UnauthorizedRegion"],
  ])(
    "is an error as long as a source that answered before says %d %s, and asks no region anew that never answered",
    async (status, code) => {
      const run = { invokeId: "t-new", at: Date.UTC(2026, 0, 3), executions: [{ instanceId: "i-own1" }] };
      const own = await startRig({
        "ECS/cn-beijing": createPlace([run]),
        "ECS/cn-wuhan": createPlace([]),
        "ECS/cn-fuzhou": createPlace([]),
      });
      const server = "https://ecs.console.aliyun.com/server/i-own1/detail?regionId=cn-beijing";
      const ask = async (by: object) => {
        own.far.calls.length = 0;
        const { data, errors } = await own.ask(LOOKUP, { by });
        const failures = errors?.map(({ extensions }) => [
          extensions?.code,
          extensions?.upstreamCode,
          extensions?.regionId,
        ]);
        return [data.lookup?.__typename ?? null, failures, own.far.asked()];
      };
      const refused = [["UPSTREAM_NOT_SUPPORTED", code, "cn-beijing"]];
      const isNever = ({ regionId }: { regionId: string }) => regionId !== "cn-beijing";
      try {
        own.far.interfere = (call) => (isNever(call) ? refusal(status, code) : null);
        expect((await ask({ invokeId: "t-none" })).slice(0, 2)).toEqual([null, undefined]);
        own.far.interfere = () => refusal(status, code);
        for (const invokeId of ["t-new", "t-none2"])
          expect(await ask({ invokeId })).toEqual([null, refused, ["DescribeInvocations cn-beijing"]]);
        expect((await ask({ consoleUrl: server })).slice(0, 2)).toEqual([null, refused]);
        own.far.interfere = (call) => (isNever(call) ? refusal(status, code) : null);
        expect(await ask({ invokeId: "t-new" })).toEqual(["Invocation", undefined, ["DescribeInvocations cn-beijing"]]);
        expect((await ask({ consoleUrl: server })).slice(0, 2)).toEqual(["Instance", undefined]);
      } finally {
        await own.stop();
      }
    },
  );

  it("names each run of an upstream id that several sources have", async () => {
    const twins = await startRig({
      "ECS/cn-hangzhou": createPlace(manyRuns(1, "t-same")),
      "ECS/cn-beijing": createPlace(manyRuns(1, "t-same")),
      "ECS/cn-qingdao": createPlace([]),
      "SWAS/cn-hangzhou": createPlace(manyRuns(1, "t-same", { instanceId: "a".repeat(32) })),
    });
    try {
      const { data, errors } = await twins.ask(LOOKUP, { by: { invokeId: "t-same00000" } });
      const all = await twins.ask("{ invocations { nodes { id provider regionId } } }");
      const nodes: readonly { id: string; provider: string; regionId: string }[] = all.data.invocations.nodes;
      const places = ["ECS cn-beijing", "ECS cn-hangzhou", "SWAS cn-hangzhou"];
      expect(nodes.map(({ provider, regionId }) => `${provider} ${regionId}`)).toEqual(places);
      const ids = (errors?.[0]?.message ?? "").split("by its id: ")[1]?.slice(0, -1).split(", ").toSorted();
      expect([data.lookup, errors?.length, errors?.[0]?.extensions]).toEqual([
        null,
        1,
        expect.objectContaining({ code: "BAD_USER_INPUT", argument: "by" }),
      ]);
      expect(ids).toEqual(nodes.map(({ id, provider, regionId }) => `${provider} ${regionId} default: ${id}`));
      for (const { id, provider, regionId } of nodes) {
        expect((await twins.ask(LOOKUP, { by: { id } })).data.lookup).toMatchObject({ id, provider, regionId });
      }
    } finally {
      await twins.stop();
    }
  });

  it("finds anything by an id of ours", async () => {
    const { id } = (await find({ invokeId: "t-only5" })).data.lookup;
    expect((await find({ id })).data.lookup).toMatchObject({ __typename: "Invocation", invokeId: "t-only5", id });
  });

  it("finds what the console's address names, and asks that region only", async () => {
    rig.far.calls.length = 0;
    const server = "https://ecs.console.aliyun.com/server/i-bj1234/detail?regionId=cn-beijing#/";
    expect((await find({ consoleUrl: server })).data.lookup).toMatchObject({
      __typename: "Instance",
      instanceId: "i-bj1234",
      name: "name of i-bj1234",
    });
    expect(rig.far.asked()).toEqual(["DescribeInstances cn-beijing"]);
    const run = "https://ecs.console.alibabacloud.com/cloud-assistant/region/cn-beijing?invokeId=t-only5";
    expect((await find({ consoleUrl: run })).data.lookup).toMatchObject({ invokeId: "t-only5" });
  });

  it("finds each run by the console's address that it tells of itself", async () => {
    const { data } = await rig.ask("{ invocations(first: 20) { nodes { id invokeId consoleUrl } } }");
    expect(data.invocations.nodes.length).toBe(5);
    for (const { id, invokeId, consoleUrl } of data.invocations.nodes) {
      expect((await find({ consoleUrl })).data.lookup).toMatchObject({ __typename: "Invocation", id, invokeId });
    }
  });

  it.each([
    [{ consoleUrl: "https://example.com/t-only5" }, "by.consoleUrl"],
    [{ consoleUrl: "no address" }, "by.consoleUrl"],
    [{ consoleUrl: "https://ecs.console.aliyun.com/overview" }, "by.consoleUrl"],
    [{ invokeId: " " }, "by.invokeId"],
    [{ id: "damaged" }, "by.id"],
  ])("refuses %j without a call", async (by, argument) => {
    rig.far.calls.length = 0;
    const { errors } = await find(by);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(argument),
      extensions: { code: "BAD_USER_INPUT" },
    });
    expect(rig.far.calls).toEqual([]);
  });

  it.each([{}, { id: "a", invokeId: "t-only5" }, { invokeId: null }])("takes exactly one word: %j", async (by) => {
    const { errors } = await find(by);
    expect(errors?.length).toBe(1);
    expect(errors?.[0]?.extensions?.code).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
  });
});

const SERVERS = `query ($filter: InstanceFilter, $first: Int, $after: String, $last: Int, $before: String) {
  page: instances(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { instanceId name } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } sources { ok isComplete } } }`;

describe("servers", () => {
  it("come page by page, each once, and are read once", async () => {
    const found: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await rig.ask(SERVERS, { first: 50, after });
      found.push(...data.page.nodes.map((node: { instanceId: string }) => node.instanceId));
      expect(data.page.totalCount).toBe(133);
      after = data.page.pageInfo.hasNextPage ? data.page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(found.toSorted()).toEqual([...servers, "i-1", "i-bj1234", "a".repeat(32)].toSorted());
    rig.far.calls.length = 0;
    const { data } = await rig.ask(SERVERS, { last: 2 });
    expect(data.page.nodes.map((node: { instanceId: string }) => node.instanceId)).toEqual(found.slice(-2));
    expect(rig.far.calls).toEqual([]);
  });

  it("are found by a part of their names", async () => {
    const { data } = await rig.ask(SERVERS, { filter: { nameContains: "MANY01", providerIn: ["ECS"] } });
    expect(data.page.nodes).toEqual(
      servers.slice(10, 20).map((instanceId) => ({ instanceId, name: `name of ${instanceId}` })),
    );
    expect((await rig.ask(SERVERS, { filter: { instanceIdIn: [] } })).data.page.nodes).toEqual([]);
  });

  it("take no other list's cursors", async () => {
    const { data } = await rig.ask(SERVERS, { first: 1 });
    const after = data.page.pageInfo.endCursor;
    const { errors } = await rig.ask(SERVERS, { filter: { nameContains: "many" }, after });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "INVALID_CURSOR" });
  });
});
