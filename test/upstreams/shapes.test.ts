import { describe, expect, it } from "@jest/globals";
import { EXPECTED, RECORD, RUN, readResults, readRuns } from "./shape-answers.ts";
import { createBench, ECS, EVERYTHING, NOTHING, refusal, SWAS } from "./stub.ts";

const ROOTS_OF_RESULTS: readonly (readonly [string, object])[] = [
  [
    "Invocation.InvocationResults.InvocationResult[]",
    { Invocation: { InvocationResults: { InvocationResult: [RECORD] } } },
  ],
  ["InvocationResults.InvocationResult[]", { TotalCount: 1, InvocationResults: { InvocationResult: [RECORD] } }],
  ["InvocationResults[]", { InvocationResults: [RECORD] }],
  ["InvocationResult[]", { InvocationResult: [RECORD] }],
  ["InvocationResult{}", { InvocationResult: RECORD }],
  ["InvocationResults.InvocationResult{}", { InvocationResults: { InvocationResult: RECORD } }],
  [
    "Invocationresult[], as a document of 2017 writes it",
    { Invocation: { Invocationresults: { Invocationresult: [RECORD] } } },
  ],
  [
    "the element that a converter from XML leaves around it",
    { DescribeInvocationResultsResponse: { InvocationResults: [RECORD] } },
  ],
];

describe("accept list 1: roots of results", () => {
  it.each(ROOTS_OF_RESULTS)("%s", async (_name, body) => {
    expect(await readResults(body)).toEqual([EXPECTED]);
  });

  it.each(ROOTS_OF_RESULTS)("%s, from SWAS DescribeInvocationResult", async (_name, body) => {
    const { upstream, operation } = createBench("SWAS", (action) => {
      if (action === "DescribeCommandInvocations") throw noSuchAction();
      return "DescribeInvocationResultsResponse" in body
        ? { DescribeInvocationResultResponse: { InvocationResults: [RECORD] } }
        : body;
    });
    const query = { invokeId: "t-1", instanceIds: ["i-1"], includeHistory: false };
    expect(await upstream.readResults(query, EVERYTHING, operation)).toEqual([{ ...EXPECTED, source: SWAS }]);
  });
});

const ROOTS_OF_RUNS: readonly (readonly [string, object])[] = [
  ["Invocations.Invocation[]", { Invocations: { Invocation: [RUN] } }],
  ["Invocations[]", { Invocations: [RUN] }],
  ["CommandInvocations[]", { CommandInvocations: [RUN] }],
  ["Invocations.Invocation{}", { Invocations: { Invocation: RUN } }],
  ["Invocations{}, one element of XML", { Invocations: RUN }],
  ["CommandInvocations{}, one element of XML", { CommandInvocations: RUN }],
];

describe("accept list 2: roots of runs", () => {
  it.each(ROOTS_OF_RUNS)("%s, from either product", async (_name, body) => {
    const ecs = await readRuns(body);
    const swas = await readRuns(body, "SWAS");
    const ids = [...ecs.items, ...swas.items].map(({ source, invokeId, status }) => [
      source.provider,
      invokeId,
      status,
    ]);
    expect(ids).toEqual([
      ["ECS", "t-1", "SUCCESS"],
      ["SWAS", "t-1", "SUCCESS"],
    ]);
  });
});

const EMPTY_PAGING = { TotalCount: 0, PageNumber: 1, PageSize: 50 };

