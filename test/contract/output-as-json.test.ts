import { expect, it } from "@jest/globals";
import { startRig } from "./rig.ts";
import { createPlace } from "./world.ts";

it("an output that is a JSON object can be read as one", async () => {
  const outputs = ['{ "ok": true, "disks": [1, 2], "名": "甲" }\n', "[1, 2]", "plain", '{ "cut": ', '{"a":1} {"b":2}'];
  const executions = outputs.map((output, index) => ({ instanceId: `i-${index}`, output }));
  const rig = await startRig({
    "ECS/cn-hangzhou": createPlace([{ invokeId: "t-1", at: Date.UTC(2026, 0, 3), executions }]),
  });
  try {
    const { data } = await rig.ask(
      "{ invocations { nodes { instanceInvocations { nodes { result { output { textAsJson } } } } } } }",
    );
    const rows = data.invocations.nodes[0].instanceInvocations.nodes;
    expect(rows.map((row: { result: { output: { textAsJson: unknown } } }) => row.result.output.textAsJson)).toEqual([
      { ok: true, disks: [1, 2], 名: "甲" },
      null,
      null,
      null,
      null,
    ]);
  } finally {
    await rig.stop();
  }
});
