import { afterEach, describe, expect, it } from "@jest/globals";
import { ecsRun, swasInstanceRun, swasRun } from "./bodies.ts";
import { createFastClock } from "./fast-clock.ts";
import { type Rig, startRig } from "./rig.ts";
import { type FarCall, type FarFault, refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const SERVER = "8".repeat(32);
const PAGE = `query ($after: String, $filter: InvocationFilter) { invocations(first: 20, after: $after, filter: $filter) {
  nodes { invokeId } totalCount pageInfo { hasNextPage endCursor } sources { ok isComplete error { code message } } } }`;

type Respond = (call: FarCall, number: number) => FarFault;
const ok = (body: object): FarFault => ({ status: 200, body: { RequestId: "R", ...body } });
const runs = (count: number) => manyRuns(count, "t-h");
const ecs =
  (count: number, paging: (call: FarCall, number: number) => object): Respond =>
  (call, number) =>
    ok({ ...paging(call, number), Invocations: { Invocation: runs(count).map((run) => ecsRun(run, call.asked)) } });
const swas =
  (count: number, paging: object): Respond =>
  () => {
    const { habits } = createPlace([]);
    return ok({
      ...paging,
      CommandInvocations: manyRuns(count, "t-h", { instanceId: SERVER }).map((run) => swasRun(run, habits)),
    });
  };
const tokenOf = ({ asked }: FarCall) => asked.get("NextToken");

/** Starts a gateway over one region that answers lists like this. */
async function start(product: "ECS" | "SWAS", respond: Respond) {
  rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([]) }, {}, createFastClock());
  rig.far.interfere = respond;
}

/** Walks at most six pages, and tells of each what came and how many calls it cost. */
async function walk(filter: object = {}) {
  const pages = [];
  let after: string | null = null;
  for (let number = 1; number <= 6; number += 1) {
    const before = rig.far.calls.length;
    const { data, errors }: Awaited<ReturnType<Rig["ask"]>> = await rig.ask(PAGE, { after, filter });
    expect(errors).toBeUndefined();
    const { nodes, pageInfo, sources, totalCount } = data.invocations;
    const ids: string[] = nodes.map((node: { invokeId: string }) => node.invokeId);
    pages.push({ ids, calls: rig.far.calls.length - before, more: pageInfo.hasNextPage, sources, totalCount });
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
    expect(after?.length).toBeLessThanOrEqual(120 + 64 * sources.length);
  }
  return {
    pages,
    last: pages.at(-1),
    ids: pages.flatMap((page) => page.ids),
    calls: pages.map((page) => page.calls),
    end: after,
  };
}

const idsOf = (count: number) => runs(count).map(({ invokeId }) => invokeId);
const failing = (message: string) => [
  { ok: false, isComplete: false, error: { code: "BAD_RESPONSE", message: expect.stringContaining(message) } },
];

