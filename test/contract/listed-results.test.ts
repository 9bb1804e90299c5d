import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { type FarFault, refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PAGE = `query ($filter: InvocationResultFilter!, $first: Int, $after: String, $last: Int, $before: String) {
  page: invocationResults(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { invokeId instanceId exitCode output { text } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } sources { ok isComplete } } }`;
const FAILING = `query ($filter: InvocationResultFilter!) {
  page: invocationResults(filter: $filter, first: 30) { nodes { invokeId } sources { ok isComplete error { code } } } }`;
const HERE = { provider: "ECS", regionId: "cn-hangzhou" };
const OF_INSTANCE = { ...HERE, instanceId: "i-1" };
const NO_RUNS = { status: 200, body: { RequestId: "R-0", TotalCount: 0, Invocations: { Invocation: [] } } };

/** Starts with 120 results of one instance whose runs DescribeInvocations answers so. */
async function start(runs: FarFault, tokens = true) {
  const place = createPlace(manyRuns(120, "t-h"), { tokens });
  rig = await startRig({ "ECS/cn-hangzhou": place });
  rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? runs : null);
  return place.runs.map(({ invokeId }) => invokeId);
}

async function ask(variables: object) {
  const { data, errors } = await rig.ask(PAGE, { filter: OF_INSTANCE, ...variables });
  expect(errors).toBeUndefined();
  const ids = data.page.nodes.map((node: { invokeId: string }) => node.invokeId);
  return { ...data.page, ids };
}

const callsOf = (action: string) => rig.far.calls.filter((call) => call.action === action).length;

/** A list of runs that does not know one of them. */
function without(body: Readonly<Record<string, unknown>>, invokeId: string): object {
  const { Invocation: runs } = body.Invocations as { readonly Invocation: readonly { readonly InvokeId: string }[] };
  const kept = runs.filter((run) => run.InvokeId !== invokeId);
  return { ...body, ...(kept.length === 0 && { TotalCount: 0 }), Invocations: { Invocation: kept } };
}

