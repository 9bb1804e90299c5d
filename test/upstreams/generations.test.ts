import { describe, expect, it } from "@jest/globals";
import type { Generation, RegionInput } from "../support/emulator/index.ts";
import { startUpstream } from "./running-upstream.ts";
import { EVERYTHING } from "./stub.ts";

const REGION: RegionInput = {
  invocations: [
    {
      invokeId: "t-1",
      commandName: "demo",
      content: "uptime -p\n",
      creationTime: "2026-01-02T03:00:00Z",
      instances: [
        { instanceId: "m-1", output: "up 3 days\n" },
        { instanceId: "m-2", status: "Failed", exitCode: 7, output: "no\n" },
        { instanceId: "m-3", status: "Running", output: "" },
      ],
    },
  ],
};

async function readAll(provider: "ECS" | "SWAS", generation: Generation) {
  const end = await startUpstream(provider, REGION, { generation });
  try {
    const [list] = await end.upstream.openLists({}, EVERYTHING, end.operation);
    const page = await list?.read(null, end.operation);
    const run = await end.upstream.readInvocation("t-1", EVERYTHING, end.operation);
    const query = { invokeId: "t-1", instanceIds: ["m-1", "m-2", "m-3"], includeHistory: false };
    const results = await end.upstream.readResults(query, EVERYTHING, end.operation);
    return {
      listed: page?.runs.map(({ invokeId, status, command }) => [invokeId, status, command.name]),
      instances: run?.instances.map(({ instanceId, status, exitCode, isComplete }) => [
        instanceId,
        status,
        exitCode,
        isComplete,
      ]),
      results: results.map(({ instanceId, status, exitCode, finishTime, output }) => [
        instanceId,
        status,
        exitCode,
        finishTime,
        output && Buffer.from(output.bytes).toString(),
      ]),
    };
  } finally {
    await end.close();
  }
}

const END = "2026-01-02T03:00:03.000Z";
const RESULTS = [
  ["m-1", "SUCCESS", 0, END, "up 3 days\n"],
  ["m-2", "FAILED", 7, END, "no\n"],
  ["m-3", "RUNNING", null, null, null],
];
const COMPLETE = [
  ["m-1", "SUCCESS", 0, true],
  ["m-2", "FAILED", 7, true],
  ["m-3", "RUNNING", null, true],
];
// Documents of 2018 say of an instance of a run no more than that it has finished.
const BARE = [
  ["m-1", "FINISHED", null, false],
  ["m-2", "FINISHED", null, false],
  ["m-3", "RUNNING", null, false],
];

describe("one world in the shapes of every generation", () => {
  it.each<readonly [Generation, unknown]>([
    ["today", COMPLETE],
    ["2022", COMPLETE],
    ["2020", COMPLETE],
    ["2018", BARE],
    ["2018-unwrapped", BARE],
  ])("ECS of %s", async (generation, instances) => {
    const listed = [["t-1", "RUNNING", "demo"]];
    expect(await readAll("ECS", generation)).toEqual({ listed, instances, results: RESULTS });
  });

  it.each<Generation>(["today", "2022"])("SWAS of %s", async (generation) => {
    const listed = [["t-1", generation === "today" ? "RUNNING" : "SUCCESS", "demo"]];
    expect(await readAll("SWAS", generation)).toEqual({ listed, instances: COMPLETE, results: RESULTS });
  });
});
