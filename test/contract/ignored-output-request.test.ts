import { afterEach, describe, expect, it } from "@jest/globals";
import { onServers, runOf } from "./missing-scene.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Execution } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

/** An upstream that does not know IncludeOutput: runs have their instances' outputs empty, whatever is asked for. */
async function startIgnorant(executions: readonly Execution[]): Promise<Rig> {
  const started = await startRig({ "ECS/cn-hangzhou": createPlace([runOf(executions)]) });
  started.far.mangle = (body, { action }) =>
    action === "DescribeInvocations"
      ? JSON.parse(JSON.stringify(body).replace(/"Output":"[^"]*"/g, '"Output":""'))
      : body;
  return started;
}

const RUN = `run: invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1")`;
const TEXTS = `{ ${RUN} { instanceInvocations(first: 100) { nodes { result { output { text } } } } } }`;
const GROUPS = `{ ${RUN} { outputGroups { count output { text } } } }`;

const callsOf = (action: string) => rig.far.calls.filter((call) => call.action === action).length;

describe("outputs of an upstream that does not know IncludeOutput", () => {
  it.each([1, 40, 60, 100])("are read as results, of %i instances", async (count) => {
    rig = await startIgnorant(onServers(count).map((one) => ({ ...one, output: `${one.instanceId}\n` })));
    const { data, errors } = await rig.ask(TEXTS);
    expect(errors).toBeUndefined();
    expect(data.run.instanceInvocations.nodes).toEqual(
      onServers(count).map(({ instanceId }) => ({ result: { output: { text: `${instanceId}\n` } } })),
    );
    expect(callsOf("DescribeInvocationResults")).toBe(Math.ceil(count / 50));
  });

  it("are none once the results say so, and are not asked for again", async () => {
    rig = await startIgnorant(onServers(3).map((one) => ({ ...one, output: null })));
    const groups = { run: { outputGroups: [{ count: 3, output: null }] } };
    expect([(await rig.ask(GROUPS)).data, (await rig.ask(GROUPS)).data]).toEqual([groups, groups]);
    expect(callsOf("DescribeInvocationResults")).toBe(1);
  });
});
