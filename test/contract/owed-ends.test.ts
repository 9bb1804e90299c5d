import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Execution, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const FIELDS = `status instanceInvocations { nodes { result { finishTime output { text } } } }`;
const LIST = `{ invocations { nodes { ${FIELDS} } } }`;
const byId = (provider: string) =>
  `{ invocation(provider: ${provider}, regionId: "cn-hangzhou", invokeId: "t-1") { ${FIELDS} } }`;
const resultsOf = (provider: string) =>
  `{ invocationResults(filter: { provider: ${provider}, regionId: "cn-hangzhou", invokeId: "t-1" }) { nodes { finishTime output { text } } } }`;

const NO_END = { FinishTime: "", FinishedTime: "" };

function runAt(at: number, status: string, execution: Partial<Execution>): Run {
  return { invokeId: "t-1", at, status, executions: [{ instanceId: "i-1", status, ...execution }] };
}

async function told(query: string): Promise<unknown> {
  const { data } = await rig.ask(query);
  const run = data.invocation ?? data.invocations?.nodes[0];
  const { finishTime, output } = run?.instanceInvocations.nodes[0].result ?? data.invocationResults.nodes[0];
  return [finishTime !== null, output.text];
}

describe.each(["ECS", "SWAS"] as const)(
  "an output of %s that was read before the upstream told the end",
  (provider) => {
    it.each([
      ["by its id", byId(provider), byId(provider)],
      ["in the list", LIST, LIST],
      ["as a result", resultsOf(provider), resultsOf(provider)],
      ["by its id, and the list tells of the end", byId(provider), LIST],
      ["in the list, and its own record tells of the end", LIST, byId(provider)],
    ])("is read again: asked for %s", async (_how, before, after) => {
      const at = Date.now() - 5_000;
      const place = createPlace([runAt(at, "Running", { output: "part\n", exitCode: null })]);
      rig = await startRig({ [`${provider}/cn-hangzhou`]: place }, { FRESHNESS_MS: "1" });
      expect(await told(before)).toEqual([false, "part\n"]);
      place.runs.splice(0, 1, runAt(at, "Success", { output: "part\n", wire: NO_END }));
      expect(await told(before)).toEqual([false, "part\n"]);
      place.runs.splice(0, 1, runAt(at, "Success", { output: "part\nmore\n", wire: NO_END }));
      expect(await told(before)).toEqual([false, "part\nmore\n"]);
      place.runs.splice(0, 1, runAt(at, "Success", { output: "part\nmore\nwhole\n" }));
      expect(await told(after)).toEqual([true, "part\nmore\nwhole\n"]);
      await told(byId(provider));
      rig.far.calls.length = 0;
      expect(await told(byId(provider))).toEqual([true, "part\nmore\nwhole\n"]);
      expect(rig.far.asked()).toEqual([]);
    });

    it("is not read again ten minutes after it must have ended", async () => {
      const place = createPlace([runAt(Date.now() - 700_000, "Success", { output: "all\n", wire: NO_END })]);
      rig = await startRig({ [`${provider}/cn-hangzhou`]: place }, { FRESHNESS_MS: "1" });
      expect(await told(byId(provider))).toEqual([false, "all\n"]);
      rig.far.calls.length = 0;
      expect(await told(byId(provider))).toEqual([false, "all\n"]);
      expect(rig.far.asked()).toEqual([]);
    });
  },
);
