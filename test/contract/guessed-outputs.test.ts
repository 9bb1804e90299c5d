import { expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace } from "./world.ts";

const QUESTION = `{ invocations { nodes { instanceInvocations { nodes { result { isOutputKnown output { text isCharsetCertain } } } } } } }`;

async function withOutput<Made>(use: (rig: Rig) => Promise<Made>): Promise<Made> {
  const run = { invokeId: "t-1", at: Date.UTC(2026, 0, 2), executions: [{ instanceId: "i-1", output: "YWRtaW4K" }] };
  const rig = await startRig({ "SWAS/cn-hangzhou": createPlace([run]) });
  try {
    return await use(rig);
  } finally {
    await rig.stop();
  }
}

const read = async (rig: Rig) =>
  (await rig.ask(QUESTION)).data.invocations.nodes[0].instanceInvocations.nodes[0].result;

it("an output of SWAS whose encoding can only be guessed says that nothing is certain of it", async () => {
  const guessed = await withOutput(async (rig) => {
    rig.far.interfere = ({ action }) => (action === "DescribeInvocationResult" ? refusal(403, "NoPermission") : null);
    return read(rig);
  });
  expect(guessed).toEqual({ isOutputKnown: true, output: { text: "admin\n", isCharsetCertain: false } });
  expect(await withOutput(read)).toEqual({ isOutputKnown: true, output: { text: "YWRtaW4K", isCharsetCertain: true } });
});
