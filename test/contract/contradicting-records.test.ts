import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Execution, type Place } from "./world.ts";

let rig: Rig;
let place: Place;
afterEach(() => rig.stop());

const at = Date.UTC(2026, 0, 2, 12);
const time = (second: number) => new Date(at + second * 1_000).toISOString();
type Wire = Readonly<Record<string, unknown>>;
const attempt = (start: number, end: number | null, wire: Wire = {}): Wire => ({
  StartTime: time(start),
  FinishTime: end === null ? "" : time(end),
  FinishedTime: end === null ? "" : time(end),
  ...wire,
});
const RUNNING = attempt(40, null);

const STATE = "status isFinal instanceInvocations { nodes { status startTime exitCode } }";
const LIST = `{ invocations { nodes { ${STATE} } } }`;
const RESULTS = `{ invocationResults(filter: { provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1" }) {
  nodes { status startTime exitCode } } }`;

/** The run as its record tells it; false for a schedule without a status of its own. */
function tellRun(status: string, wire: Wire, { timed = true as boolean | undefined, hasWord = true } = {}): void {
  const words = hasWord ? {} : { InvocationStatus: undefined, InvokeStatus: undefined };
  place.runs[0] = {
    invokeId: "t-1",
    at,
    status,
    repeatMode: "Period",
    executions: [{ instanceId: "i-1", status, wire }],
    wire: { Timed: timed, ...words },
  };
}

async function start(): Promise<void> {
  place = createPlace([]);
  rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
}

/** What DescribeInvocationResults tells meanwhile. */
function tellResult(wire: Wire): void {
  rig.far.mangle = (body, { action }) =>
    action === "DescribeInvocationResults"
      ? JSON.parse(JSON.stringify(body), (key, value) =>
          key === "InvocationResult" ? value.map((one: object) => ({ ...one, ...wire })) : value,
        )
      : body;
}

const readRun = async () => (await rig.ask(LIST)).data.invocations.nodes[0];
const readResult = async () => (await rig.ask(RESULTS)).data.invocationResults.nodes[0];

describe("a run that is over and that the vendor tried again", () => {
  const tell = (status: string, exitCode: number, wire: Wire): void => {
    place.runs[0] = {
      invokeId: "t-1",
      at,
      status,
      executions: [{ instanceId: "i-1", status, exitCode, output: status, wire }],
    };
  };
  const WITH_OUTPUT = `{ invocations { nodes { status instanceInvocations { nodes { status exitCode startTime
    result { status output { text } } history { nodes { status exitCode } } } } } } }`;

  it("is what the later attempt came to, wherever it is asked for", async () => {
    await start();
    tell("Failed", 1, attempt(1, 2, { Repeats: 1 }));
    const first = {
      status: "FAILED",
      exitCode: 1,
      startTime: time(1),
      result: { status: "FAILED", output: { text: "Failed" } },
    };
    expect((await rig.ask(WITH_OUTPUT)).data.invocations.nodes[0]).toMatchObject({
      status: "FAILED",
      instanceInvocations: { nodes: [first] },
    });
    tell("Success", 0, attempt(120, 121, { Repeats: 2 }));
    const second = {
      status: "SUCCESS",
      exitCode: 0,
      startTime: time(120),
      result: { status: "SUCCESS", output: { text: "Success" } },
      history: { nodes: [{ status: "SUCCESS", exitCode: 0 }] },
    };
    for (let times = 0; times < 2; times += 1) {
      expect((await rig.ask(WITH_OUTPUT)).data.invocations.nodes[0]).toEqual({
        status: "SUCCESS",
        instanceInvocations: { nodes: [second] },
      });
    }
    // The first attempt is told once more, by a replica that lags.
    tell("Failed", 1, attempt(1, 2, { Repeats: 1 }));
    expect(await readRun()).toMatchObject({ instanceInvocations: { nodes: [{ status: "SUCCESS", exitCode: 0 }] } });
  });
});

