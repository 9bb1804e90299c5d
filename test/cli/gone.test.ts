import { describe, expect, it } from "@jest/globals";
import { connection, createInstanceRun, createOutput, createRun, inTurn, run } from "./rig.ts";

const over = createInstanceRun();
const going = createInstanceRun({
  instanceId: "i-02",
  status: "RUNNING",
  isFinal: false,
  exitCode: null,
  result: { id: "x", output: createOutput("so far\n") },
});
const lost = {
  status: "RUNNING",
  isFinal: false,
  isGoneUpstream: true,
  statusCounts: [{ status: "RUNNING", count: 1 }],
  instanceInvocations: connection([over, going]),
  outputGroups: [],
};
const TOLD =
  "cloud-assistant: incomplete: t-hz01 was RUNNING when the upstream dropped it: what it printed and how it ended may be missing.\n";
const root = { node: createRun(lost), invocationResults: connection([]) };

describe("a run that went away upstream while it was running", () => {
  it.each([
    ["output AXIAid"],
    ["output AXIAid --json"],
    ["output AXIAid --instance i-02"],
    ["output AXIAid --group"],
    ["output AXIAid --group --json"],
    ["show AXIAid"],
    ["show AXIAid --json"],
    ["history AXIAid"],
  ])("is shown by %s as what may be a part", async (words) => {
    const { exitCode, errors } = await run(root, words.split(" "));
    expect([exitCode, errors.includes(TOLD)]).toEqual([4, true]);
  });

  it("takes nothing from the output of an instance on which it was over, nor from a run that is over", async () => {
    const one = await run(root, ["output", "AXIAid", "--instance", "i-01"]);
    const dropped = await run({ node: createRun({ isGoneUpstream: true }) }, ["output", "AXIAid"]);
    expect([one, dropped].map(({ exitCode, output, errors }) => [exitCode, output, errors])).toEqual([
      [0, "ok\n", ""],
      [0, "ok\n", ""],
    ]);
  });

  it.each(["follow AXIAid", "output AXIAid -f"])(
    "ends %s, which says that nobody can say how it ended",
    async (words) => {
      const running = createRun({ ...lost, isGoneUpstream: false });
      for (const node of [inTurn([running, createRun(lost)]), inTurn([running, null])]) {
        const { exitCode, errors } = await run({ node }, words.split(" "));
        expect([exitCode, errors.split("\n").at(-2)]).toEqual([
          2,
          "cloud-assistant: The upstream does not know the run any more: nobody can say how it ended.",
        ]);
      }
    },
  );
});
