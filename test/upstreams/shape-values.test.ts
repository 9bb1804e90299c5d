import { describe, expect, it } from "@jest/globals";
import { EXPECTED, RECORD, RUN, readResults, readRuns } from "./shape-answers.ts";

const TAGS: readonly (readonly [string, object])[] = [
  ["{Tag: […]} with TagKey", { Tags: { Tag: [{ TagKey: "env", TagValue: "prod" }] } }],
  ["[…] with Key", { Tags: [{ Key: "env", Value: "prod" }] }],
  ["one alone", { Tags: { Tag: { TagKey: "env", TagValue: "prod" } } }],
  ["without the inner name", { Tags: { TagKey: "env", TagValue: "prod" } }],
  ["inside InvokeInstances", { InvokeInstances: { Tags: { TagKey: "env", TagValue: "prod" } } }],
  [
    "inside InvokeInstances beside its list",
    { InvokeInstances: { InvokeInstance: [{ InstanceId: "i-1" }], Tags: [{ Key: "env", Value: "prod" }] } },
  ],
  [
    "inside an instance",
    { InvokeInstances: { InvokeInstance: [{ InstanceId: "i-1", Tags: [{ Key: "env", Value: "prod" }] }] } },
  ],
];

describe("accept list 4: tags", () => {
  it.each(TAGS)("%s", async (_name, fields) => {
    const { items } = await readRuns({ Invocations: [{ ...RUN, ...fields }] });
    expect(items.map(({ tags }) => tags)).toEqual([[{ key: "env", value: "prod" }]]);
  });

  it.each<readonly [string, object]>([
    ["an empty list", { Tags: { Tag: [] } }],
    ["an empty text", { Tags: "" }],
    ["an empty object", { Tags: {} }],
    ["nothing", {}],
  ])("%s is none", async (_name, fields) => {
    const { items } = await readRuns({ Invocations: [{ ...RUN, ...fields }] });
    expect(items.map(({ tags }) => tags)).toEqual([[]]);
  });
});

describe("accept list 5: numbers as texts, texts as numbers, booleans as texts", () => {
  it("reads them all the same", async () => {
    const { page } = await readRuns({
      TotalCount: "5",
      PageNumber: "1",
      PageSize: "50",
      Invocations: {
        Invocation: [
          {
            InvokeId: 7,
            Timed: "True",
            Timeout: "60",
            Username: 0,
            InvokeInstances: {
              InvokeInstance: [
                { InstanceId: "i-1", InvocationStatus: "Failed", ExitCode: "4294967295", Repeats: "", Dropped: null },
              ],
            },
          },
        ],
      },
    });
    expect(page).toMatchObject({
      next: { pageNumber: 2, pageSize: 50 },
      total: 5,
      runs: [
        {
          invokeId: "7",
          timed: true,
          timeoutSeconds: 60,
          username: "0",
          instances: [{ exitCode: 4294967295, repeats: null }],
        },
      ],
    });
  });

  it("gives null and says so for what is no number, boolean or time at all", async () => {
    const { items, notices } = await readRuns({
      Invocations: [{ ...RUN, Timed: "perhaps", Timeout: "soon", CreationTime: "yesterday", WorkingDir: {} }],
    });
    expect(items).toMatchObject([{ timed: null, timeoutSeconds: null, creationTime: null, workingDir: null }]);
    expect(notices).toEqual([
      "upstream answer: CreationTime is not a time",
      "upstream answer: Timed is not a boolean",
      "upstream answer: Timeout is not a whole number",
      "upstream answer: WorkingDir is not a text",
    ]);
  });
});

describe("accept list 6: parameters", () => {
  it.each<readonly [string, unknown, unknown]>([
    ["JSON text", '{"name":"Jack"}', { name: "Jack" }],
    ["an object", { name: "Jack" }, { name: "Jack" }],
    ["the text of no parameters", "{}", {}],
    ["a text that is long, but may be", `{"a":"${"b".repeat(65_528)}"}`, { a: "b".repeat(65_528) }],
    ["a text that would take long to parse", `{"a":"${"b".repeat(65_529)}"}`, null],
    ["an empty object", {}, {}],
    ["an empty text", "", {}],
    ["missing", undefined, {}],
    ["a text that is no JSON", "name=Jack", null],
    ["JSON of another type", "[1]", null],
  ])("%s", async (_name, Parameters, expected) => {
    const body = { Invocations: [{ ...RUN, Parameters }] };
    const [ecs, swas] = [await readRuns(body), await readRuns(body, "SWAS")];
    expect([...ecs.items, ...swas.items].map(({ parameters }) => parameters)).toEqual([expected, expected]);
  });
});

describe("accept list 7: the end's time and the user under two names", () => {
  it.each<readonly [string, object]>([
    ["FinishTime and Username", { FinishTime: "2022-07-11T06:37:17Z", Username: "admin" }],
    ["FinishedTime and InvokeUser", { FinishedTime: "2022-07-11T06:37:17Z", InvokeUser: "admin" }],
  ])("%s", async (_name, fields) => {
    const results = await readResults({ InvocationResults: [{ ...RECORD, ...fields }] });
    expect(results).toEqual([{ ...EXPECTED, finishTime: "2022-07-11T06:37:17.000Z", username: "admin" }]);
  });
});