describe("an earlier attempt of a run on an instance", () => {
  const old = attempt(1, 2, { InvocationStatus: "Success", InvokeRecordStatus: "Finished", ExitCode: 0 });
  const latest = { status: "RUNNING", startTime: time(40), exitCode: null };

  it("takes nothing of a later one back, whichever was read last", async () => {
    await start();
    tellRun("Running", RUNNING);
    tellResult(old);
    await readRun();
    expect(await readResult()).toEqual(latest);
    expect(await readRun()).toMatchObject({ status: "RUNNING", instanceInvocations: { nodes: [latest] } });
  });

  it("is the same one where two actions round its start differently", async () => {
    await start();
    tellRun("Running", attempt(41, null));
    await readRun();
    tellResult(attempt(40, 45, { InvocationStatus: "Failed", InvokeRecordStatus: "Failed", ExitCode: 3 }));
    expect(await readResult()).toMatchObject({ status: "FAILED", exitCode: 3 });
  });

  it("gives way to a later one that has ended, too", async () => {
    await start();
    tellRun("Running", attempt(1, null));
    await readRun();
    tellResult(attempt(40, 45, { InvocationStatus: "Failed", InvokeRecordStatus: "Failed", ExitCode: 3 }));
    const ended = { status: "FAILED", startTime: time(40), exitCode: 3 };
    expect(await readResult()).toEqual(ended);
    expect(await readRun()).toMatchObject({ status: "RUNNING", instanceInvocations: { nodes: [ended] } });
  });
});

describe("a schedule whose results are over", () => {
  it.each([
    { timed: true, hasWord: true },
    { timed: undefined, hasWord: true },
    { timed: false, hasWord: true },
    { timed: true, hasWord: false },
    { timed: undefined, hasWord: false },
  ])("goes on once its record says that it is due again: %j", async (told) => {
    await start();
    tellRun("Running", RUNNING, told);
    tellResult(attempt(40, 45, { InvocationStatus: "Success", ExitCode: 0 }));
    await readRun();
    expect(await readResult()).toMatchObject({ status: "SUCCESS" });
    const due = attempt(0, null, { StartTime: "" });
    tellRun("Scheduled", due, told);
    const scheduled = {
      status: "SCHEDULED",
      isFinal: false,
      instanceInvocations: { nodes: [{ status: "SCHEDULED", startTime: null }] },
    };
    expect(await readRun()).toMatchObject(scheduled);
    tellRun("Running", attempt(100, null), told);
    expect(await readRun()).toMatchObject({ status: "RUNNING", instanceInvocations: { nodes: [{ exitCode: null }] } });
  });

  it("stays over if its own record has said so", async () => {
    await start();
    tellRun("Stopped", attempt(40, 45));
    await readRun();
    tellRun("Scheduled", attempt(0, null, { StartTime: "" }));
    expect(await readRun()).toMatchObject({ status: "STOPPED", isFinal: true });
  });
});

describe("two records of one execution that tell different ends", () => {
  const success = { InvocationStatus: "Success", ExitCode: 0 };
  const failure = { InvocationStatus: "Failed", ExitCode: 3 };

  it.each<readonly [string, object, object, object]>([
    ["the worse outcome", success, failure, { status: "FAILED", exitCode: 3 }],
    ["the later end", { ...success, ...attempt(1, 9) }, failure, { status: "SUCCESS", exitCode: 0 }],
    ["the one that tells an outcome", { InvocationStatus: "Finished", ExitCode: "" }, success, { status: "SUCCESS" }],
    ["the same exit code each time", failure, { ...failure, ExitCode: 1 }, { status: "FAILED", exitCode: 3 }],
  ])("come to %s, whichever is read first and however often", async (_name, one, other, expected) => {
    for (const [listed, resulted] of [
      [one, other],
      [other, one],
    ] as const) {
      await start();
      const second: Execution = { instanceId: "i-2", status: "Running", wire: RUNNING };
      const wire = { ...attempt(1, 3), ...listed };
      place.runs[0] = { invokeId: "t-1", at, status: "Running", executions: [{ instanceId: "i-1", wire }, second] };
      tellResult({ ...attempt(1, 3), ...resulted });
      await readRun();
      const shown = [];
      for (let times = 0; times < 3; times += 1) {
        shown.push(await readResult());
        shown.push((await readRun()).instanceInvocations.nodes[0]);
      }
      expect(shown).toMatchObject(Array.from({ length: 6 }, () => expected));
      if (listed === one) await rig.stop();
    }
  });
});
