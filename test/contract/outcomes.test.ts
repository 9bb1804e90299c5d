import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createPlaces } from "./reader.ts";
import { type Rig, startRig } from "./rig.ts";

const places = createPlaces();
const place = places["ECS/cn-hangzhou"];
let rig: Rig;
beforeAll(async () => {
  rig = await startRig(places);
  // Documents of 2018: legacy words alone, and of an instance no more than its id and state.
  rig.far.mangle = (body, call) => (call.action === "DescribeInvocations" ? bare(body) : withoutNewWords(body));
});
afterAll(() => rig.stop());

type Json = Readonly<Record<string, unknown>>;

function withoutNewWords(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, member) => (key === "InvocationStatus" ? undefined : member)));
}

function bare(body: Json): unknown {
  const kept = new Set(["InstanceId", "InstanceInvokeStatus"]);
  const shorten = (record: Json) => Object.fromEntries(Object.entries(record).filter(([name]) => kept.has(name)));
  return JSON.parse(
    JSON.stringify(withoutNewWords(body), (key, member) => (key === "InvokeInstance" ? member.map(shorten) : member)),
  );
}

let number = 0;
let invokeId = "";

function start(codes: readonly (number | undefined)[]): void {
  number += 1;
  invokeId = `t-o${number}`;
  place.runs.unshift({
    invokeId,
    at: Date.UTC(2026, 0, 2) + number * 1000,
    status: "Finished",
    executions: codes.map((exitCode, index) => ({
      instanceId: `i-${number}-${index}`,
      status: "Finished",
      wire: { ExitCode: exitCode },
    })),
  });
}

beforeEach(() => {
  place.runs.length = 0;
  rig.far.calls.length = 0;
});

const ROWS = "instanceInvocations { nodes { status isFinal exitCode result { status exitCode } } }";
const RUN = `status isFinal statusCounts { status count } finishTime durationMs ${ROWS}`;
const one = () => `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "${invokeId}") { ${RUN} } }`;
const list = () => `{ invocations(filter: { invokeId: "${invokeId}" }) { nodes { ${RUN} } } }`;

const outcome = (status: string, exitCode: number | null) => ({
  status,
  isFinal: true,
  exitCode,
  result: { status, exitCode },
});

describe("a legacy end is what the exit code says, at every level alike", () => {
  it.each<readonly [string, readonly (number | undefined)[], string]>([
    ["one failure", [205], "FAILED"],
    ["one success", [0], "SUCCESS"],
    ["both", [0, 205], "PARTIAL_FAILED"],
    ["no exit code", [undefined], "FINISHED"],
  ])("%s", async (_name, codes, status) => {
    start(codes);
    const outcomes = codes.map((code) => (code === undefined ? "FINISHED" : code === 0 ? "SUCCESS" : "FAILED"));
    const at = Date.UTC(2026, 0, 2) + number * 1000;
    const expected = {
      status,
      isFinal: true,
      statusCounts: expect.arrayContaining(outcomes.map((name) => ({ status: name, count: 1 }))),
      finishTime: new Date(at + 3000).toISOString(),
      durationMs: 2000,
      instanceInvocations: { nodes: codes.map((code, index) => outcome(outcomes[index] ?? "", code ?? null)) },
    };
    expect((await rig.ask(one())).data).toEqual({ invocation: expected });
    expect((await rig.ask(list())).data).toEqual({ invocations: { nodes: [expected] } });
  });

  it("costs nothing where no field reads results", async () => {
    start([205]);
    const { data } = await rig.ask(`{ invocations(filter: { invokeId: "${invokeId}" }) { nodes { status } } }`);
    expect([data, rig.far.asked()]).toEqual([
      { invocations: { nodes: [{ status: "FINISHED" }] } },
      ["DescribeInvocations cn-hangzhou", "DescribeCommandInvocations cn-hangzhou"].sort(),
    ]);
  });
});

describe("two records of one execution that differ are shown as the one that is over, at every level", () => {
  const own = createPlaces();
  let other: Rig;
  beforeAll(async () => {
    other = await startRig(own, { FRESHNESS_MS: "1" });
  });
  afterAll(() => other.stop());

  const at = Date.UTC(2026, 0, 2);
  const end = new Date(at + 3_000).toISOString();
  const state = (status: string, ExitCode: number | null) => ({
    InvocationStatus: status,
    InstanceInvokeStatus: status,
    InvokeRecordStatus: status,
    ExitCode: ExitCode ?? "",
    FinishTime: ExitCode === null ? "" : end,
    FinishedTime: ExitCode === null ? "" : end,
    ErrorCode: ExitCode ? "ExitCodeNonzero" : "",
  });
  const LEVELS = `status isFinal finishTime statusCounts { status count } instanceInvocations { nodes {
    status exitCode finishTime error { code } result { status exitCode finishTime error { code } output { text } } } }`;
  const running = state("Running", null);

  it.each([
    ["the run's list is behind", "Running", running, state("Success", 0), "SUCCESS", 0],
    ["the run's list is behind a failure", "Running", running, state("Failed", 3), "FAILED", 3],
    ["the results are behind", "Success", state("Success", 0), running, "SUCCESS", 0],
    ["the results are behind a failure", "Failed", state("Failed", 3), running, "FAILED", 3],
    ["both are over, and the list came first", "Failed", state("Failed", 3), state("Success", 0), "FAILED", 3],
    ["both are over, with other codes", "Failed", state("Failed", 3), state("Failed", 4), "FAILED", 3],
  ])("%s", async (_name, runStatus, nested, single, status, exitCode) => {
    number += 1;
    const run = { invokeId: `t-c${number}`, at, status: runStatus, executions: [{ instanceId: "i-1", output: "ok" }] };
    own["ECS/cn-hangzhou"].runs.splice(0, Number.POSITIVE_INFINITY, run);
    other.far.mangle = (body, { action }) => {
      const wanted = action === "DescribeInvocations" ? "InvokeInstance" : "InvocationResult";
      const told = action === "DescribeInvocations" ? nested : single;
      return JSON.parse(JSON.stringify(body), (key, member) =>
        key === wanted
          ? member.map(({ Output, ...one }: Json) => ({
              ...one,
              ...told,
              ...(Output && wanted === "InvocationResult" ? { Output } : {}),
            }))
          : member,
      );
    };
    other.far.calls.length = 0;
    const { data, errors } = await other.ask(
      `{ invocations(filter: { invokeId: "${run.invokeId}", providerIn: [ECS] }) { nodes { ${LEVELS} } } }`,
    );
    const told = { status, exitCode, finishTime: end, error: exitCode === 0 ? null : { code: "ExitCodeNonzero" } };
    expect({ errors, nodes: data.invocations.nodes }).toEqual({
      errors: undefined,
      nodes: [
        {
          status,
          isFinal: true,
          finishTime: end,
          statusCounts: [{ status, count: 1 }],
          // What a record that goes on tells of the output is not all of it.
          instanceInvocations: {
            nodes: [{ ...told, result: { ...told, output: single === running ? null : { text: "ok" } } }],
          },
        },
      ],
    });
    // What goes on is looked at once more by its state, unless that was just read.
    expect([...new Set(other.far.asked())]).toEqual([
      "DescribeInvocationResults cn-hangzhou",
      "DescribeInvocations cn-hangzhou",
    ]);
    expect(other.far.calls.length).toBeLessThanOrEqual(runStatus === "Running" ? 3 : 2);
  });
});
