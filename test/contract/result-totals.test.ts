import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PAGE = `query ($filter: InvocationResultFilter!, $after: String) { page: invocationResults(filter: $filter, first: 50, after: $after) {
  totalCount nodes { instanceId } pageInfo { hasNextPage endCursor } } }`;
const STRAYS = `query ($filter: InvocationResultFilter!) { page: invocationResults(first: 100, filter: $filter) {
  nodes { instanceId } totalCount sources { ok isComplete } } }`;
const HERE = { provider: "ECS", regionId: "cn-hangzhou" };

/** The total on each page of a walk, and how many rows the walk had. */
async function walkTotals(filter: object) {
  const totals: (number | null)[] = [];
  let rows = 0;
  for (let after: string | null = null; ; ) {
    const { data, errors }: Awaited<ReturnType<Rig["ask"]>> = await rig.ask(PAGE, {
      filter: { ...HERE, ...filter },
      after,
    });
    expect(errors).toBeUndefined();
    totals.push(data.page.totalCount);
    rows += data.page.nodes.length;
    if (!data.page.pageInfo.hasNextPage) return { totals, rows };
    after = data.page.pageInfo.endCursor;
  }
}

describe("the total of results", () => {
  it.each([
    ["tokens", true, [null, 120, 120]],
    ["pages", false, [120, 120, 120]],
  ] as const)("is exact once the list is known to its end: %s", async (_name, tokens, told) => {
    const executions = [{ instanceId: "i-1" }, { instanceId: "i-2" }];
    rig = await startRig({
      "ECS/cn-hangzhou": createPlace(
        manyRuns(120, "t-h").map((run) => ({ ...run, executions })),
        { tokens },
      ),
    });
    const ofInstance = await walkTotals({ instanceId: "i-1" });
    const failed = await walkTotals({ instanceId: "i-1", statusIn: ["FAILED"] });
    const calls = rig.far.calls.length;
    expect([ofInstance, failed, await walkTotals({ instanceId: "i-1" })]).toEqual([
      { totals: told, rows: 120 },
      // No page is empty while more could follow.
      { totals: [0], rows: 0 },
      { totals: [120, 120, 120], rows: 120 },
    ]);
    expect(rig.far.calls.length - calls).toBeLessThanOrEqual(1);
  });

  it.each([
    ["tokens", true],
    ["pages", false],
  ])("is 0 for what nobody knows, whatever it is: %s", async (_name, tokens) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(3, "t-h"), { tokens }) });
    const none = { totals: [0], rows: 0 };
    expect([
      await walkTotals({ invokeId: "t-nope" }),
      await walkTotals({ instanceId: "i-nope" }),
      await walkTotals({ commandId: "c-nope" }),
      await walkTotals({ invokeId: "t-nope", instanceId: "i-1" }),
    ]).toEqual([none, none, none, none]);
  });
});

