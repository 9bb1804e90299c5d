import { afterEach, describe, expect, it } from "@jest/globals";
import { createFastClock } from "./fast-clock.ts";
import { ordered, type Rig, startRig, walk, walkedIds } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const SERVER = "9".repeat(32);
const world = (total?: "absent") => ({
  "ECS/cn-hangzhou": createPlace(manyRuns(70, "t-h", { perSecond: 3 }), {
    ties: "shuffled",
    ...(total ? { total } : {}),
  }),
  "SWAS/cn-hangzhou": createPlace(manyRuns(70, "t-s", { perSecond: 3, instanceId: SERVER }), { ties: "shuffled" }),
});
type Body = Readonly<Record<string, unknown>>;
const listOf = (body: Body): readonly Body[] => {
  const found = (body.CommandInvocations ??
    (body.Invocations as Body | undefined)?.Invocation ??
    body.Invocations) as readonly Body[];
  return found;
};

const SHAPES: readonly [string, (body: Body) => unknown][] = [
  [
    "flat lists on ECS, wrapped ones on SWAS",
    (body) =>
      "CommandInvocations" in body
        ? { ...body, CommandInvocations: { Invocation: listOf(body) } }
        : { ...body, Invocations: listOf(body) },
  ],
  [
    "the list under the other product's name",
    (body) => ({ ...body, Invocations: undefined, CommandInvocations: listOf(body) }),
  ],
  ["a total as text", (body) => ({ ...body, TotalCount: String(body.TotalCount), PageSize: String(body.PageSize) })],
  [
    "paging members in another case",
    ({ TotalCount, PageNumber, PageSize, ...body }) => ({
      ...body,
      totalCount: TotalCount,
      Pagenumber: PageNumber,
      Pagesize: PageSize,
    }),
  ],
  ["no paging members at all", ({ TotalCount: _t, PageNumber: _n, PageSize: _s, NextToken: _x, ...body }) => body],
  ["members that are new", (body) => ({ ...body, Brand: { New: [1, { Deep: true }] }, Items: [] })],
];

