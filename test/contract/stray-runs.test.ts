import { afterEach, describe, expect, it } from "@jest/globals";
import { type Outcome, runAt } from "../cli/rig.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

const NO_RUNS = { status: 200, body: { RequestId: "R-0", TotalCount: 0, Invocations: { Invocation: [] } } };
const stray: Run = {
  invokeId: "t-stray",
  at: Date.UTC(2026, 0, 3),
  status: "PartialFailed",
  executions: [
    { instanceId: "i-1", output: "one\n" },
    { instanceId: "i-2", output: "two\n", status: "Failed", exitCode: 3 },
  ],
};
const other: Run = { invokeId: "t-other", at: Date.UTC(2026, 0, 2), executions: [{ instanceId: "i-1" }] };

let rig: Rig;
afterEach(() => rig.stop());

/** Starts with a run of which no list of runs tells, in one of two regions. */
async function start(executions = stray.executions) {
  rig = await startRig(
    { "ECS/cn-hangzhou": createPlace([{ ...stray, executions }]), "ECS/cn-beijing": createPlace([other]) },
    { FRESHNESS_MS: "1" },
  );
  rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? NO_RUNS : null);
}

const command = (...words: readonly string[]): Promise<Omit<Outcome, "asked">> => runAt(["--url", rig.url, ...words]);