describe("results whose runs no list tells", () => {
  it.each<readonly [string, FarFault, boolean]>([
    ["known to nobody, in tokens", NO_RUNS, true],
    ["known to nobody, in pages", NO_RUNS, false],
    ["forbidden to read", refusal(403, "Forbidden.RAM"), true],
    ["not offered", refusal(404, "InvalidAction.NotFound"), true],
  ])("are shown in the order of their own list: runs %s", async (_name, runs, tokens) => {
    const ids = await start(runs, tokens);
    const first = await ask({ first: 50 });
    expect(first.nodes[0]).toEqual({
      invokeId: ids[0],
      instanceId: "i-1",
      exitCode: 0,
      output: { text: "ok\n" },
    });
    const found = [...first.ids];
    let { pageInfo } = first;
    while (pageInfo.hasNextPage) {
      const next = await ask({ first: 50, after: pageInfo.endCursor });
      found.push(...next.ids);
      pageInfo = next.pageInfo;
    }
    expect(found).toEqual(ids);
    expect(first.sources).toEqual([{ ok: true, isComplete: true }]);
    expect(first.pageInfo.endCursor.length).toBeLessThanOrEqual(120);
    expect(callsOf("DescribeInvocationResults")).toBeLessThanOrEqual(4);
  });

  it.each<readonly [FarFault, string]>([
    [refusal(503, "ServiceUnavailable"), "UNAVAILABLE"],
    [refusal(400, "Throttling.User"), "THROTTLED"],
    [{ status: 200, body: "<html>" }, "BAD_RESPONSE"],
  ])(
    "are shown with the failure of the runs beside them, also of a source that was read before: %j",
    async (runs, code) => {
      const ids = await start(NO_RUNS);
      const failed = [{ ok: false, isComplete: true, error: { code } }];
      const [empty, other] = [await rig.twin(), await rig.twin()];
      await empty.ask("{ invocations(first: 1) { nodes { invokeId } } }");
      rig.far.interfere = () => null;
      await other.ask("{ invocations(first: 1) { nodes { invokeId } } }");
      rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? runs : null);
      for (const gateway of [rig, empty, other]) {
        const { data, errors } = await gateway.ask(FAILING, { filter: OF_INSTANCE });
        expect(errors).toBeUndefined();
        expect(data.page.nodes.map((node: { invokeId: string }) => node.invokeId)).toEqual(ids.slice(0, 30));
        expect(data.page.sources).toEqual(failed);
      }
    },
  );

  it("have a total once their list is known to its end", async () => {
    const TOTAL =
      "query ($filter: InvocationResultFilter!) { page: invocationResults(filter: $filter) { totalCount } }";
    const total = async (filter: object) => (await rig.ask(TOTAL, { filter })).data.page.totalCount;
    await start(NO_RUNS);
    expect(await total(OF_INSTANCE)).toBeNull();
    await ask({ last: 1 });
    expect(await total(OF_INSTANCE)).toBe(120);
    expect(await total({ ...OF_INSTANCE, statusIn: ["FAILED"] })).toBe(0);
  });

  it("are read backwards too", async () => {
    const ids = await start(NO_RUNS);
    const last = await ask({ last: 30 });
    const before = await ask({ last: 30, before: last.pageInfo.startCursor });
    expect([last.ids, before.ids]).toEqual([ids.slice(90), ids.slice(60, 90)]);
    expect([last.pageInfo.hasPreviousPage, before.pageInfo.hasNextPage]).toEqual([true, true]);
  });

  it("go on in another process, which reads the list again", async () => {
    const ids = await start(NO_RUNS);
    const { pageInfo } = await ask({ first: 50 });
    const twin = await rig.twin();
    const { data } = await twin.ask(PAGE, { filter: OF_INSTANCE, first: 50, after: pageInfo.endCursor });
    expect(data.page.nodes.map((node: { invokeId: string }) => node.invokeId)).toEqual(ids.slice(50, 100));
  });

  it("of a command are told apart by run and instance", async () => {
    const executions = Array.from({ length: 70 }, (_, index) => ({ instanceId: `i-${100 + index}` }));
    const at = Date.UTC(2026, 0, 2);
    const runs = ["t-1", "t-2"].map((invokeId) => ({ invokeId, at, commandId: "c-1", executions }));
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(runs) });
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? NO_RUNS : null);
    const filter = { ...HERE, commandId: "c-1" };
    const first = await ask({ filter, first: 100 });
    const second = await ask({ filter, first: 100, after: first.pageInfo.endCursor });
    const pairs = [...first.nodes, ...second.nodes].map(({ invokeId, instanceId }) => `${invokeId} ${instanceId}`);
    expect([pairs.length, new Set(pairs).size]).toEqual([140, 140]);
  });

  it.each([
    ["that is known to its end", 5],
    ["that goes on", 120],
  ])("are shown beside those whose runs are told by a list %s", async (_name, count) => {
    const place = createPlace(manyRuns(count, "t-h"), { tokens: true });
    rig = await startRig({ "ECS/cn-hangzhou": place });
    const ids = place.runs.map(({ invokeId }) => invokeId);
    rig.far.mangle = (body, { action }) => (action === "DescribeInvocations" ? without(body, ids[3] ?? "") : body);
    const found: string[] = [];
    let after: string | null = null;
    do {
      const page = await ask({ first: 30, after });
      found.push(...page.ids);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(found).toEqual(ids);
  });

  it("cost one call a list in ten minutes as long as runs tell them", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(3, "t-h")) });
    for (const first of [50, 2, 1]) expect((await ask({ first })).ids).toHaveLength(Math.min(first, 3));
    expect(callsOf("DescribeInvocationResults")).toBe(1);
  });

  it.each([
    ["DescribeInvocations", 403, "Forbidden.RAM", "UPSTREAM_FORBIDDEN"],
    ["DescribeInvocations", 503, "ServiceUnavailable", "UPSTREAM_UNAVAILABLE"],
    ["DescribeInvocations", 403, "InvalidAccessKeyId.Inactive", "UPSTREAM_UNAUTHENTICATED"],
  ])(
    "are the error of the runs if they cannot be read either: %s %d %s",
    async (action, status, upstreamCode, code) => {
      await start(NO_RUNS);
      rig.far.interfere = (call) => refusal(status, call.action === action ? upstreamCode : "Forbidden.RAM");
      const { data, errors } = await rig.ask(PAGE, { filter: OF_INSTANCE, first: 50 });
      expect(data).toEqual({ page: null });
      expect(errors).toMatchObject([{ extensions: { code, upstreamCode } }]);
    },
  );
});
