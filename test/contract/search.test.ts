import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

const NOON = Date.UTC(2026, 0, 2, 12);
const printed = (index: number): string =>
  index % 10 === 0 ? `开始\n磁盘空间不足 on ${index}\n完成\n` : "start\nall is well\nend\n";
/** On every tenth run the second server prints something of its own. */
const runs: Run[] = Array.from({ length: 60 }, (_, index) => ({
  invokeId: `t-s${String(index).padStart(3, "0")}`,
  at: NOON - index * 60_000,
  executions: [
    { instanceId: "i-a", output: "same everywhere\n" },
    { instanceId: "i-b", output: printed(index) },
  ],
}));
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ "ECS/cn-hangzhou": createPlace(runs) });
});
afterAll(() => rig.stop());

const SEARCH = `query ($text: String, $pattern: String, $filter: InvocationFilter, $first: Int, $after: String, $context: Int) {
  found: searchOutputs(text: $text, pattern: $pattern, filter: $filter, first: $first, after: $after, contextLines: $context) {
    nodes { lineNumber line before after invocation { invokeId } instanceInvocation { instanceId } }
    edges { cursor } searchedOutputs missingOutputs searchedSince
    pageInfo { hasNextPage endCursor isScanComplete } sources { ok isComplete oldestTime } } }`;
const READ = `query ($filter: InvocationFilter) { invocations(first: 50, filter: $filter) { nodes {
  instanceInvocations { nodes { result { output { byteLength } } } } } } }`;

interface Line {
  readonly lineNumber: number;
  readonly line: string;
  readonly invocation: { readonly invokeId: string };
  readonly instanceInvocation: { readonly instanceId: string };
}
const places = (nodes: readonly Line[]) =>
  nodes.map(({ invocation, instanceInvocation, lineNumber }) => [
    invocation.invokeId,
    instanceInvocation.instanceId,
    lineNumber,
  ]);

describe("a search over the outputs of many runs", () => {
  it("says what it does not have, and asks for no output", async () => {
    await rig.ask("{ invocations(first: 20) { nodes { invokeId } } }");
    rig.far.calls.length = 0;
    const { data } = await rig.ask(SEARCH, { text: "磁盘" });
    expect(data.found).toMatchObject({
      nodes: [],
      searchedOutputs: 0,
      missingOutputs: 100,
      pageInfo: { hasNextPage: false },
    });
    expect(rig.far.asked().filter((call) => call.startsWith("DescribeInvocationResults"))).toEqual([]);
  });

  it("finds lines in any language, newest first, with their run, server and neighbours", async () => {
    await rig.ask(READ);
    const { data } = await rig.ask(SEARCH, { text: "磁盘空间", context: 1 });
    expect(places(data.found.nodes)).toEqual([0, 10, 20, 30, 40].map((index) => [runs[index]?.invokeId, "i-b", 2]));
    expect(data.found.nodes[1]).toMatchObject({ line: "磁盘空间不足 on 10", before: ["开始"], after: ["完成"] });
    expect(data.found).toMatchObject({
      searchedOutputs: 100,
      missingOutputs: 20,
      searchedSince: "2026-01-02T11:01:00.000Z",
    });
  });

  it("goes on from page to page, each match once", async () => {
    const found: Line[] = [];
    let after: string | null = null;
    do {
      const { data } = await rig.ask(SEARCH, { pattern: "(start|end|all)", first: 7, after });
      found.push(...data.found.nodes);
      expect(data.found.edges.at(-1).cursor).toBe(data.found.pageInfo.endCursor);
      after = data.found.pageInfo.hasNextPage ? data.found.pageInfo.endCursor : null;
    } while (after !== null);
    const expected = runs
      .slice(0, 50)
      .flatMap(({ invokeId }, index) => (index % 10 === 0 ? [] : [1, 2, 3].map((line) => [invokeId, "i-b", line])));
    expect(places(found)).toEqual(expected);
  });

  it("reads no list on, whatever the filter", async () => {
    const own = await startRig({
      "ECS/cn-hangzhou": createPlace([...runs, ...runs.map((run) => ({ ...run, invokeId: `${run.invokeId}x` }))]),
    });
    try {
      for (const filter of [
        { exitCodeIn: [99] },
        { createdBefore: "2026-01-01T00:00:00Z" },
        { statusIn: ["UNKNOWN"] },
      ]) {
        const { data } = await own.ask(SEARCH, { text: "磁盘", filter });
        expect(data.found).toMatchObject({ nodes: [], searchedOutputs: 0 });
      }
      expect(own.far.asked()).toEqual(["DescribeInvocations cn-hangzhou"]);
    } finally {
      await own.stop();
    }
  });

  it("is not complete while a source fails, as a list of runs is not", async () => {
    const own = await startRig({ "ECS/cn-hangzhou": createPlace(runs), "SWAS/cn-hangzhou": createPlace([]) });
    try {
      own.far.interfere = ({ product }) => (product === "SWAS" ? refusal(403, "NoPermission") : null);
      for (const filter of [{}, { createdAfter: "2026-01-01T00:00:00Z" }]) {
        const { data } = await own.ask(SEARCH, { text: "nowhere", filter });
        expect([data.found.pageInfo, data.found.sources.map(({ ok }: { ok: boolean }) => ok)]).toEqual([
          { hasNextPage: false, endCursor: null, isScanComplete: false },
          [true, false],
        ]);
      }
    } finally {
      await own.stop();
    }
  });

  it("is complete only if the list is known as far back as the filter asks", async () => {
    const many = Array.from({ length: 150 }, (_, index) => ({
      ...(runs[0] as Run),
      invokeId: `t-m${index}`,
      at: NOON - index * 60_000,
    }));
    const own = await startRig({ "ECS/cn-hangzhou": createPlace(many) });
    try {
      await own.ask(READ);
      const search = async (createdAfter?: string) => {
        const filter = createdAfter === undefined ? {} : { createdAfter };
        const { pageInfo, sources } = (await own.ask(SEARCH, { text: "nowhere", filter })).data.found;
        return [pageInfo.isScanComplete, sources[0].isComplete];
      };
      expect(await search("2026-01-02T11:30:00Z")).toEqual([true, true]);
      expect(await search("2026-01-02T09:40:00Z")).toEqual([false, false]);
      expect(await search()).toEqual([false, false]);
      await own.ask("{ invocations(last: 1) { nodes { invokeId } } }");
      expect(await search()).toEqual([true, true]);
    } finally {
      await own.stop();
    }
  });

  it("obeys the filter", async () => {
    const filter = { createdBefore: "2026-01-02T11:45:00Z" };
    const { data } = await rig.ask(SEARCH, { text: "磁盘", filter });
    expect(places(data.found.nodes).map(([id]) => id)).toEqual(["t-s020", "t-s030", "t-s040"]);
  });

  it.each([
    [{ pattern: "(" }, "pattern"],
    [{ text: "" }, "text"],
    [{ text: "a", pattern: "b" }, "pattern"],
    [{}, "text"],
    [{ text: "a", first: 101 }, "first"],
    [{ text: "a", context: 11 }, "contextLines"],
  ])("refuses %j before any work", async (variables, argument) => {
    rig.far.calls.length = 0;
    const { errors } = await rig.ask(SEARCH, variables);
    expect(errors?.[0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT", argument } });
    expect(rig.far.calls).toEqual([]);
  });

  it("takes no other search's cursor", async () => {
    const { data } = await rig.ask(SEARCH, { text: "磁盘", first: 1 });
    const { errors } = await rig.ask(SEARCH, { text: "well", after: data.found.pageInfo.endCursor });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "INVALID_CURSOR" });
  });
});
