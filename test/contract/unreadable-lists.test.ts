import { afterEach, describe, expect, it } from "@jest/globals";
import { ecsRun, swasInstanceRun, swasRun } from "./bodies.ts";
import {
  ecs,
  failing,
  idsOf,
  later,
  ok,
  PAGE,
  type Respond,
  rig,
  runs,
  start,
  startAt,
  tokenOf,
  walk,
} from "./odd-list-scene.ts";
import { type FarCall, type FarFault, refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

afterEach(() => rig.stop());

describe("a source that fails behind what was read of it", () => {
  /** Runs in tokens, the first 50 of which can be read as long as `broken` answers for the others. */
  const behind =
    (all: readonly Run[], broken: (call: FarCall, number: number) => FarFault | null, token = "token"): Respond =>
    (call, number) => {
      const fault = tokenOf(call) === null ? null : broken(call, number);
      if (fault !== null) return fault;
      const from = Number(/\d+/.exec(tokenOf(call) ?? "")?.[0] ?? 0);
      const next = from + 50 < all.length ? `${token}-${from + 50}` : "";
      const page = all.slice(from, from + 50).map((run) => ecsRun(run, call.asked));
      return ok({ NextToken: next, Invocations: { Invocation: page } });
    };

  it.each<readonly [string, FarFault, string, number]>([
    ["InternalError", refusal(500, "InternalError"), "UNAVAILABLE", 4],
    ["ServiceUnavailable", refusal(503, "ServiceUnavailable"), "UNAVAILABLE", 4],
    ["NoPermission", refusal(403, "NoPermission"), "FORBIDDEN", 1],
  ])("with %s shows all that was read, and stays open", async (_name, fault, code, mostCalls) => {
    await start(
      "ECS",
      behind(runs(120), () => fault),
    );
    const { ids, last, calls } = await walk();
    expect(ids).toEqual(idsOf(50));
    expect(last).toMatchObject({ ids: [], more: true, sources: [{ ok: false, isComplete: false, error: { code } }] });
    expect(Math.max(...calls)).toBeLessThanOrEqual(mostCalls);
  });

  it("since its token is dead is asked twice more, and then left alone for a while", async () => {
    await start(
      "ECS",
      behind(runs(120), () => refusal(400, "InvalidParameter.NextToken")),
    );
    const { ids, last, calls } = await walk();
    expect(ids).toEqual(idsOf(50));
    expect(last).toMatchObject({ ids: [], more: true, sources: failing("refuses the tokens") });
    expect(calls).toEqual([1, 0, 4, 0, 0, 0]);
    expect(rig.far.calls.map(tokenOf)).toEqual([null, "token-50", null, "token-50", null]);
  });

  it("since its token was refused once, and was then given again, is read on", async () => {
    let refusals = 0;
    await start(
      "ECS",
      behind(runs(120), (call) => {
        if (tokenOf(call) !== "token-50" || refusals > 0) return null;
        refusals += 1;
        return refusal(400, "InvalidParameter.NextToken");
      }),
    );
    const { ids, last } = await walk();
    expect([ids, last?.more, last?.sources]).toEqual([
      idsOf(120),
      false,
      [{ ok: true, isComplete: true, error: null }],
    ]);
    expect(rig.far.calls.map(tokenOf)).toEqual([null, "token-50", null, "token-50", "token-100"]);
  });

  it("since every new token is dead costs a few calls, and then none", async () => {
    await start("ECS", (call, number) =>
      behind(runs(120), () => refusal(400, "InvalidParameter.NextToken"), `${number}`)(call, number),
    );
    const { ids, last, calls } = await walk();
    expect(ids).toEqual(idsOf(50));
    expect(last).toMatchObject({ ids: [], more: true, sources: failing("refuses the tokens") });
    expect(calls).toEqual([1, 0, 24, 0, 0, 0]);
  });

  it.each([1, 2])("since it answers now in pages, now in tokens, %d calls each, is left alone soon", async (each) => {
    const all = runs(300);
    const tokens = behind(all, () => null);
    await start("ECS", (call, number) => {
      if (Math.floor(number / each) % 2 === 0) return tokens(call, number);
      const [page, size] = [Number(call.asked.get("PageNumber") ?? 1), Number(call.asked.get("PageSize") ?? 50)];
      const shown = all.slice((page - 1) * size, page * size).map((run) => ecsRun(run, call.asked));
      return ok({ TotalCount: 300, PageNumber: page, PageSize: size, Invocations: { Invocation: shown } });
    });
    const { ids, last, calls } = await walk();
    expect(ids).toEqual(idsOf(50));
    expect(last).toMatchObject({ ids: [], more: true, sources: failing("now in pages, now in tokens") });
    expect(calls).toEqual([1, 0, 10, 0, 0, 0]);
  });

  it.each([1, 3])("shows what it owes on later pages once it answers, %d runs a second", async (perSecond) => {
    const all = manyRuns(120, "t-h", { perSecond });
    let isBroken = true;
    await start(
      "ECS",
      behind(all, () => (isBroken ? refusal(403, "NoPermission") : null)),
    );
    const filter = {};
    const before = await walk(filter);
    expect([...before.ids].sort()).toEqual(
      all
        .slice(0, 50)
        .map(({ invokeId }) => invokeId)
        .sort(),
    );
    isBroken = false;
    const seen = [...before.ids];
    for (let after = before.end; after !== null; ) {
      const { data } = await rig.ask(PAGE, { after, filter });
      const { nodes, pageInfo } = data.invocations;
      seen.push(...nodes.map((node: { invokeId: string }) => node.invokeId));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    }
    expect(seen.length).toBe(120);
    expect([...seen].sort()).toEqual(all.map(({ invokeId }) => invokeId).sort());
  });

  it("shows its last run when the other source has come to its end", async () => {
    const others = manyRuns(70, "t-b").map((run) => ({ ...run, at: run.at - 10_000 }));
    const far = behind(runs(120), () => refusal(503, "ServiceUnavailable"));
    await startAt({ "ECS/cn-hangzhou": createPlace([]), "ECS/cn-beijing": createPlace(others) }, (call, number) =>
      call.regionId === "cn-hangzhou" ? far(call, number) : null,
    );
    const { ids, pages } = await walk();
    expect(ids.filter((id) => id.startsWith("t-h"))).toEqual(idsOf(50));
    expect(ids.filter((id) => id.startsWith("t-b"))).toEqual(others.map(({ invokeId }) => invokeId));
    expect(pages.at(-1)?.sources.map(({ ok }: { ok: boolean }) => ok)).toEqual([false, true]);
  });
});

describe("an empty list is complete only if nothing speaks against it", () => {
  const servers = (call: FarCall, list: object): FarFault =>
    call.action === "ListInstances" ? ok(list) : refusal(403, "NoPermission");
  it.each<readonly [string, "ECS" | "SWAS", Respond, string, number]>([
    [
      "tells of five on SWAS",
      "SWAS",
      () => ok({ TotalCount: 5, PageNumber: 1, PageSize: 50, CommandInvocations: [] }),
      "tells of 5 records and shows 0",
      1,
    ],
    [
      "tells of five in pages",
      "ECS",
      () => ok({ TotalCount: 5, PageNumber: 1, PageSize: 50, Invocations: { Invocation: [] } }),
      "tells of 5 records and shows 0",
      1,
    ],
    [
      "tells of three and holds an empty text",
      "ECS",
      () => ok({ TotalCount: 3, Invocations: "" }),
      "tells of 3 records and shows 0",
      1,
    ],
  ])("%s", async (_name, product, respond, message, calls) => {
    await start(product, respond);
    const { pages } = await walk();
    expect(pages).toEqual([{ ids: [], calls, more: false, sources: failing(message), totalCount: null }]);
  });

  it("not if it tells of servers and shows none", async () => {
    await start("SWAS", (call) => servers(call, { TotalCount: 3, Instances: [] }));
    const { data, errors } = await rig.ask(PAGE);
    expect(data).toEqual({ invocations: null });
    expect(errors?.map(({ message, extensions }) => [message, extensions?.code])).toEqual([
      [expect.stringContaining("tells of 3 servers and shows none"), "UPSTREAM_BAD_RESPONSE"],
    ]);
    expect(rig.far.asked()).toEqual(["DescribeCommandInvocations cn-hangzhou", "ListInstances cn-hangzhou"]);
  });

  it("but is where there are no servers", async () => {
    await start("SWAS", (call) => servers(call, { TotalCount: 0, Instances: [] }));
    const { pages } = await walk();
    expect(pages).toMatchObject([{ ids: [], more: false, sources: [{ isComplete: true }] }]);
  });

  it.each([
    [404, "InvalidInstanceId.NotFound"],
    [500, "InvalidInstanceId.NotFound"],
    [403, "InvalidInvokeId.NotFound"],
    [404, "InvalidCommandId.NotFound"],
    [404, "InvalidResourceGroup.NotFound"],
  ])("not if the upstream says %d %s of what was not asked for", async (status, code) => {
    for (const product of ["ECS", "SWAS"] as const) {
      await start(product, () => refusal(status, code));
      const { data, errors } = await rig.ask(PAGE);
      expect(data).toEqual({ invocations: null });
      expect(errors?.map(({ extensions }) => [extensions?.code, extensions?.upstreamCode])).toEqual([
        ["UPSTREAM_BAD_RESPONSE", code],
      ]);
      expect(rig.far.calls.length).toBe(1);
      if (product === "ECS") await rig.stop();
    }
  });

  it.each([
    [{ instanceId: "i-1" }, "InvalidInstanceId.NotFound", "InstanceId"],
    [{ invokeId: "t-1" }, "InvalidInvokeId.NotFound", "InvokeId"],
    [{ commandId: "c-1" }, "InvalidCommandId.NotFound", "CommandId"],
    [{ resourceGroupId: "rg-1" }, "InvalidResourceGroup.NotFound", "ResourceGroupId"],
  ])("but is where %j is gone", async (filter, code, parameter) => {
    await start("ECS", () => refusal(404, code));
    const { pages } = await walk(filter);
    expect(pages).toMatchObject([{ ids: [], more: false, sources: [{ ok: true, isComplete: true, error: null }] }]);
    expect(rig.far.calls.every(({ asked }) => asked.get(parameter) !== null)).toBe(true);
  });

  it.each<readonly [string, object]>([
    ["its list", { Invocations: { Invocation: [] } }],
    ["a list without records", { TotalCount: 0, PageNumber: 1, PageSize: 50, NextToken: "", Invocations: {} }],
  ])("not if an error stands beside %s", async (_name, rest) => {
    await start("ECS", () => ok({ Code: "Forbidden.RAM", Message: "boom", ...rest }));
    const { data, errors } = await rig.ask(PAGE);
    expect(data).toEqual({ invocations: null });
    expect(errors?.map(({ extensions }) => [extensions?.code, extensions?.upstreamCode])).toEqual([
      ["UPSTREAM_FORBIDDEN", "Forbidden.RAM"],
    ]);
    expect(rig.far.calls.length).toBe(1);
  });

  it("and an error beside records is none", async () => {
    await start("ECS", (call, number) => {
      const { body } = ecs(2, () => ({ TotalCount: 2 }))(call, number) as { body: object };
      return ok({ ...body, Code: "InstanceNotExists", Message: "boom" });
    });
    expect(await walk()).toMatchObject({ ids: idsOf(2), last: { sources: [{ ok: true, isComplete: true }] } });
  });
});

describe("an answer of which some bytes are no UTF-8", () => {
  const latin = (body: object): FarFault => ({ status: 200, body: Buffer.from(JSON.stringify(body), "latin1") });

  it("costs the records alone that hold them, and says so", async () => {
    const spoilt =
      (positions: readonly number[]): Respond =>
      (call) => {
        const page = runs(3).map((run, index) =>
          ecsRun({ ...run, ...(positions.includes(index) && { commandName: "d\u00e9mo" }) }, call.asked),
        );
        return latin({ RequestId: "R", NextToken: "", Invocations: { Invocation: page } });
      };
    await start("ECS", spoilt([1]));
    const { pages } = await walk();
    expect(pages).toMatchObject([
      { ids: idsOf(3).toSpliced(1, 1), totalCount: null, sources: [{ ok: true, isComplete: false, error: null }] },
    ]);
    await rig.stop();
    await start("ECS", spoilt([0, 1, 2]));
    const { data, errors } = await rig.ask(PAGE);
    expect([data.invocations, errors?.[0]?.extensions?.code]).toEqual([null, "UPSTREAM_BAD_RESPONSE"]);
  });

  it("costs the instances alone that hold them, and shows outputs that do, as damaged", async () => {
    const servers = ["1", "2", "3"].map((digit) => digit.repeat(32));
    const executions = servers.map((instanceId, index) => ({
      instanceId,
      output: index === 0 ? "d\u00e9mo\n" : "ok\n",
      ...(index === 1 && { wire: { ErrorCode: "d\u00e9mo" } }),
      ...(index === 2 && { wire: { ErrorInfo: "d\u00e9mo", Unread: "\u00e9" } }),
    }));
    const run: Run = { invokeId: "t-1", at: Date.UTC(2026, 0, 2), executions };
    const { habits } = createPlace([]);
    await start("SWAS", () => latin({ RequestId: "R", TotalCount: 1, CommandInvocations: [swasRun(run, habits)] }));
    const { data, errors } =
      await rig.ask(`{ invocations { nodes { instanceInvocations { totalCount nodes { instanceId error { info }
      result { output { text lossy } } } } } } }`);
    expect(errors).toBeUndefined();
    expect(data.invocations.nodes[0].instanceInvocations).toEqual({
      totalCount: null,
      nodes: [
        { instanceId: servers[0], error: null, result: { output: { text: "d\ufffdmo\n", lossy: true } } },
        { instanceId: servers[2], error: { info: "d\ufffdmo" }, result: { output: { text: "ok\n", lossy: false } } },
      ],
    });
  });
});

describe("servers of which one cannot be read", () => {
  it("show the runs of the others, the failure, and what is owed once it can be read", async () => {
    const [one, two] = ["1".repeat(32), "2".repeat(32)];
    let isBroken = true;
    await start("SWAS", (call) => {
      if (call.action === "DescribeCommandInvocations") return refusal(403, "NoPermission");
      if (call.action === "ListInstances")
        return ok({
          TotalCount: 2,
          PageNumber: 1,
          PageSize: 100,
          Instances: [one, two].map((InstanceId) => ({ InstanceId })),
        });
      const isFirst = call.asked.get("InstanceId") === one;
      if (!isFirst && isBroken) return refusal(500, "InternalError");
      const [newest, oldest] = manyRuns(2, "t-h").map((run) => swasInstanceRun(run, { instanceId: "" }));
      const Invocations = isFirst ? [oldest] : [newest, oldest];
      return ok({ TotalCount: Invocations.length, PageNumber: 1, PageSize: 50, Invocations });
    });
    const [newest, oldest] = idsOf(2);
    const { ids, pages, end } = await walk();
    expect(ids).toEqual([oldest]);
    expect(pages[0]).toMatchObject({ ids: [oldest], more: true });
    for (const { sources } of pages)
      expect(sources).toMatchObject([{ ok: false, isComplete: false, error: { code: "UNAVAILABLE" } }]);
    isBroken = false;
    const { data } = await later(() => rig.ask(PAGE, { after: end }));
    expect(data.invocations).toMatchObject({ nodes: [{ invokeId: newest }], pageInfo: { hasNextPage: false } });
    expect(rig.far.calls.filter(({ action }) => action === "ListInstances")).toHaveLength(1);
  });
});