describe("the history of a run whose records do not tell by time or number which ones they are", () => {
  const HISTORY = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") { instanceInvocations { nodes {
    history(first: 10) { nodes { id exitCode output { text } } totalCount } } } }
    page: invocationResults(filter: { provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1", includeHistory: true }) {
      nodes { id } totalCount sources { ok isComplete } } }`;
  const NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on InvocationResult { exitCode output { text } } } }";
  const timed = (StartTime: string, end: string, Repeats?: number) => ({
    StartTime,
    FinishTime: end,
    FinishedTime: end,
    Repeats,
  });

  it.each<readonly [string, ReturnType<typeof timed>, boolean]>([
    ["no time and no number", timed("", ""), true],
    ["no time and no number", timed("", ""), false],
    ["no time and the number 0", timed("", "", 0), true],
    ["no time and the number 0", timed("", "", 0), false],
    ["one number alone", timed("", "", 7), true],
    ["one start and no end", timed("2026-01-02T03:00:00Z", ""), true],
    ["one start, no end and the number 0", timed("2026-01-02T03:00:00Z", "", 0), false],
    ["one end alone", timed("", "2026-01-02T03:00:00Z"), true],
    ["times of one minute", timed("2026-01-02T03:00Z", "2026-01-02T03:00Z"), true],
    ["times of one minute", timed("2026-01-02T03:00Z", "2026-01-02T03:00Z"), false],
    ["one start, end and number", timed("2026-01-02T03:00:00Z", "2026-01-02T03:00:01Z", 1), true],
    ["one start, end and number", timed("2026-01-02T03:00:00Z", "2026-01-02T03:00:01Z", 1), false],
  ])("holds each of them, by a name that stays: %s, %j, tokens %s", async (_name, wire, tokens) => {
    const execution = (exitCode: number, output: string) => ({
      instanceId: "i-1",
      status: exitCode === 0 ? "Success" : "Failed",
      exitCode,
      output,
      wire,
    });
    const executions = [execution(0, "new"), execution(1, "bad"), execution(0, "same"), execution(0, "same")];
    const run = { invokeId: "t-1", at: Date.UTC(2026, 0, 2), repeatMode: "Period", timed: true };
    const place = createPlace([{ ...run, executions }], { tokens });
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
    const ask = async () => {
      const { data, errors } = await rig.ask(HISTORY);
      const [{ history }] = data.invocation.instanceInvocations.nodes;
      const told = history.nodes.map(({ exitCode, output }: { exitCode: number; output: { text: string } }) => [
        exitCode,
        output.text,
      ]);
      const ids: readonly string[] = history.nodes.map(({ id }: { id: string }) => id);
      const totals = [history.totalCount, data.page.totalCount, data.page.nodes.length];
      return { errors, told, ids, totals, sources: data.page.sources };
    };
    const before = await ask();
    const told = [
      [0, "new"],
      [1, "bad"],
      [0, "same"],
      [0, "same"],
    ];
    const sources = [{ ok: true, isComplete: true }];
    expect(before).toEqual({ errors: undefined, told, ids: before.ids, totals: [4, 4, 4], sources });
    expect(new Set(before.ids).size).toBe(4);
    place.runs[0] = { ...run, executions: [execution(2, "newest"), ...executions] };
    const after = await ask();
    expect(after).toMatchObject({ told: [[2, "newest"], ...told], totals: [5, 5, 5] });
    expect(after.ids.slice(1)).toEqual(before.ids);
    const { data } = await rig.ask(NODES, { ids: after.ids });
    expect(data.nodes).toEqual(
      after.told.map(([exitCode, text]: [number, string]) => ({ exitCode, output: { text } })),
    );
  });
});

describe("the history of a run of which a page repeats the last record of the page before", () => {
  const minute = { StartTime: "2026-01-02T03:00Z", FinishedTime: "2026-01-02T03:00Z" };
  const going = { ExitCode: null, FinishedTime: "", InvocationStatus: "Running" };

  it.each([
    ["as it is", {}],
    ["as it was before it ended", going],
  ])("holds it once, and each that began in the same minute: %s", async (_name, before) => {
    const record = (exitCode: number) => ({
      ...{ InvokeId: "t-1", InstanceId: "i-1", InvocationStatus: exitCode === 0 ? "Success" : "Failed" },
      ...{ ...minute, ExitCode: exitCode },
    });
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([]) });
    const pages = [
      { NextToken: "2", rows: [record(3), { ...record(2), ...before }] },
      { NextToken: "", rows: [record(2), record(1)] },
    ];
    rig.far.interfere = ({ action, asked }) => {
      const { rows: InvocationResult = [], ...paging } = pages[asked.get("NextToken") === "2" ? 1 : 0] ?? {};
      if (action !== "DescribeInvocationResults") return null;
      return {
        status: 200,
        body: { RequestId: "R-1", Invocation: { ...paging, InvocationResults: { InvocationResult } } },
      };
    };
    const { data, errors } = await rig.ask(`{ page: invocationResults(filter: { provider: ECS, regionId: "cn-hangzhou",
      invokeId: "t-1", includeHistory: true }) { nodes { exitCode } totalCount sources { ok isComplete } } }`);
    const nodes = [3, 2, 1].map((exitCode) => ({ exitCode }));
    const page = { nodes, totalCount: 3, sources: [{ ok: true, isComplete: true }] };
    expect({ data, errors }).toEqual({ data: { page }, errors: undefined });
    expect(rig.far.asked()).toEqual(["DescribeInvocationResults cn-hangzhou", "DescribeInvocationResults cn-hangzhou"]);
  });
});

type Mangle = (list: Readonly<Record<string, unknown>>, pageNumber: number) => object;

describe("a list of a run's results that shows fewer than it tells of", () => {
  const instanceIds = Array.from({ length: 45 }, (_, index) => `i-${String(index).padStart(2, "0")}`);
  const executions = instanceIds.map((instanceId) => ({ instanceId }));
  const RESULTS = `query ($history: Boolean) { page: invocationResults(first: 100, filter: {
    provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1", includeHistory: $history }) {
    nodes { instanceId output { text } } totalCount sources { ok isComplete } } }`;
  let first: object | null = null;
  const repeats: Mangle = (list) => {
    first ??= list;
    return first;
  };
  const endsEarly: Mangle = (list, pageNumber) =>
    pageNumber > 1 ? { ...list, InvocationResults: { InvocationResult: [] } } : list;
  const isEmpty: Mangle = (list) => ({ ...list, InvocationResults: { InvocationResult: [] } });
  const isSpoilt: Mangle = (list) => {
    const { InvocationResult } = list.InvocationResults as { InvocationResult: readonly { InstanceId: string }[] };
    const spoilt = InvocationResult.map((one) => (one.InstanceId === "i-07" ? { ...one, InstanceId: "" } : one));
    return { ...list, InvocationResults: { InvocationResult: spoilt } };
  };

  async function start(mangle: Mangle, tokens = false) {
    first = null;
    const run = { invokeId: "t-1", at: Date.UTC(2026, 0, 2), repeatMode: "Period", timed: true, executions };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run], { clamp: 20, tokens }) });
    rig.far.mangle = (body, { action, asked }) =>
      action === "DescribeInvocationResults"
        ? {
            ...body,
            Invocation: mangle(body.Invocation as object as Record<string, unknown>, Number(asked.get("PageNumber"))),
          }
        : body;
  }

  const cases: readonly (readonly [string, Mangle, number, boolean?])[] = [
    ["repeats its first page", repeats, 3],
    ["shows nothing behind its first page", endsEarly, 3],
    ["shows nothing at all", isEmpty, 1],
    ["has a record that cannot be read", isSpoilt, 3],
    ["has a record that cannot be read, in tokens", isSpoilt, 3, true],
  ];

  it.each(cases)("is made whole by the run's own record: %s", async (_name, mangle, pages, tokens) => {
    await start(mangle, tokens);
    expect((await rig.ask(RESULTS)).data).toEqual({
      page: {
        nodes: instanceIds.map((instanceId) => ({ instanceId, output: { text: "ok\n" } })),
        totalCount: 45,
        sources: [{ ok: true, isComplete: true }],
      },
    });
    expect(rig.far.asked()).toEqual([
      ...Array(pages).fill("DescribeInvocationResults cn-hangzhou"),
      "DescribeInvocations cn-hangzhou",
    ]);
  });

  it.each(cases.slice(0, 2))(
    "shows what it has, and says that this is not all, if that record cannot be had, and as a history: %s",
    async (_name, mangle) => {
      await start(mangle);
      rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? refusal(403, "Forbidden.RAM") : null);
      for (const history of [false, true]) {
        const { data, errors } = await rig.ask(RESULTS, { history });
        expect(errors).toBeUndefined();
        expect(data).toEqual({
          page: {
            nodes: instanceIds.slice(0, 20).map((instanceId) => ({ instanceId, output: { text: "ok\n" } })),
            totalCount: null,
            sources: [{ ok: false, isComplete: false }],
          },
        });
      }
    },
  );

  const one = { InvokeId: "t-9", InstanceId: "i-1", InvocationStatus: "Failed", ExitCode: 1 };
  it.each<readonly [string, (page: number) => readonly object[], object, number | null]>([
    ["an empty page behind it", (page) => (page === 1 ? [one] : []), {}, null],
    ["the same page behind it", () => [one], {}, null],
    ["an empty page behind it, and a member for tokens", (page) => (page === 1 ? [one] : []), { NextToken: "" }, 1],
  ])("of a run that no list knows has no total beside a short page: %s", async (_name, rowsOn, paging, total) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([]) });
    rig.far.interfere = ({ action, asked }) => {
      if (action !== "DescribeInvocationResults") return null;
      const InvocationResult = rowsOn(Number(asked.get("PageNumber")));
      const Invocation = { TotalCount: 5, PageSize: 50, ...paging, InvocationResults: { InvocationResult } };
      return { status: 200, body: { RequestId: "R-9", Invocation } };
    };
    const isWhole = total !== null;
    for (const [statusIn, count] of [
      [null, 1],
      [["SUCCESS"], 0],
    ] as const) {
      const { data, errors } = await rig.ask(STRAYS, { filter: { ...HERE, invokeId: "t-9", statusIn } });
      expect([errors, data.page.nodes.length, data.page.totalCount, data.page.sources]).toEqual([
        undefined,
        count,
        isWhole ? count : null,
        [{ ok: isWhole, isComplete: isWhole }],
      ]);
    }
    expect(rig.far.asked().includes("DescribeInvocations cn-hangzhou")).toBe(!isWhole);
  });

  it.each([
    [50, null, {}],
    [79, null, {}],
    [80, 80, {}],
    // Beside a member for a token the total may be that of token mode, which counts for nothing.
    [3, 3, { NextToken: "" }],
  ])("of an instance has a total if it shows all: %i of 80", async (count, totalCount, paging) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([]) });
    const rows = Array.from({ length: count }, (_, index) => ({ ...one, InvokeId: `t-${index}` }));
    rig.far.interfere = ({ action, asked }) => {
      if (action !== "DescribeInvocationResults") return null;
      const end = Number(asked.get("PageNumber")) * Number(asked.get("PageSize"));
      const InvocationResult = rows.slice(end - Number(asked.get("PageSize")), end);
      const Invocation = { TotalCount: 80, ...paging, InvocationResults: { InvocationResult } };
      return { status: 200, body: { RequestId: "R-9", Invocation } };
    };
    const { data, errors } = await rig.ask(STRAYS, { filter: { ...HERE, instanceId: "i-1" } });
    expect([errors, data.page.nodes.length, data.page.totalCount, data.page.sources]).toEqual([
      undefined,
      count,
      totalCount,
      [{ ok: true, isComplete: totalCount !== null }],
    ]);
  });

  it("is an error if that record cannot be had, and as a history, and it shows nothing at all", async () => {
    await start(isEmpty);
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? refusal(403, "Forbidden.RAM") : null);
    for (const history of [false, true]) {
      const { data, errors } = await rig.ask(RESULTS, { history });
      expect([data, errors?.map(({ message, extensions }) => [message, extensions?.code])]).toEqual([
        { page: null },
        [[expect.stringContaining("the list tells of 45 results and shows none"), "UPSTREAM_BAD_RESPONSE"]],
      ]);
    }
  });
});

describe.each([true, false])(
  "a list of results of which a later page says that there is no such thing: tokens %s",
  (tokens) => {
    it.each([
      ["a run", { invokeId: "t-1" }, "InvalidInvokeId.NotFound", 50],
      ["an instance", { instanceId: "i-1" }, "InvalidInstanceId.NotFound", null],
      ["a command", { commandId: "c-1" }, "InvalidCommandId.NotFound", null],
    ])("does not end with it: %s", async (_name, filter, code, shown) => {
      const executions = Array.from({ length: 60 }, (_, index) => ({
        instanceId: index === 0 ? "i-1" : `i-x${index}`,
      }));
      const at = Date.UTC(2026, 0, 2);
      const runs = [{ invokeId: "t-1", commandId: "c-1", at, executions }, ...manyRuns(60, "t-h")];
      rig = await startRig({ "ECS/cn-hangzhou": createPlace(runs, { tokens }) });
      rig.far.interfere = ({ action, asked }) => {
        if (action === "DescribeInvocations") return refusal(403, "Forbidden.RAM");
        return asked.has("NextToken") || Number(asked.get("PageNumber") ?? 1) > 1 ? refusal(404, code) : null;
      };
      const { data, errors } = await rig.ask(STRAYS, { filter: { ...HERE, ...filter } });
      const { nodes, ...rest } = data.page ?? { nodes: null };
      const codes = errors?.map(({ extensions }) => [extensions?.code, extensions?.upstreamCode]);
      expect([nodes?.length ?? null, rest, codes]).toEqual(
        shown === null
          ? [null, {}, [["UPSTREAM_BAD_RESPONSE", code]]]
          : [shown, { totalCount: null, sources: [{ ok: false, isComplete: false }] }, undefined],
      );
    });
  },
);

describe("a list of a run's results in tokens whose total is not valid", () => {
  it("is whole also where a record comes twice, and costs no more", async () => {
    const instanceIds = Array.from({ length: 45 }, (_, index) => `i-${String(index).padStart(2, "0")}`);
    const executions = instanceIds.map((instanceId) => ({ instanceId }));
    const run = { invokeId: "t-1", at: Date.UTC(2026, 0, 2), executions };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run], { clamp: 20, tokens: true }) });
    let last: readonly unknown[] = [];
    rig.far.mangle = (body, { action }) => {
      if (action !== "DescribeInvocationResults") return body;
      const list = body.Invocation as { readonly InvocationResults: { readonly InvocationResult: readonly unknown[] } };
      const own = list.InvocationResults.InvocationResult;
      const InvocationResult = [...last, ...own];
      last = own.slice(-1);
      return {
        ...body,
        Invocation: { ...list, TotalCount: 500, PageNumber: 0, InvocationResults: { InvocationResult } },
      };
    };
    expect((await rig.ask(PAGE, { filter: { ...HERE, invokeId: "t-1" } })).data.page.totalCount).toBe(45);
    expect(rig.far.asked()).toEqual(Array(3).fill("DescribeInvocationResults cn-hangzhou"));
  });
});