describe("a list is walked whole where the upstream sends", () => {
  it.each(SHAPES)("%s", async (_name, mangle) => {
    const places = world();
    rig = await startRig(places);
    rig.far.mangle = (body, { action }) => (/Invocations$/.test(action) ? mangle(body) : body);
    expect(await walkedIds(rig, { size: 20 })).toEqual(ordered(places));
    expect(await walkedIds(rig, { size: 50, backwards: true })).toEqual(ordered(places));
  });

  it.each<readonly [string, (paging: Body) => Body]>([
    ["no total", ({ TotalCount: _none, ...body }) => ({ ...body, PageSize: 50 })],
    ["a total of none", (body) => ({ ...body, TotalCount: 0, PageSize: 50 })],
    ["a total below what it shows", (body) => ({ ...body, TotalCount: 7, PageSize: "50" })],
    ["no paging members", ({ TotalCount: _t, PageSize: _s, PageNumber: _n, NextToken: _x, ...body }) => body],
  ])("pages of 20 instead of 50 without a word, and %s", async (_name, mangle) => {
    const runs = manyRuns(70, "t-s", { perSecond: 3, instanceId: SERVER });
    const places = { "SWAS/cn-hangzhou": createPlace(runs, { ties: "shuffled", clamp: 20 }) };
    rig = await startRig(places);
    rig.far.mangle = (body) => mangle(body as Body);
    expect(await walkedIds(rig, { size: 20 })).toEqual(ordered(places));
    expect(await walkedIds(rig, { size: 50, backwards: true })).toEqual(ordered(places));
    const sizes = rig.far.calls.map(({ asked }) => asked.get("PageSize"));
    // One page shows the doubt, and one behind it settles it for all others.
    expect(sizes.slice(0, 2)).toEqual(["50", "20"]);
    expect(sizes.slice(1).filter((size) => Number(size) > 20)).toEqual([]);
  });

  it.each<readonly [string, "absent" | "true", readonly string[], readonly string[]]>([
    ["without a total: one call more for the same runs, once", "absent", ["1 of 50", "2 of 3"], ["1 of 50"]],
    ["with its total: none", "true", ["1 of 50"], ["1 of 50"]],
  ])("a short list %s", async (_name, total, first, again) => {
    const places = {
      "SWAS/cn-hangzhou": createPlace(manyRuns(3, "t-s", { instanceId: SERVER }), { total }),
    };
    rig = await startRig(places, { FRESHNESS_MS: "1" });
    const calls = () =>
      rig.far.calls.splice(0).map(({ asked }) => `${asked.get("PageNumber")} of ${asked.get("PageSize")}`);
    expect(await walkedIds(rig, { size: 20 })).toEqual(ordered(places));
    expect(calls()).toEqual(first);
    await rig.ask("{ __typename }");
    expect(await walkedIds(rig, { size: 20 })).toEqual(ordered(places));
    expect(calls()).toEqual(again);
  });

  it("an empty list in every form", async () => {
    for (const none of [[], {}, "", null, undefined, { Invocation: [] }, { Invocation: "" }, { Invocation: null }]) {
      rig = await startRig({ "ECS/cn-hangzhou": createPlace([]) });
      rig.far.mangle = (body) => ({ ...body, Invocations: none });
      const { data, errors } = await rig.ask(
        "{ invocations { nodes { id } totalCount pageInfo { hasNextPage } sources { ok } } }",
      );
      if (none !== undefined) await rig.stop();
      expect({ none, data, errors }).toEqual({
        none,
        data: { invocations: { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false }, sources: [{ ok: true }] } },
        errors: undefined,
      });
      if (none === undefined) return;
    }
  });

  it("one run as an object instead of a list", async () => {
    const places = { "ECS/cn-hangzhou": createPlace(manyRuns(1, "t-h")) };
    rig = await startRig(places);
    rig.far.mangle = (body) => ({ ...body, Invocations: { Invocation: listOf(body)[0] } });
    expect(await walkedIds(rig, { size: 20 })).toEqual(ordered(places));
  });

  it("XML with success", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([]) });
    rig.far.interfere = () => ({
      status: 200,
      contentType: "text/xml;charset=utf-8",
      body: `<?xml version="1.0"?><DescribeInvocationsResponse><RequestId>R</RequestId><TotalCount>1</TotalCount><PageNumber>1</PageNumber><PageSize>50</PageSize><Invocations><Invocation><InvokeId>t-1</InvokeId><CommandName>a</CommandName><InvokeStatus>finished</InvokeStatus><Timed>True</Timed><InvokeInstances><InvokeInstance><InstanceId>i-1</InstanceId><InstanceInvokeStatus>running</InstanceInvokeStatus></InvokeInstance></InvokeInstances></Invocation></Invocations></DescribeInvocationsResponse>`,
    });
    const { data, errors } = await rig.ask(
      "{ invocations { nodes { invokeId timed status instanceInvocations { nodes { instanceId status } } } } }",
    );
    expect(errors).toBeUndefined();
    expect(data.invocations.nodes).toEqual([
      {
        invokeId: "t-1",
        timed: true,
        status: "FINISHED",
        instanceInvocations: { nodes: [{ instanceId: "i-1", status: "RUNNING" }] },
      },
    ]);
  });

  it("a byte order mark and another content type", async () => {
    const places = { "ECS/cn-hangzhou": createPlace(manyRuns(3, "t-h")) };
    rig = await startRig(places);
    const body = { TotalCount: 1, PageNumber: 1, PageSize: 50, Invocations: { Invocation: [{ InvokeId: "t-1" }] } };
    rig.far.interfere = () => ({ status: 200, contentType: "text/plain", body: `\ufeff${JSON.stringify(body)}` });
    const { data, errors } = await rig.ask("{ invocations { nodes { invokeId } } }");
    expect([errors, data.invocations.nodes]).toEqual([undefined, [{ invokeId: "t-1" }]]);
  });
});