describe("accept list 3: empty lists, and what is none", () => {
  it.each<readonly [string, object]>([
    ["an empty array under the inner name", { Invocations: { Invocation: [] }, ...EMPTY_PAGING }],
    ["an empty object", { Invocations: {}, ...EMPTY_PAGING }],
    ["an empty array", { Invocations: [], ...EMPTY_PAGING }],
    ["an empty text", { Invocations: "", ...EMPTY_PAGING }],
    ["a blank text, as XML gives it", { Invocations: "\n  ", ...EMPTY_PAGING }],
    ["null", { Invocations: null, ...EMPTY_PAGING }],
    ["missing beside nothing but a request id", { RequestId: "R-1" }],
    ["missing beside a token that is none", { RequestId: "R-1", NextToken: "" }],
    ["missing beside a total of 0", EMPTY_PAGING],
    ["missing beside a total of 0 as text", { TotalCount: "0" }],
  ])("%s is an empty page", async (_name, body) => {
    const { page } = await readRuns(body);
    expect(page?.runs).toEqual([]);
  });

  it.each<readonly [string, object]>([
    ["an empty wrapper", { Invocation: {} }],
    ["an empty text for a wrapper", { Invocation: "" }],
    ["an empty list in it", { Invocation: { TotalCount: 0, InvocationResults: { InvocationResult: [] } } }],
    ["an empty text in it", { Invocation: { InvocationResults: "" } }],
  ])("%s holds no results", async (_name, body) => {
    expect(await readResults(body)).toEqual([]);
  });

  it.each<readonly [string, object]>([
    ["no member that is known", { Something: [] }],
    ["nothing at all", {}],
    ["a number for a list", { Invocations: 42 }],
    ["a text for a list", { Invocations: "none" }],
    ["a number under the inner name", { Invocations: { Invocation: 7 } }],
    ["another inner name", { Invocations: { Runs: [RUN] } }],
    ["records that are none", { Invocations: [1, "a", null] }],
    ["a total but no list", { TotalCount: 3, PageNumber: 1, PageSize: 10 }],
    ["no run that names itself", { Invocations: [{ CommandName: "demo" }] }],
  ])("%s is a bad answer, with action and request id, and never an empty list", async (_name, body) => {
    await expect(readRuns(body)).rejects.toMatchObject({
      code: "BAD_RESPONSE",
      action: "DescribeInvocations",
      requestId: "R-1",
      source: ECS,
    });
    await expect(readRuns(body, "SWAS")).rejects.toMatchObject({
      code: "BAD_RESPONSE",
      action: "DescribeCommandInvocations",
      requestId: "R-1",
      source: SWAS,
    });
  });

  it("costs only itself where one record cannot be read, keeps the places of the others, and says so", async () => {
    const { page, notices } = await readRuns({
      Invocations: [RUN, { CommandName: "demo" }, { InvokeId: "t-2" }, 5],
      TotalCount: 4,
    });
    expect(page?.runs.map(({ invokeId }) => invokeId)).toEqual(["t-1", "t-2"]);
    expect(page).toMatchObject({ offset: 0, unreadable: 2, total: 4 });
    expect(notices).toEqual(["upstream answer: a record of Invocations cannot be read and is left out"]);
  });
});

describe("accept list 8: paging members", () => {
  it.each<readonly [string, object]>([
    ["at top level", { TotalCount: 70, PageSize: 50, InvocationResults: [RECORD] }],
    [
      "in the wrapper",
      { Invocation: { TotalCount: 70, PageSize: 50, InvocationResults: { InvocationResult: [RECORD] } } },
    ],
    [
      "beside the records",
      { Invocation: { InvocationResults: { TotalCount: 70, PageSize: 50, InvocationResult: [RECORD] } } },
    ],
    [
      "in another case",
      { Invocation: { Totalcount: "70", Pagesize: "50", InvocationResults: { InvocationResult: [RECORD] } } },
    ],
  ])("%s: the total says that there is a second page", async (_name, body) => {
    const bench = createBench("ECS", (_action, { PageNumber }) => (PageNumber === 1 ? body : { Invocation: "" }));
    const reading = bench.upstream.readResults({ invokeId: "t-1", includeHistory: true }, NOTHING, bench.operation);
    await expect(reading).rejects.toMatchObject({ results: [{ invokeId: "t-1" }] });
    expect(bench.asked.map(([, parameters]) => parameters.PageNumber)).toEqual([1, 2]);
  });

  it.each<readonly [string, number, readonly (readonly [number, number])[]]>([
    ["below ten, which no document has, is the last", 9, [[1, 50]]],
    [
      "from ten on is asked on behind",
      10,
      [
        [1, 50],
        [2, 10],
      ],
    ],
  ])("missing: a short page %s", async (_name, length, pages) => {
    const all = Array.from({ length }, (_, index) => ({ ...RECORD, InstanceId: `i-${index}` }));
    const bench = createBench("ECS", (_action, { PageNumber }) => ({ InvocationResults: PageNumber === 1 ? all : [] }));
    const query = { invokeId: "t-1", includeHistory: false };
    expect(await bench.upstream.readResults(query, NOTHING, bench.operation)).toHaveLength(length);
    expect(bench.asked.map(([, parameters]) => [parameters.PageNumber, parameters.PageSize])).toEqual(pages);
    // What was found to be the whole list costs no second look.
    await bench.upstream.readResults(query, NOTHING, bench.operation);
    expect(bench.asked).toHaveLength(pages.length + 1);
  });
});

function noSuchAction() {
  return refusal("NOT_SUPPORTED", "InvalidAction.NotFound", 404);
}
