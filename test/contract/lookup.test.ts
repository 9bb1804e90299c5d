import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createFastClock } from "./fast-clock.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

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

describe("waiting for a run", () => {
  const RUN = `query ($id: String!, $seconds: Int) {
    invocation(provider: ECS, regionId: "cn-beijing", invokeId: $id, waitSeconds: $seconds) { status isFinal } }`;

  it("answers when it is over, not later, beyond the operation's deadline too", async () => {
    const running: Run = {
      invokeId: "t-wait01",
      at: Date.UTC(2026, 0, 3),
      status: "Running",
      executions: [{ instanceId: "i-bj1234", status: "Running" }],
    };
    const place = createPlace([running]);
    const own = await startRig(
      { "ECS/cn-beijing": place },
      {
        WATCH_MIN_INTERVAL_MS: "100",
        WATCH_MAX_INTERVAL_MS: "100",
        OPERATION_DEADLINE_MS: "300",
        UPSTREAM_TIMEOUT_MS: "200",
      },
    );
    let looks = 0;
    own.far.interfere = () => {
      looks += 1;
      if (looks === 8) place.runs[0] = { ...running, status: "Success", executions: [{ instanceId: "i-bj1234" }] };
      return null;
    };
    try {
      const answers = await Promise.all([1, 2, 3].map(() => own.ask(RUN, { id: "t-wait01", seconds: 30 })));
      expect(answers).toMatchObject(
        answers.map(() => ({ data: { invocation: { status: "SUCCESS", isFinal: true } } })),
      );
      expect(looks).toBeLessThan(12);
    } finally {
      await own.stop();
    }
  });

  it("answers what there is when the time is over", async () => {
    const place = createPlace([
      {
        invokeId: "t-wait02",
        at: Date.UTC(2026, 0, 3),
        status: "Running",
        executions: [{ instanceId: "i-1", status: "Running" }],
      },
    ]);
    const own = await startRig({ "ECS/cn-beijing": place });
    try {
      expect(await own.ask(RUN, { id: "t-wait02", seconds: 1 })).toMatchObject({
        data: { invocation: { status: "RUNNING" } },
      });
      expect(await own.ask(RUN, { id: "t-wait03", seconds: 1 })).toMatchObject({ data: { invocation: null } });
    } finally {
      await own.stop();
    }
  });

  it("answers in time what is known, and why no more is, while the upstream accepts every call and never answers", async () => {
    const known: Run = {
      invokeId: "t-wait04",
      at: Date.UTC(2026, 0, 3),
      status: "Running",
      executions: [{ instanceId: "i-1", status: "Running" }],
    };
    const settings = { SOFT_DEADLINE_MS: "300", FRESHNESS_MS: "1" };
    const own = await startRig({ "ECS/cn-beijing": createPlace([known]) }, settings);
    const withOutput = RUN.replace("isFinal", "instanceInvocations(first: 1) { nodes { result { output { text } } } }");
    const startedAt = performance.now();
    try {
      await own.ask("{ invocations { nodes { status } } }");
      own.far.interfere = () => "silent";
      const unread = { path: expect.anything(), extensions: { code: "UPSTREAM_TIMEOUT", regionId: "cn-beijing" } };
      expect(
        await Promise.all([
          own.ask(RUN, { id: "t-wait04", seconds: 1 }),
          own.ask(RUN, { id: "t-wait05", seconds: 1 }),
          own.ask(withOutput, { id: "t-wait04", seconds: 1 }),
        ]),
      ).toMatchObject([
        { data: { invocation: { status: "RUNNING", isFinal: false } } },
        { data: { invocation: null }, errors: [unread] },
        { data: { invocation: { status: "RUNNING" } }, errors: [unread] },
      ]);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
    } finally {
      await own.stop();
    }
  });

  it.each([
    ["no permission", refusal(403, "Forbidden.RAM"), "UPSTREAM_FORBIDDEN"],
    ["a code that nobody knows", refusal(400, "Something.New"), "UPSTREAM_UNAVAILABLE"],
    ["an answer that is cut off", { status: 200, body: '{"RequestId":' }, "UPSTREAM_BAD_RESPONSE"],
  ])(
    "answers what is known when its time is over, and at once why nothing is, after %s",
    async (_name, fault, code) => {
      const known: Run = {
        invokeId: "t-wait06",
        at: Date.UTC(2026, 0, 3),
        status: "Running",
        executions: [{ instanceId: "i-1", status: "Running" }],
      };
      const clock = createFastClock();
      const own = await startRig({ "ECS/cn-beijing": createPlace([known]) }, { FRESHNESS_MS: "1" }, clock);
      try {
        await own.ask("{ invocations { nodes { status } } }");
        own.far.interfere = () => fault;
        const startedAt = clock.elapsed();
        const answers = [own.ask(RUN, { id: "t-wait06", seconds: 30 }), own.ask(RUN, { id: "t-wait07", seconds: 30 })];
        const [unknown] = await Promise.all(answers.toReversed());
        const failed = { data: { invocation: null }, errors: [{ extensions: { code, regionId: "cn-beijing" } }] };
        expect(unknown).toMatchObject(failed);
        const answer = await answers[0];
        expect(answer).toMatchObject({ data: { invocation: { status: "RUNNING", isFinal: false } } });
        expect(answer?.errors).toBeUndefined();
        expect(clock.elapsed() - startedAt).toBeGreaterThan(29_000);
        // Each was asked for while it was waited for, and once after that.
        expect(own.far.calls.filter(({ asked }) => asked.get("InvokeId") === "t-wait07").length).toBeLessThanOrEqual(2);
      } finally {
        await own.stop();
      }
    },
  );

  it("answers once anybody reads that it is over", async () => {
    const running: Run = {
      invokeId: "t-1",
      at: Date.UTC(2026, 0, 3),
      status: "Running",
      executions: [{ instanceId: "i-1", status: "Running" }],
    };
    const place = createPlace([running]);
    const seldom = { WATCH_MIN_INTERVAL_MS: "60000", WATCH_MAX_INTERVAL_MS: "60000", FRESHNESS_MS: "1" };
    const own = await startRig({ "ECS/cn-beijing": place }, seldom);
    try {
      let isOver = false;
      const waiting = own.ask(RUN, { id: "t-1", seconds: 50 }).finally(() => {
        isOver = true;
      });
      while (own.far.calls.length === 0) await own.ask("{ __typename }");
      place.runs[0] = { ...running, status: "Success", executions: [{ instanceId: "i-1" }] };
      while (!isOver) await own.ask("{ invocations { nodes { status } } }");
      expect(await waiting).toMatchObject({ data: { invocation: { status: "SUCCESS", isFinal: true } } });
    } finally {
      await own.stop();
    }
  });

  it.each([-1, 61])("takes no %i seconds", async (seconds) => {
    const { errors } = await rig.ask(RUN, { id: "t-only5", seconds });
    expect(errors?.[0]).toMatchObject({
      message: `\`waitSeconds\`: expected 0 to 60, got ${seconds}.`,
      extensions: { code: "BAD_USER_INPUT" },
    });
  });
});