describe("runs without a creation time", () => {
  const timeless = (index: number, at: number): Run => ({
    invokeId: `t-z${index}`,
    at,
    wire: { CreationTime: "" },
    executions: [{ instanceId: "i-1" }],
  });
  it.each([
    ["at the end", (index: number) => Date.UTC(2025, 0, 1) - index * 1_000],
    ["at the front", (index: number) => Date.UTC(2026, 5, 1) + index * 1_000],
    ["in the middle", (index: number) => Date.UTC(2026, 0, 2, 12) - index * 7_000],
  ])("come last, where the upstream lists them %s", async (_name, at) => {
    const zs = Array.from({ length: 6 }, (_, index) => timeless(index, at(index)));
    const timed = manyRuns(90, "t-h", { perSecond: 3 });
    const place = createPlace([...timed, ...zs], { ties: "shuffled" });
    rig = await startRig({ "ECS/cn-hangzhou": place });
    const expected = [
      ...ordered({ "ECS/cn-hangzhou": createPlace(timed) }),
      ...zs.map(({ invokeId }) => invokeId).sort(),
    ];
    for (const size of [7, 20, 50, 100]) {
      expect({ size, ids: await walkedIds(rig, { size }) }).toEqual({ size, ids: expected });
      expect({ size, ids: await walkedIds(rig, { size, backwards: true }) }).toEqual({ size, ids: expected });
    }
  });
});

describe("schedules that the list of all runs keeps back", () => {
  it.each([[true], [false]])("are shown, also where their ids find them (in tokens: %p)", async (tokens) => {
    const runs = manyRuns(30, "t-h").map((run, index) => ({ ...run, timed: index % 7 === 3 }));
    const place = createPlace(runs, { hidesTimed: true, tokens });
    rig = await startRig({ "ECS/cn-hangzhou": place });
    expect(await walkedIds(rig, { size: 20 })).toEqual(ordered({ "ECS/cn-hangzhou": place }));
  });

  it.each([
    [{ statusIn: ["SCHEDULED"] }, (run: Run) => run.timed === true],
    [{ instanceId: "i-1" }, () => true],
    [{ commandName: "backup" }, () => true],
  ])("are shown to who asks for a part of it first: %j", async (filter, isMeant) => {
    const runs = manyRuns(30, "t-h").map((run, index) => {
      const isScheduled = index % 7 === 3;
      return { ...run, commandName: "backup", timed: isScheduled, ...(isScheduled ? { status: "Scheduled" } : {}) };
    });
    const place = createPlace(runs, { hidesTimed: true, tokens: true });
    rig = await startRig({ "ECS/cn-hangzhou": place });
    const meant = { "ECS/cn-hangzhou": createPlace(runs.filter(isMeant)) };
    expect(await walkedIds(rig, { size: 20, filter })).toEqual(ordered(meant));
    expect(await walkedIds(rig, { size: 20 })).toEqual(ordered({ "ECS/cn-hangzhou": place }));
  });

  it.each([
    ["newer than all others", 0],
    ["older than all others", 29],
  ])("are shown if there is but one, %s, which its id finds", async (_name, position) => {
    const runs = manyRuns(30, "t-h").map((run, index) => ({ ...run, timed: index === position }));
    const place = createPlace(runs, { hidesTimed: true, tokens: true });
    rig = await startRig({ "ECS/cn-hangzhou": place });
    expect(await walkedIds(rig, { size: 20 })).toEqual(ordered({ "ECS/cn-hangzhou": place }));
  });

  it.each([[{}], [{ timed: true }]])(
    "are missed only until the end of the list shows that it hides them: %j",
    async (filter) => {
      const runs = manyRuns(130, "t-h").map((run, index) =>
        index === 129 ? { ...run, timed: true, status: "Scheduled" } : run,
      );
      const hidden = { ...createPlace(runs, { hidesTimed: true, tokens: true }) };
      rig = await startRig({ "ECS/cn-hangzhou": hidden });
      const last = async () => {
        const { data } = await rig.ask(
          "query ($filter: InvocationFilter) { invocations(last: 1, filter: $filter) { nodes { invokeId } sources { ok isComplete } } }",
          { filter },
        );
        return data.invocations;
      };
      const whole = { nodes: [{ invokeId: runs[129]?.invokeId }], sources: [{ ok: true, isComplete: true }] };
      const first = await last();
      expect(first.sources[0].isComplete).toBe(first.nodes[0]?.invokeId === runs[129]?.invokeId);
      expect(await last()).toEqual(whole);
    },
  );

  it.each([
    [503, "ServiceUnavailable"],
    [403, "Forbidden.RAM"],
    [400, "InvalidParameter.Timed"],
    [404, "InvalidInvokeId.NotFound"],
  ])("may be missing while the question for them fails with %d, and the page says so", async (status, code) => {
    const runs = manyRuns(30, "t-h").map((run, index) => ({ ...run, timed: index % 7 === 3 }));
    const place = createPlace(runs, { hidesTimed: true, tokens: true });
    const clock = createFastClock();
    rig = await startRig({ "ECS/cn-hangzhou": place }, {}, clock);
    let isDown = true;
    rig.far.interfere = ({ asked }) => (isDown && asked.get("Timed") === "true" ? refusal(status, code) : null);
    const show = async () => {
      const { data } = await rig.ask(
        "{ invocations(first: 50) { totalCount nodes { invokeId } sources { ok isComplete } } }",
      );
      const { nodes, totalCount, sources } = data.invocations;
      return { shown: nodes.length, totalCount, sources };
    };
    expect(await show()).toEqual({ shown: 26, totalCount: null, sources: [{ ok: true, isComplete: false }] });
    isDown = false;
    await clock.sleep(60_000);
    expect(await show()).toEqual({ shown: 30, totalCount: 30, sources: [{ ok: true, isComplete: true }] });
  });
});

