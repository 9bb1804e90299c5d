import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { runAt } from "../cli/rig.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Place, type Run } from "./world.ts";

it("a run that the upstream forgot is shown as it was seen last, and says so", async () => {
  const run = (invokeId: string, status: string): Run => ({
    invokeId,
    at: Date.UTC(2026, 0, 3),
    status,
    executions: [{ instanceId: "i-1", status }],
  });
  const place = createPlace([run("t-still", "Success"), run("t-lost", "Running")]);
  const clock = createClockAhead(systemClock);
  const rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" }, clock);
  const list = async () => {
    // Looks at the same time count as one.
    clock.pass(1_000);
    const { data } = await rig.ask("{ invocations { nodes { invokeId status isGoneUpstream } } }");
    return data.invocations.nodes.toSorted((a: Run, b: Run) => (a.invokeId < b.invokeId ? -1 : 1));
  };
  try {
    expect(await list()).toEqual([
      { invokeId: "t-lost", status: "RUNNING", isGoneUpstream: false },
      { invokeId: "t-still", status: "SUCCESS", isGoneUpstream: false },
    ]);
    const shown = (isGone: boolean) => [
      { invokeId: "t-lost", status: "RUNNING", isGoneUpstream: isGone },
      { invokeId: "t-still", status: "SUCCESS", isGoneUpstream: false },
      { invokeId: "t-still2", status: "SUCCESS", isGoneUpstream: false },
    ];
    place.runs.splice(1, 1, run("t-still2", "Success"));
    for (const isGone of [false, false, true]) expect(await list()).toEqual(shown(isGone));
  } finally {
    await rig.stop();
  }
});

it("what a run printed that the upstream forgot while it was running is told to be a part, in commands and exports", async () => {
  const place = createPlace([
    {
      invokeId: "t-lost",
      at: Date.UTC(2026, 0, 3),
      status: "Running",
      executions: [
        { instanceId: "i-1", status: "Running", output: "so far\n" },
        { instanceId: "i-2", status: "Success", output: "all of it\n" },
      ],
    },
  ]);
  const rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
  const question = `{ run: invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-lost") {
    id isGoneUpstream instanceInvocations { nodes { id result { output { text } } } } } }`;
  const told = async (...words: readonly string[]) => {
    const { exitCode, output, errors } = await runAt(["--url", rig.url, ...words]);
    return { exitCode, output, errors };
  };
  try {
    const whole = (await rig.ask(question)).data.run;
    place.runs.pop();
    // Looks at the same time count as one, and a machine may be slow or quick.
    let isGone = false;
    for (let looks = 0; looks < 50 && !isGone; looks += 1) isGone = (await rig.ask(question)).data.run.isGoneUpstream;
    expect(isGone).toBe(true);
    const lack = "cloud-assistant: incomplete: ECS cn-hangzhou default: NOT_FOUND; what it printed may be missing.\n";
    expect(await told("output", "t-lost", "--instance", "i-1")).toEqual({
      exitCode: 4,
      output: "so far\n",
      errors:
        "cloud-assistant: incomplete: t-lost was RUNNING when the upstream dropped it: " +
        "what it printed and how it ended may be missing.\n",
    });
    expect(await told("export", "t-lost", "--format", "text")).toMatchObject({ exitCode: 4, errors: lack });
    const [one, two] = whole.instanceInvocations.nodes;
    expect(await told("export", one.id, "--format", "text")).toEqual({ exitCode: 4, output: "so far\n", errors: lack });
    expect(await told("export", two.id, "--format", "text")).toEqual({
      exitCode: 0,
      output: "all of it\n",
      errors: "",
    });
  } finally {
    await rig.stop();
  }
});

it("a run that is over says that the upstream dropped it once a list is seen to end above it, until it is shown again", async () => {
  const runs = ["t-4", "t-3", "t-2", "t-1"].map((invokeId, n) => ({
    invokeId,
    at: Date.UTC(2026, 0, 3) - n * 1_000,
    status: "Success",
    executions: [{ instanceId: "i-1", status: "Success" }],
  }));
  const place = createPlace(runs);
  const rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
  const gone = async (shown: readonly Run[]) => {
    place.runs.splice(0, place.runs.length, ...shown);
    const { data } = await rig.ask("{ invocations { nodes { invokeId isGoneUpstream } } }");
    expect(data.invocations.nodes.map(({ invokeId }: Run) => invokeId)).toEqual(runs.map(({ invokeId }) => invokeId));
    return data.invocations.nodes
      .filter((node: { isGoneUpstream: boolean }) => node.isGoneUpstream)
      .map(({ invokeId }: Run) => invokeId);
  };
  try {
    expect(await gone(runs)).toEqual([]);
    expect(await gone(runs.slice(0, 2))).toEqual(["t-2", "t-1"]);
    expect(await gone(runs.slice(0, 3))).toEqual(["t-1"]);
    // Missing between others, or in a list that shows nothing at all, is not dropped.
    expect(await gone(runs)).toEqual([]);
    expect(await gone(runs.filter(({ invokeId }) => invokeId !== "t-3"))).toEqual([]);
    expect(await gone([])).toEqual([]);
  } finally {
    await rig.stop();
  }
});

