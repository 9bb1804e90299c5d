import { describe, expect, it } from "@jest/globals";
import { connection, createRun, run } from "./rig.ts";

const execution = (repeats: number, overrides: object = {}) => ({
  id: `r-${repeats}`,
  instanceId: "i-01",
  status: "SUCCESS",
  startTime: `2026-01-02T03:0${repeats}:00.000Z`,
  finishTime: null,
  durationMs: 1500,
  exitCode: 0,
  repeats,
  output: null,
  ...overrides,
});
const server = { id: "s", instanceId: "i-01", name: "web-01", provider: "ECS", account: "default", regionId: "r" };
const OF_RUN = {
  provider: "ECS",
  account: "default",
  regionId: "cn-hangzhou",
  invokeId: "t-hz01",
  instanceId: null,
  withOutput: false,
};

describe("cloud-assistant history", () => {
  it("lists every execution of a run with the names of servers, and says that there are more", async () => {
    const failed = execution(2, { status: "FAILED", exitCode: 3, durationMs: null, instanceId: "i-02" });
    const root = {
      invocations: connection([createRun()]),
      node: createRun(),
      invocationResults: ({ after }: { after: string | null }) =>
        after === null ? connection([failed], "a") : connection([execution(1)], "b"),
      instances: connection([server]),
    };
    const { exitCode, output, errors, asked } = await run(root, ["history", "t-hz01", "--limit", "2"]);
    expect([exitCode, output, errors, asked.slice(1)]).toEqual([
      0,
      "2026-01-02T03:02:00.000Z\ti-02\t-\t2\tFAILED\t3\t-\n2026-01-02T03:01:00.000Z\ti-01\tweb-01\t1\tSUCCESS\t0\t1.5 s\n",
      "cloud-assistant: there are more: raise --limit.\n",
      [
        ["runStatus", { id: "AXIAid" }],
        ["historyOfTimedRun", { ...OF_RUN, first: 2, after: null }],
        ["historyOfTimedRun", { ...OF_RUN, first: 1, after: "a" }],
        ["serversById", { instanceIds: ["i-02", "i-01"], first: 100 }],
      ],
    ]);
  });

  it("is of one server if that is named, and JSON for programs", async () => {
    const root = {
      node: createRun(),
      invocationResults: connection([execution(1)]),
      instances: connection([server]),
    };
    const words = ["history", "AXIAid", "--instance", "i-01", "--json=name,repeats"];
    const { output, asked } = await run(root, words);
    expect([JSON.parse(output), asked[1]]).toEqual([
      [{ name: "web-01", repeats: 1 }],
      ["historyOfTimedRun", { ...OF_RUN, instanceId: "i-01", first: 20, after: null }],
    ]);
  });
});