describe("runs and results that vanish between two calls", () => {
  it("are null results, not errors", async () => {
    const place = createPlace(manyRuns(5, "t-h"));
    rig = await startRig({ "ECS/cn-hangzhou": place });
    rig.far.interfere = ({ action }) => {
      if (action === "DescribeInvocationResults") place.runs.length = 0;
      return null;
    };
    const { data, errors } = await rig.ask(
      "{ invocations { nodes { invokeId instanceInvocations { nodes { status result { output { text } } } } } } }",
    );
    expect(errors).toBeUndefined();
    expect(data.invocations.nodes).toHaveLength(5);
  });

  it("are shown as far as they were read, and end the walk without an error", async () => {
    const place = createPlace(manyRuns(60, "t-h"));
    rig = await startRig({ "ECS/cn-hangzhou": place });
    const pages = await walk(rig, {
      size: 20,
      between: (page) => {
        if (page === 2) place.runs.length = 0;
      },
    });
    expect(pages.map(({ ids, errors }) => [ids.length, errors])).toEqual([
      [20, undefined],
      [20, undefined],
      // What was read before stays to be looked at.
      [10, undefined],
    ]);
  });
});

describe("the results of a run", () => {
  const FIELDS =
    "{ nodes { instanceId status exitCode output { text } } totalCount pageInfo { hasNextPage endCursor } sources { ok } }";
  it("come whole and in order of their instances, in pages", async () => {
    const executions = Array.from({ length: 130 }, (_, index) => ({
      instanceId: `i-${String((index * 37) % 130).padStart(3, "0")}`,
      output: `${index}`,
    }));
    rig = await startRig({
      "ECS/cn-hangzhou": createPlace([{ invokeId: "t-1", at: Date.UTC(2026, 0, 2), executions }], { clamp: 20 }),
    });
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const answer = await rig.ask(
        `query ($after: String) { invocationResults(first: 50, after: $after, filter: { provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1" }) ${FIELDS} }`,
        { after },
      );
      expect(answer.errors).toBeUndefined();
      const page = answer.data.invocationResults;
      ids.push(...page.nodes.map((node: { instanceId: string }) => node.instanceId));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(ids).toEqual(executions.map(({ instanceId }) => instanceId).sort());
  });

  it.each([
    ["no id", 'provider: ECS, regionId: "cn-hangzhou"'],
    ["an unknown region", 'provider: ECS, regionId: "moon", invokeId: "t-1"'],
  ])("are an error or nothing with %s, without a call", async (_name, filter) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(3, "t-h")) });
    const { data, errors } = await rig.ask(`{ invocationResults(filter: { ${filter} }) ${FIELDS} }`);
    expect(rig.far.calls).toEqual([]);
    expect(
      errors === undefined ? (data.invocationResults?.nodes ?? []) : errors.map(({ extensions }) => extensions?.code),
    ).toEqual(errors === undefined ? [] : ["BAD_USER_INPUT"]);
  });
});