const ONE = `query ($ids: [ID!]!) {
  invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") { status isGoneUpstream }
  lookup(by: { invokeId: "t-1" }) { ... on Invocation { status isGoneUpstream } }
  nodes(ids: $ids) { ... on Invocation { run: status isGoneUpstream } ... on InstanceInvocation { server: status } ... on InvocationResult { result: status } }
  invocations { nodes { status isGoneUpstream } } }`;

describe("a run that one look misses", () => {
  let rig: Rig;
  let place: Place;
  let ids: readonly string[];
  let passedMs = 0;
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + passedMs,
    elapsed: () => systemClock.elapsed() + passedMs,
  };
  const running: Run = {
    invokeId: "t-1",
    at: Date.UTC(2026, 0, 3),
    status: "Running",
    executions: [{ instanceId: "i-1", status: "Running" }],
  };
  const seen = (isGoneUpstream: boolean) => ({
    invocation: { status: "RUNNING", isGoneUpstream },
    lookup: { status: "RUNNING", isGoneUpstream },
    nodes: [{ run: "RUNNING", isGoneUpstream }, { server: "RUNNING" }, { result: "RUNNING" }],
    invocations: { nodes: [{ status: "RUNNING", isGoneUpstream }] },
  });
  const here = seen(false);
  const gone = seen(true);
  /** Long enough after the one before to be another look. */
  const look = async () => {
    passedMs += 1_500;
    return (await rig.ask(ONE, { ids })).data;
  };
  beforeEach(async () => {
    place = createPlace([running]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1000" }, clock);
    const { data } = await rig.ask(
      "{ invocations { nodes { id instanceInvocations { nodes { id result { id } } } } } }",
    );
    const [node] = data.invocations.nodes;
    const [server] = node.instanceInvocations.nodes;
    ids = [node.id, server.id, server.result.id];
  });
  afterEach(() => rig.stop());

  it("stays what it was, wherever it is asked for, and from the third on says there that it is gone", async () => {
    place.runs.splice(0);
    expect([await look(), await look(), await look(), await look()]).toEqual([here, here, gone, gone]);
    place.runs.push(running);
    expect(await look()).toEqual(here);
  });

  it("is missed anew once it was seen between", async () => {
    for (let times = 0; times < 2; times += 1) {
      place.runs.splice(0);
      expect([await look(), await look()]).toEqual([here, here]);
      place.runs.push(running);
      expect(await look()).toEqual(here);
    }
  });

  it.each([
    ["its id and the list", () => void place.runs.splice(0)],
    [
      "its id alone",
      () => {
        rig.far.mangle = (body, { asked }) =>
          asked.has("InvokeId") ? { TotalCount: 0, Invocations: "", Invocation: { InvocationResults: "" } } : body;
      },
    ],
  ])("by %s still shows what it printed, wherever that is asked for", async (_where, miss) => {
    place.runs.splice(0, 1, {
      ...running,
      executions: [
        { instanceId: "i-1", status: "Running", output: "step one\n" },
        { instanceId: "i-2", status: "Running", output: null },
      ],
    });
    const look = async () => {
      const answers = [];
      for (const question of PRINTED) {
        passedMs += 1_500;
        answers.push(await rig.ask(`{ ${question} }`));
      }
      return answers;
    };
    const [first, second] = [{ output: { text: "step one\n" } }, { output: null }];
    const before = [
      { invocations: { nodes: [{ instanceInvocations: { nodes: [{ result: first }, { result: second }] } }] } },
      { invocation: { outputGroups: [first, second] } },
      { invocationResults: { nodes: [first, second], totalCount: 2 } },
      { invocationResults: { nodes: [first], totalCount: 1 } },
    ].map((data) => expect.objectContaining({ data }));
    expect(await look()).toEqual(before);
    miss();
    for (let times = 0; times < 3; times += 1) expect(await look()).toEqual(before);
  });
});

const RUN = `provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1"`;
const PRINTED = [
  "invocations { nodes { instanceInvocations { nodes { result { output { text } } } } } }",
  `invocation(${RUN}) { outputGroups { output { text } } }`,
  `invocationResults(filter: { ${RUN} }) { nodes { output { text } } totalCount }`,
  `invocationResults(filter: { ${RUN}, instanceId: "i-1" }) { nodes { output { text } } totalCount }`,
];