describe("a list that contradicts itself shows every run that was read, ends, and says what is wrong", () => {
  it.each<readonly [string, "ECS" | "SWAS", Respond, number, string, readonly number[]]>([
    [
      "one run of five, whatever is asked for",
      "ECS",
      ecs(1, () => ({ TotalCount: 5, PageNumber: 1, PageSize: 1 })),
      1,
      "Page 2 of the list is page 1 again",
      [3],
    ],
    [
      "two runs of five, as the sample has it",
      "ECS",
      ecs(2, () => ({ TotalCount: 5, PageNumber: 1, PageSize: 10 })),
      2,
      "page 1 again",
      [4],
    ],
    [
      "one run of ten on SWAS",
      "SWAS",
      swas(1, { TotalCount: 10, PageNumber: 1, PageSize: 50 }),
      1,
      "page 1 again",
      [4],
    ],
    [
      "page 1 at every page",
      "ECS",
      ecs(50, () => ({ TotalCount: 300, PageNumber: 1, PageSize: 50 })),
      50,
      "page 1 again",
      [1, 0, 2],
    ],
    [
      "page 1 at every page on SWAS",
      "SWAS",
      swas(50, { TotalCount: 300, PageNumber: 1, PageSize: 50 }),
      50,
      "page 1 again",
      [1, 0, 2],
    ],
    [
      "one run and the same token at every answer",
      "ECS",
      ecs(1, () => ({ NextToken: "same" })),
      1,
      "round in a circle",
      [2],
    ],
    [
      "50 runs and the same token at every answer",
      "ECS",
      ecs(50, () => ({ NextToken: "same" })),
      50,
      "round in a circle",
      [1, 0, 1],
    ],
    [
      "the same runs behind ever new tokens",
      "ECS",
      ecs(50, (_call, number) => ({ NextToken: `token-${number}` })),
      50,
      "again and again",
      [1, 0, 3],
    ],
    [
      "empty answers behind ever new tokens",
      "ECS",
      (call, number) => ecs(tokenOf(call) === null ? 1 : 0, () => ({ NextToken: `token-${number}` }))(call, number),
      1,
      "goes on without any record",
      [10],
    ],
    [
      "50 runs of 300 and then nothing",
      "SWAS",
      (call, number) =>
        swas(call.asked.get("PageNumber") === "1" ? 50 : 0, { TotalCount: 300, PageNumber: 1, PageSize: 50 })(
          call,
          number,
        ),
      50,
      "tells of 300 records and shows 50",
      [1, 0, 1],
    ],
  ])("%s", async (_name, product, respond, count, message, calls) => {
    await start(product, respond);
    const walked = await walk();
    expect(walked.ids).toEqual(idsOf(count));
    expect(walked.last).toMatchObject({ more: false, sources: failing(message), totalCount: null });
    expect(walked.calls).toEqual(calls);
    // What was found out is not found out anew for the next reader, but for the newest end.
    const again = await walk();
    expect([again.ids, again.last?.more, again.last?.sources]).toEqual([idsOf(count), false, failing(message)]);
    expect(again.calls.every((each) => each <= 1)).toBe(true);
  });

  it("and is read on once it makes sense again", async () => {
    let isBroken = true;
    const all = runs(120);
    await start("ECS", (call) => {
      const number = isBroken ? 1 : Number(call.asked.get("PageNumber"));
      const size = Number(call.asked.get("PageSize"));
      const page = all.slice((number - 1) * size, number * size);
      return ok({
        TotalCount: 120,
        PageNumber: number,
        PageSize: size,
        Invocations: { Invocation: page.map((run) => ecsRun(run, call.asked)) },
      });
    });
    expect((await walk()).ids).toEqual(idsOf(50));
    isBroken = false;
    const { ids } = await later(() => walk());
    expect(ids).toEqual(idsOf(120).slice(0, ids.length));
    expect(ids.length).toBe(120);
  });
});

/** A minute later, by the gateway's clock, which runs fast. */
async function later<Value>(act: () => Promise<Value>): Promise<Value> {
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  return act();
}

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

  it("since its token is dead is asked once more, and then left alone for a while", async () => {
    await start(
      "ECS",
      behind(runs(120), () => refusal(400, "InvalidParameter.NextToken")),
    );
    const { ids, last, calls } = await walk();
    expect(ids).toEqual(idsOf(50));
    expect(last).toMatchObject({ ids: [], more: true, sources: failing("refuses the tokens") });
    expect(calls).toEqual([1, 0, 2, 0, 0, 0]);
    expect(rig.far.calls.map(tokenOf)).toEqual([null, "token-50", null]);
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
    rig = await startRig(
      { "ECS/cn-hangzhou": createPlace([]), "ECS/cn-beijing": createPlace(others) },
      {},
      createFastClock(),
    );
    const far = behind(runs(120), () => refusal(503, "ServiceUnavailable"));
    rig.far.interfere = (call, number) => (call.regionId === "cn-hangzhou" ? far(call, number) : null);
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
