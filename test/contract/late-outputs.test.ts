import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { type Subscriber, TRANSPORTS } from "../support/live.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Place, type Run } from "./world.ts";

let rig: Rig;
let place: Place;
let clock: ReturnType<typeof createClockAhead>;
let subscriber: Subscriber | undefined;
afterEach(async () => {
  await subscriber?.leave();
  subscriber = undefined;
  await rig.stop();
});

const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1_000) * 1_000 - seconds * 1_000;
/** One run that began so long ago, and ended three seconds later. */
const runOf = (seconds: number, output: string | null, status = "Success"): Run => ({
  invokeId: "t-1",
  at: secondsAgo(seconds),
  status,
  executions: ["i-1", "i-2"].map((instanceId) => ({ instanceId, output, status })),
});
async function start(run: Run, settings = {}): Promise<void> {
  place = createPlace([run]);
  clock = createClockAhead(systemClock);
  rig = await startRig({ "ECS/cn-hangzhou": place }, settings, clock);
}

const LISTED = "{ invocations { nodes { invokeId } } }";
const HERE = `provider: ECS, regionId: "cn-hangzhou"`;
const ROWS = "instanceInvocations { nodes { status result { output { text } } } }";
const QUESTIONS = {
  "a list": `{ invocations { nodes { ${ROWS} } } }`,
  "a run": `{ invocation(${HERE}, invokeId: "t-1") { ${ROWS} } }`,
  results: `{ invocationResults(filter: { ${HERE}, invokeId: "t-1" }) { nodes { status output { text } } } }`,
  "results of a server": `{ invocationResults(filter: { ${HERE}, instanceId: "i-1" }) { nodes { status output { text } } } }`,
};
const textsOf = (answer: unknown) =>
  [...JSON.stringify(answer).matchAll(/"output":(null|\{"text":"([^"]*)"\})/g)].map((found) => found[2] ?? null);

describe.each(Object.entries(QUESTIONS))("an output that is empty right after its end, in %s", (_name, question) => {
  const calls = async () => {
    rig.far.calls.length = 0;
    const { data, errors } = await rig.ask(question);
    expect(errors).toBeUndefined();
    return [new Set(textsOf(data)), rig.far.calls.filter(({ action }) => action !== "DescribeInvocations").length];
  };

  it("is read again, and then no more", async () => {
    await start(runOf(5, null));
    await rig.ask(LISTED);
    const first = await calls();
    expect(first[0]).toEqual(new Set([null]));
    expect(await calls()).toEqual([new Set([null]), 0]);
    place.runs[0] = { ...(place.runs[0] as Run), executions: runOf(5, "late").executions };
    clock.pass(4_000);
    expect((await calls())[0]).toEqual(new Set(["late"]));
    clock.pass(4_000);
    expect(await calls()).toEqual([new Set(["late"]), 0]);
  });

  it("is none once that is told ten seconds after the end", async () => {
    await start(runOf(5, null));
    await rig.ask(LISTED);
    await calls();
    clock.pass(20_000);
    await calls();
    clock.pass(20_000);
    expect(await calls()).toEqual([new Set([null]), 0]);
  });
});

it("an output that was empty long after its end costs no second look", async () => {
  await start(runOf(60, null), { FRESHNESS_MS: "1" });
  await rig.ask(LISTED);
  await rig.ask(QUESTIONS.results);
  rig.far.calls.length = 0;
  await rig.ask(QUESTIONS.results);
  expect(rig.far.calls).toEqual([]);
});

it("text that was printed before an empty end is no output of that end", async () => {
  await start(runOf(5, "part", "Running"), { FRESHNESS_MS: "1" });
  expect(new Set(textsOf(await rig.ask(QUESTIONS.results)))).toEqual(new Set(["part"]));
  place.runs[0] = runOf(5, null);
  await rig.ask(QUESTIONS.results);
  place.runs[0] = runOf(5, "part and more");
  expect(new Set(textsOf(await rig.ask(QUESTIONS.results)))).toEqual(new Set(["part and more"]));
});

it("is appended to what a watcher has, one look later", async () => {
  const quick = { WATCH_MIN_INTERVAL_MS: "50", WATCH_MAX_INTERVAL_MS: "50", FRESHNESS_MS: "1" };
  await start({ ...runOf(5, null, "Running") }, quick);
  const { data } = await rig.ask("{ invocations { nodes { id } } }");
  subscriber = TRANSPORTS.websocket(rig.url, {
    query: "subscription ($id: ID!) { chunk: outputAppended(id: $id) { text isFinal } }",
    variables: { id: data.invocations.nodes[0].id },
  });
  let looks = 0;
  rig.far.interfere = ({ action }) => {
    if (action !== "DescribeInvocationResults") return null;
    looks += 1;
    place.runs[0] = runOf(5, looks > 2 ? "late" : null);
    return null;
  };
  expect(await subscriber.end).toBe("complete");
  expect(JSON.stringify(subscriber.results)).toContain("late");
});

describe("results that say that it runs, after the list told the end", () => {
  const quick = { WATCH_MIN_INTERVAL_MS: "50", WATCH_MAX_INTERVAL_MS: "50", FRESHNESS_MS: "1" };
  const stillRunning = {
    InvocationStatus: "Running",
    InvokeRecordStatus: "Running",
    ExitCode: 0,
    FinishedTime: "",
    Output: Buffer.from("part\n").toString("base64"),
  };
  let isLate: boolean;
  /** The run has printed a part, and is over then, which its results do not tell while they are late. */
  async function startLate(): Promise<string> {
    await start(runOf(5, "part\n", "Running"), quick);
    isLate = true;
    rig.far.mangle = (body, { action }) =>
      isLate && action === "DescribeInvocationResults"
        ? JSON.parse(JSON.stringify(body), (key, value) =>
            key === "InvocationResult" ? value.map((one: object) => ({ ...one, ...stillRunning })) : value,
          )
        : body;
    const { data } = await rig.ask(`{ invocations { nodes { id ${ROWS} } } }`);
    expect(new Set(textsOf(data))).toEqual(new Set(["part\\n"]));
    return data.invocations.nodes[0].id;
  }
  const RESULTS = "result { status isFinal isOutputKnown output { text } }";
  const SHOWN = `{ invocations { nodes { status instanceInvocations { nodes { ${RESULTS} } } } } }`;
  const shown = async () => {
    const { data, errors } = await rig.ask(SHOWN);
    expect(errors).toBeUndefined();
    const [run] = data.invocations.nodes;
    return [run.status, run.instanceInvocations.nodes[0].result];
  };

  it("tell no output of the end, until they are those of the end", async () => {
    await startLate();
    place.runs[0] = runOf(5, "part\nand the end\n");
    await rig.ask(LISTED);
    for (let times = 0; times < 2; times += 1)
      expect(await shown()).toEqual([
        "SUCCESS",
        { status: "SUCCESS", isFinal: true, isOutputKnown: false, output: null },
      ]);
    isLate = false;
    expect(await shown()).toEqual([
      "SUCCESS",
      { status: "SUCCESS", isFinal: true, isOutputKnown: true, output: { text: "part\nand the end\n" } },
    ]);
  });

  it.each(["outputAppended(id: $id) { text isFinal }", `invocationUpdated(id: $id) { ${ROWS} }`])(
    "keep the last event of %s waiting for seconds",
    async (field) => {
      const id = await startLate();
      subscriber = TRANSPORTS.websocket(rig.url, { query: `subscription ($id: ID!) { ${field} }`, variables: { id } });
      await subscriber.reached(1);
      rig.far.calls.length = 0;
      place.runs[0] = runOf(5, "part\nand the end\n");
      await untilAsked(8);
      // So long an output that is empty right after the end is waited for.
      clock.pass(10_000);
      await untilAsked(16);
      isLate = false;
      expect(await subscriber.end).toBe("complete");
      expect(JSON.stringify(subscriber.results)).toContain("and the end");
    },
  );

  async function untilAsked(count: number): Promise<void> {
    const looks = () => rig.far.calls.filter(({ action }) => action === "DescribeInvocationResults").length;
    while (looks() < count) await new Promise((resolve) => setImmediate(resolve));
  }
});
