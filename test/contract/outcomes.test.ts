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