describe("a run of which only results are known", () => {
  it("has its output printed, as of all of its instances or of one", async () => {
    await start();
    expect(await command("output", "t-stray")).toEqual({
      exitCode: 0,
      output: "==> i-1 (SUCCESS, exit code 0) <==\none\n\n==> i-2 (FAILED, exit code 3) <==\ntwo\n",
      errors: "",
    });
    expect(await command("output", "t-stray", "--instance", "i-2")).toEqual({
      exitCode: 0,
      output: "two\n",
      errors: "",
    });
    expect(await command("output", "t-stray", "--failed")).toEqual({ exitCode: 0, output: "two\n", errors: "" });
    const { output } = await command("output", "t-stray", "--json=instanceId,output.text,isOutputKnown");
    expect(JSON.parse(output)).toEqual([
      { instanceId: "i-1", "output.text": "one\n", isOutputKnown: true },
      { instanceId: "i-2", "output.text": "two\n", isOutputKnown: true },
    ]);
  });

  it("is looked for at one call of each source, which may be narrowed", async () => {
    await start();
    const results = () =>
      rig.far
        .asked()
        .map(String)
        .filter((call) => call.includes("DescribeInvocationResults")).length;
    await command("output", "t-none");
    expect(results()).toBe(2);
    const { exitCode, output } = await command("output", "t-stray", "--region", "cn-hangzhou", "--instance", "i-1");
    expect([exitCode, output]).toEqual([0, "one\n"]);
  });

  it("is shown as far as its results tell, also where the list of runs is forbidden", async () => {
    await start();
    const remark = "cloud-assistant: the list of runs does not know this run: shown is what its results tell.\n";
    const shown = await command("show", "t-stray");
    expect([shown.exitCode, shown.errors, shown.output.split("\n").slice(0, 4)]).toEqual([
      0,
      remark,
      ["run        t-stray", "status     FINISHED", "source     ECS cn-hangzhou", "instances  1 SUCCESS, 1 FAILED"],
    ]);
    const { output } = await command("show", "t-stray", "--json");
    expect(JSON.parse(output)).toMatchObject({
      provider: "ECS",
      account: "default",
      regionId: "cn-hangzhou",
      invokeId: "t-stray",
      status: "FINISHED",
      isFinal: true,
      instances: [
        { instanceId: "i-1", status: "SUCCESS" },
        { instanceId: "i-2", status: "FAILED", exitCode: 3 },
      ],
    });
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? refusal(403, "Forbidden.RAM") : null);
    expect((await command("output", "t-stray", "--instance", "i-1")).output).toBe("one\n");
  });

  it("is waited for, and ends as its instances did", async () => {
    await start();
    const followed = await command("follow", "t-stray");
    expect([followed.exitCode, followed.errors.split("\n").slice(0, 2)]).toEqual([
      1,
      [
        "cloud-assistant: no list of runs knows this run yet, but results; waiting for it to appear.",
        "cloud-assistant: t-stray FINISHED: 1 SUCCESS, 1 FAILED",
      ],
    ]);
    expect((await command("output", "t-stray", "-f", "--instance", "i-1")).output).toBe("one\n");
    await rig.stop();
    await start([{ instanceId: "i-1", status: "Running", exitCode: null, output: "so far\n" }]);
    const late = await command("output", "t-stray", "-f", "--timeout", "3s");
    expect([late.exitCode, late.output, late.errors]).toEqual([
      3,
      "so far\n",
      "cloud-assistant: no list of runs knows this run yet, but results; waiting for it to appear.\n" +
        "cloud-assistant: t-stray RUNNING: 1 RUNNING\ncloud-assistant: The time is up and the run is not final.\n",
    ]);
  });

  it("is that of the list once a list shows it, since its first results need not be all", async () => {
    await start();
    let looks = 0;
    rig.far.interfere = ({ action }) => {
      if (action !== "DescribeInvocations") return null;
      looks += 1;
      return looks < 4 ? NO_RUNS : null;
    };
    rig.far.mangle = (body, { action }) =>
      action === "DescribeInvocationResults" && looks < 4
        ? JSON.parse(JSON.stringify(body), (key, value) => (key === "InvocationResult" ? value.slice(0, 1) : value))
        : body;
    const followed = await command("follow", "t-stray");
    expect([followed.exitCode, followed.errors.split("\n").slice(0, 2)]).toEqual([
      1,
      [
        "cloud-assistant: no list of runs knows this run yet, but results; waiting for it to appear.",
        "cloud-assistant: t-stray PARTIAL_FAILED: 1 SUCCESS, 1 FAILED",
      ],
    ]);
  });

  it("is not waited for where the list of runs cannot be read", async () => {
    await start();
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? refusal(403, "Forbidden.RAM") : null);
    const followed = await command("follow", "t-stray", "--timeout", "5s");
    expect([followed.exitCode, followed.errors.includes("waiting for it to appear")]).toEqual([1, false]);
  });

  it("is listed by place where several have its id", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([stray]), "ECS/cn-beijing": createPlace([stray]) });
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? NO_RUNS : null);
    expect(await command("output", "t-stray")).toEqual({
      exitCode: 2,
      output: "",
      errors:
        "cloud-assistant: t-stray on ECS cn-hangzhou, account default\n" +
        "cloud-assistant: t-stray on ECS cn-beijing, account default\n" +
        "cloud-assistant: t-stray names 2 runs: say which with --provider, --region or --account.\n",
    });
  });

  it("is no matter of sources that fail, once a list of runs knows the run that is waited for", async () => {
    const place = createPlace([]);
    rig = await startRig({ "ECS/cn-hangzhou": place, "ECS/cn-beijing": createPlace([]) }, { FRESHNESS_MS: "1" });
    let looks = 0;
    rig.far.interfere = ({ action, regionId }) => {
      if (regionId === "cn-beijing") return refusal(403, "Forbidden.RAM");
      // Once its list, its results and the run itself were looked for, there is the run.
      if (action === "DescribeInvocations") looks += 1;
      if (looks > 2 && place.runs.length === 0) place.runs.push(other);
      return null;
    };
    const followed = await command("follow", "t-other");
    expect([followed.exitCode, followed.errors]).toEqual([
      0,
      "cloud-assistant: no such run yet in the sources that can be read; waiting for it to appear.\n" +
        "cloud-assistant: t-other SUCCESS: 1 SUCCESS\n",
    ]);
  });

  it("has a history, and is told to have no more than results where a record is needed", async () => {
    await start();
    const { exitCode, output } = await command("history", "t-stray", "--json=instanceId,exitCode");
    expect([exitCode, JSON.parse(output)]).toEqual([
      0,
      [
        { instanceId: "i-1", exitCode: 0 },
        { instanceId: "i-2", exitCode: 3 },
      ],
    ]);
    for (const words of [
      ["export", "t-stray"],
      ["open", "t-stray"],
      ["output", "t-stray", "--group"],
    ]) {
      expect(await command(...words)).toEqual({
        exitCode: 2,
        output: "",
        errors: "cloud-assistant: Of run t-stray only results are known: see 'cloud-assistant output' or 'show'.\n",
      });
    }
  });
});
