import { describe, expect, it } from "@jest/globals";
import { connection, createRun, run } from "./rig.ts";

const root = {
  invocations: connection([createRun(), createRun({ id: "AXIAother", invokeId: "t-hz02", status: "FAILED" })]),
  node: ({ id }: { id: string }) => createRun({ id }),
};
const options = { isTerminal: true, environment: { NO_COLOR: "1" } };

describe("a command about a run, on a terminal and without one", () => {
  it("lets a person pick one of the newest by its number, and asks again for anything else", async () => {
    const answers = ["", "3", "2"];
    const { exitCode, output, errors, asked } = await run(root, ["show", "--region", "cn-hangzhou"], {
      ...options,
      answers,
    });
    const ask = "Which run (1 to 2)? ";
    expect([exitCode, errors, asked]).toEqual([
      0,
      "1  0s ago  SUCCESS  ECS cn-hangzhou  t-hz01  disk check  1 SUCCESS\n" +
        `2  0s ago  FAILED   ECS cn-hangzhou  t-hz02  disk check  1 SUCCESS\n${ask}${ask}${ask}`,
      [
        ["sources", undefined],
        ["recentRuns", { first: 20, filter: { regionIdIn: ["cn-hangzhou"] } }],
        ["runById", { id: "AXIAother", after: null }],
      ],
    ]);
    expect(output).toContain("AXIAother");
  });

  it("ends if nothing is picked, or there is nothing", async () => {
    const left = await run(root, ["output"], { ...options, answers: [] });
    const nothing = await run({ invocations: connection([]) }, ["follow"], { ...options, answers: ["1"] });
    expect([left.exitCode, left.errors.endsWith("cloud-assistant: Nothing was picked.\n")]).toEqual([2, true]);
    expect([nothing.exitCode, nothing.errors]).toEqual([2, "cloud-assistant: No run is known.\n"]);
  });
});
