import { afterEach, describe, expect, it } from "@jest/globals";
import { type EventStream, openEventStream, type StreamEvent } from "../support/event-stream.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Run } from "./world.ts";

const QUICK = { WATCH_MIN_INTERVAL_MS: "50", WATCH_MAX_INTERVAL_MS: "50", FRESHNESS_MS: "50" };
const NOON = Date.UTC(2026, 0, 2, 12);
const LIST = `subscription ($filter: InvocationFilter, $after: String) { change: invocationsChanged(filter: $filter, after: $after) {
  position isSnapshot entered { invokeId } changed { invokeId status } left { invokeId } } }`;
const OUTPUT = `subscription ($id: ID!, $fromByte: Int) { chunk: outputAppended(id: $id, fromByte: $fromByte) {
  text isFinal instanceInvocation { instanceId } } }`;
const RUN = `subscription ($id: ID!) { invocationUpdated(id: $id) { status } }`;
const IDS = "{ invocations(first: 1) { nodes { id instanceInvocations(first: 100) { nodes { id } } } } }";

const run = (invokeId: string, minute: number, status: string): Run => ({
  invokeId,
  at: NOON + minute * 60_000,
  status,
  executions: [{ instanceId: "i-1", status }],
});
const printing = (outputs: Readonly<Record<string, string>>, status = "Running"): Run => ({
  invokeId: "t-1",
  at: NOON,
  status,
  executions: Object.entries(outputs).map(([instanceId, output]) => ({ instanceId, output, status })),
});

let rig: Rig;
let streams: EventStream[] = [];
afterEach(async () => {
  for (const stream of streams) await stream.leave();
  streams = [];
  await rig.stop();
});

async function open(query: string, variables: object, lastEventId?: string, url = rig.url): Promise<EventStream> {
  const stream = await openEventStream(url, { query, variables }, lastEventId);
  streams.push(stream);
  return stream;
}

const idOf = (events: readonly StreamEvent[]): string => {
  const id = events.at(-1)?.id;
  if (id == null) throw new Error("The event has no id.");
  return id;
};
const changesOf = (events: readonly StreamEvent[]) => events.map(({ data }) => data.data.change);
const textsOf = (events: readonly StreamEvent[]) =>
  events.flatMap(({ data }) => {
    const chunk = data?.data.chunk;
    return chunk === undefined ? [] : [[chunk.instanceInvocation.instanceId, chunk.text, chunk.isFinal]];
  });
const refusal = async (stream: EventStream) => {
  const [told] = await stream.take(1);
  const [error] = told?.data.errors ?? [];
  return { id: told?.id, code: error.extensions.code, argument: error.extensions.argument, message: error.message };
};

