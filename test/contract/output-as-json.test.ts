import { afterEach, expect, it } from "@jest/globals";
import { startRig } from "./rig.ts";
import { createPlace } from "./world.ts";

let rig: Awaited<ReturnType<typeof startRig>>;

async function startWith(outputs: readonly string[]): Promise<void> {
  const executions = outputs.map((output, index) => ({ instanceId: `i-${index}`, output }));
  rig = await startRig({
    "ECS/cn-hangzhou": createPlace([{ invokeId: "t-1", at: Date.UTC(2026, 0, 3), executions }]),
  });
}

const ask = (fields: string) =>
  rig.ask(`{ invocations { nodes { instanceInvocations { nodes { result { output { ${fields} } } } } } } }`);

afterEach(() => rig.stop());

it("an output that is a JSON object can be read as one", async () => {
  const tooDeep = `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
  await startWith([
    '{ "ok": true, "disks": [1, 2], "名": "甲" }\n',
    "[1, 2]",
    "plain",
    '{ "cut": ',
    '{"a":1} {"b":2}',
    tooDeep,
  ]);
  const { data } = await ask("textAsJson");
  const rows = data.invocations.nodes[0].instanceInvocations.nodes;
  expect(rows.map((row: { result: { output: { textAsJson: unknown } } }) => row.result.output.textAsJson)).toEqual([
    { ok: true, disks: [1, 2], 名: "甲" },
    null,
    null,
    null,
    null,
    null,
  ]);
});

it("an output that is read as JSON many times counts towards the answer before it is written", async () => {
  await startWith(Array.from({ length: 10 }, () => JSON.stringify({ text: "x".repeat(20_000) })));
  const aliases = Array.from({ length: 90 }, (_, index) => `a${index}: textAsJson`);
  const { data, errors } = await ask(aliases.join(" "));
  expect(errors?.[0]).toMatchObject({ path: expect.anything(), extensions: { limit: "answerBytes", max: 8_000_000 } });
  expect(data.invocations.nodes[0].instanceInvocations.nodes[0].result.output.a0.text).toHaveLength(20_000);
});
