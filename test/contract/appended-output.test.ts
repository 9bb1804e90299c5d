import { afterEach, describe, expect, it } from "@jest/globals";
import { type Subscriber, TRANSPORTS } from "../support/live.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Run } from "./world.ts";

const QUICK = { WATCH_MIN_INTERVAL_MS: "50", WATCH_MAX_INTERVAL_MS: "50", FRESHNESS_MS: "1" };
const APPENDED = `subscription ($id: ID!, $fromByte: Int) { chunk: outputAppended(id: $id, fromByte: $fromByte) {
  fromByte nextByte text isReset isFinal instanceInvocation { instanceId } } }`;
const IDS = "{ invocations(first: 1) { nodes { id instanceInvocations(first: 100) { nodes { id instanceId } } } } }";

let rig: Rig;
let subscribers: Subscriber[] = [];
afterEach(async () => {
  for (const one of subscribers) await one.leave();
  subscribers = [];
  await rig.stop();
});

interface Chunk {
  readonly text: string;
  readonly isFinal: boolean;
  readonly instanceInvocation: { readonly instanceId: string };
}
const chunksOf = ({ results }: Subscriber) =>
  results.map((result) => (result as { data: { chunk: Chunk } }).data.chunk);
const running = (outputs: Readonly<Record<string, string>>, status = "Running"): Run => ({
  invokeId: "t-1",
  at: Date.UTC(2026, 0, 2),
  status,
  executions: Object.entries(outputs).map(([instanceId, output]) => ({ instanceId, output, status })),
});

function watch(id: string, fromByte = 0, transport: keyof typeof TRANSPORTS = "websocket"): Subscriber {
  const subscriber = TRANSPORTS[transport](rig.url, { query: APPENDED, variables: { id, fromByte } });
  subscribers.push(subscriber);
  return subscriber;
}

describe("appended output", () => {
  it.each(["websocket", "server-sent events"] as const)(
    "is told once, of all servers of a run, over %s",
    async (transport) => {
      const place = createPlace([running({ "i-1": "a1\n", "i-2": "b1\n" })]);
      rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
      const { data } = await rig.ask(IDS);
      const watcher = watch(data.invocations.nodes[0].id, 0, transport);
      await watcher.reached(2);
      place.runs[0] = running({ "i-1": "a1\na2 中文\n", "i-2": "b1\n" });
      await watcher.reached(3);
      place.runs[0] = running({ "i-1": "a1\na2 中文\n", "i-2": "b1\nb2" }, "Success");
      expect(await watcher.end).toBe("complete");
      const told = chunksOf(watcher).map(({ instanceInvocation, text, isFinal }) => [
        instanceInvocation.instanceId,
        text,
        isFinal,
      ]);
      expect(told).toEqual([
        ["i-1", "a1\n", false],
        ["i-2", "b1\n", false],
        ["i-1", "a2 中文\n", false],
        ["i-1", "", true],
        ["i-2", "b2", true],
      ]);
    },
  );

  it("is that of one server, from where the reader stands, and ends with it", async () => {
    const place = createPlace([running({ "i-1": "a1\na2\n", "i-2": "b1\n" })]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
    const { data } = await rig.ask(IDS);
    const [{ id }] = data.invocations.nodes[0].instanceInvocations.nodes;
    const watcher = watch(id, 3);
    await watcher.reached(1);
    expect(chunksOf(watcher)).toEqual([
      {
        fromByte: 3,
        nextByte: 6,
        text: "a2\n",
        isReset: false,
        isFinal: false,
        instanceInvocation: { instanceId: "i-1" },
      },
    ]);
    const [, still] = running({ "i-1": "", "i-2": "b1\n" }).executions;
    const over = { instanceId: "i-1", output: "a1\na2\na3\n", status: "Success" };
    place.runs[0] = { ...running({}), executions: still === undefined ? [over] : [over, still] };
    expect(await watcher.end).toBe("complete");
    expect(chunksOf(watcher).at(-1)).toMatchObject({ text: "a3\n", isFinal: true });
  });

  describe("of a run that is over before the upstream tells its end", () => {
    const NO_END = { FinishTime: "", FinishedTime: "" };
    const ended = (outputs: Readonly<Record<string, string>>, wire?: typeof NO_END): Run => {
      const run = running(outputs, "Success");
      return {
        ...run,
        at: Date.now() - 5_000,
        executions: run.executions.map((one) => ({ ...one, ...(wire && { wire }) })),
      };
    };

    it.each(["a run", "one server"])("is told to its end, of %s", async (what) => {
      const place = createPlace([ended({ "i-1": "a1\n" }, NO_END)]);
      rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
      const { data } = await rig.ask(IDS);
      const [run] = data.invocations.nodes;
      const watcher = watch(what === "a run" ? run.id : run.instanceInvocations.nodes[0].id);
      await watcher.reached(1);
      place.runs[0] = ended({ "i-1": "a1\na2\n" }, NO_END);
      await watcher.reached(2);
      place.runs[0] = ended({ "i-1": "a1\na2\na3\n" });
      expect(await watcher.end).toBe("complete");
      expect(chunksOf(watcher).map(({ text, isFinal }) => [text, isFinal])).toEqual([
        ["a1\n", false],
        ["a2\n", false],
        ["a3\n", true],
      ]);
    });

    it("is told whole to who watches the run with its outputs", async () => {
      const place = createPlace([ended({ "i-1": "a1\n" }, NO_END)]);
      rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
      const { data } = await rig.ask(IDS);
      const variables = { id: data.invocations.nodes[0].id };
      const told = "instanceInvocations { nodes { result { output { text } } } }";
      const open = (fields: string) => {
        const query = `subscription ($id: ID!) { run: invocationUpdated(id: $id) { status ${fields} } }`;
        const subscriber = TRANSPORTS.websocket(rig.url, { query, variables });
        subscribers.push(subscriber);
        return subscriber;
      };
      // Who wants no output has no reason to stay.
      expect(await open("").end).toBe("complete");
      const watcher = open(told);
      await watcher.reached(1);
      place.runs[0] = ended({ "i-1": "a1\na2\n" });
      expect(await watcher.end).toBe("complete");
      expect(JSON.stringify(watcher.results.at(-1))).toContain("a1\\na2\\n");
    });
  });

  it("refuses what cannot be watched", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([running({ "i-1": "" })]) }, QUICK);
    const { data } = await rig.ask(
      `{ instance(provider: ECS, regionId: "cn-hangzhou", instanceId: "i-1") { id } ${IDS.slice(1)}`,
    );
    for (const [id, fromByte, argument] of [
      [data.instance.id, 0, "id"],
      [data.invocations.nodes[0].id, -1, "fromByte"],
    ]) {
      const watcher = watch(id, fromByte);
      await watcher.reached(1).catch(() => {});
      const told = watcher.results[0] ?? (await watcher.end);
      expect(JSON.stringify(told)).toContain("BAD_USER_INPUT");
      expect(JSON.stringify(told)).toContain(argument);
    }
  });
});