describe("who comes back to a stream with the id of its last event", () => {
  it("misses nothing of a list, whatever the arguments of the beginning say", async () => {
    const place = createPlace([run("t-b", 1, "Running"), run("t-a", 0, "Success")]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
    const first = await open(LIST, {});
    const [snapshot] = await first.take(1);
    expect(snapshot?.id).toBe(snapshot?.data.data.change.position);
    place.runs.unshift(run("t-c", 2, "Success"));
    const id = idOf(await first.take(1));
    await first.leave();
    place.runs[1] = run("t-b", 1, "Failed");
    const again = await open(LIST, { after: snapshot?.id }, id);
    expect(changesOf(await again.take(1))).toEqual([
      {
        position: expect.any(String),
        isSnapshot: false,
        entered: [],
        changed: [{ invokeId: "t-b", status: "FAILED" }],
        left: [],
      },
    ]);
  });

  it("misses nothing of 1,500 runs, in events that each go on where the one before ends", async () => {
    const place = createPlace([run("t-a", 0, "Success")]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
    const first = await open(LIST, {});
    const [snapshot] = await first.take(1);
    const burst = Array.from({ length: 1_500 }, (_, serial) => run(`t-${serial}`, 1 + serial / 1_500, "Success"));
    place.runs.unshift(...burst.toReversed());
    const enteredIn = async (stream: EventStream, count: number) => {
      const events: { readonly position: string; readonly entered: readonly { readonly invokeId: string }[] }[] = [];
      while (events.reduce((sum, { entered }) => sum + entered.length, 0) < count)
        events.push(...changesOf(await stream.take(1)));
      return events;
    };
    await enteredIn(first, burst.length);
    const all = await enteredIn(await open(LIST, { after: snapshot?.id }), burst.length);
    expect(all.flatMap(({ entered }) => entered.map(({ invokeId }) => invokeId)).sort()).toEqual(
      burst.map(({ invokeId }) => invokeId).sort(),
    );
    expect(all.length).toBeGreaterThan(1);
    const last = await enteredIn(
      await open(LIST, { after: all[0]?.position }),
      burst.length - (all[0]?.entered.length ?? 0),
    );
    expect(last.map(({ position }) => position)).toHaveLength(all.length - 1);
  });

  it("gets each byte of each server once, from another replica too", async () => {
    const place = createPlace([printing({ "i-1": "a1\n", "i-2": "b1\n", "i-3": "c1\n" })]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
    const twin = await rig.twin();
    const { data } = await rig.ask(IDS);
    const { id } = data.invocations.nodes[0];
    const first = await open(OUTPUT, { id, fromByte: 1 });
    const told = await first.take(2);
    await first.leave();
    const second = await open(OUTPUT, { id, fromByte: 1 }, idOf(told), twin.url);
    const more = await second.take(1);
    await second.leave();
    const third = await open(OUTPUT, { id, fromByte: 1 }, idOf(more));
    place.runs[0] = printing({ "i-1": "a1\na2\n", "i-2": "b1\n", "i-3": "c1\nc2" }, "Success");
    const rest = await third.rest();
    expect(textsOf([...told, ...more, ...rest])).toEqual([
      ["i-1", "1\n", false],
      ["i-2", "1\n", false],
      ["i-3", "1\n", false],
      ["i-1", "a2\n", true],
      ["i-2", "", true],
      ["i-3", "c2", true],
    ]);
    expect(rest.at(-1)).toEqual({ id: null, event: "complete", data: null, text: "event: complete\ndata:\n\n" });
    const over = await open(OUTPUT, { id }, idOf(rest.slice(0, -1)));
    expect(textsOf(await over.rest())).toEqual([]);
  });

  it("is told that an id belongs to something else, or is damaged", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([printing({ "i-1": "a\n", "i-2": "b\n" })]) }, QUICK);
    const { data } = await rig.ask(IDS);
    const [node] = data.invocations.nodes;
    const run1 = { id: node.id };
    const server1 = { id: node.instanceInvocations.nodes[0].id };
    const list = idOf(await (await open(LIST, {})).take(1));
    const output = idOf(await (await open(OUTPUT, run1)).take(1));
    const no = (code: string, expected: string) => ({
      id: null,
      code,
      argument: "Last-Event-ID",
      message: expect.stringContaining(`\`Last-Event-ID\`: expected ${expected}`),
    });
    const cases = [
      [LIST, {}, "%%%", no("INVALID_CURSOR", "a position of this list")],
      [LIST, {}, output, no("INVALID_CURSOR", "a position of this list")],
      [LIST, { filter: { statusIn: ["FAILED"] } }, list, no("INVALID_CURSOR", "a position of this list")],
      [OUTPUT, run1, list, no("INVALID_CURSOR", "that of an event of this output")],
      [OUTPUT, run1, `${output.slice(0, -2)}AA`, no("INVALID_CURSOR", "that of an event of this output")],
      [OUTPUT, server1, output, no("INVALID_CURSOR", "that of an event of this output")],
      [RUN, run1, list, no("INVALID_CURSOR", "none")],
    ] as const;
    for (const [query, variables, id, expected] of cases) {
      expect(await refusal(await open(query, variables, id))).toEqual(expected);
    }
  });

  it.each([
    ["with the same keys", "a key that only tests use"],
    ["without keys", ""],
  ])("begins the list anew with a snapshot where its id is not known any more: %s", async (_name, CURSOR_KEYS) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([printing({ "i-1": "a\n" })]) }, { ...QUICK, CURSOR_KEYS });
    const list = idOf(await (await open(LIST, {})).take(1));
    const [event] = await (await open(LIST, {}, list, (await rig.twin()).url)).take(1);
    expect(event?.data.data.change).toMatchObject({ isSnapshot: true, entered: [{ invokeId: "t-1" }] });
  });

  it("begins outputs anew as reset ones where nobody can read its id any more", async () => {
    const place = createPlace([printing({ "i-1": "a1\na2\n" })]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, { ...QUICK, CURSOR_KEYS: "" });
    const { id } = (await rig.ask(IDS)).data.invocations.nodes[0];
    const query = OUTPUT.replace("text", "text fromByte isReset");
    const output = idOf(await (await open(query, { id })).take(1));
    const [event] = await (await open(query, { id }, output, (await rig.twin()).url)).take(1);
    expect(event?.data.data.chunk).toMatchObject({ text: "a1\na2\n", fromByte: 0, isReset: true });
  });

  it("finds no id at events that have no place", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([printing({ "i-1": "a\n" }, "Success")]) }, QUICK);
    const { data } = await rig.ask(IDS);
    const told = await (await open(RUN, { id: data.invocations.nodes[0].id }, "")).rest();
    const [event] = told;
    expect(event?.text).toBe(`event: next\ndata: ${JSON.stringify(event?.data)}\n\n`);
    expect(event?.data.data).toEqual({ invocationUpdated: { status: "SUCCESS" } });
  });
});
