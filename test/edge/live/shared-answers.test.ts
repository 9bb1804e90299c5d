import { afterEach, describe, expect, it } from "@jest/globals";

import type { Clock } from "#domain";
import type { AuditLine } from "../../../src/access/audit/index.ts";
import { systemClock } from "../../../src/system-clock.ts";
import { WAYS_IN, type WayName } from "../../support/one-answer.ts";
import { startGateway, type TestGateway } from "../gateway.ts";
import { EVENT_COST } from "../live-schema.ts";
import { createAccessOfNames, createWatchedSchema, type Told, type WatchedContext } from "./watched-schema.ts";

const WATCH = "subscription Watch($times: Int) { told(times: $times) }";
const OUTPUT = { kind: "outputs", run: "ECS/default/cn-hangzhou/t-1", instanceId: "i-1", bytes: 3 } as const;
const cost = { ...EVENT_COST, calls: 0 };
const answer = (told: string, more = {}) => ({ data: { told }, extensions: { cost: { ...cost, ...more } } });

/** Real pauses, but what has passed is what the test says: no answer gets old because a machine is slow. */
function createStill(): Clock & { forward(ms: number): void } {
  let passed = 1_000;
  return {
    ...systemClock,
    elapsed: () => passed,
    forward(ms) {
      passed += ms;
    },
  };
}

/** One who watches, over a connection of its own. */
interface Watcher {
  next(): Promise<unknown>;
  leave(): Promise<void>;
}

describe("an event that many watch", () => {
  const watchers: Watcher[] = [];
  let gateway: TestGateway;
  afterEach(async () => {
    for (const { leave } of watchers.splice(0)) await leave();
    await gateway.stop();
  });

  /** A gateway that notes for whom it executes. @param resolve makes the answer, whatever else it does */
  async function start(resolve: Parameters<typeof createWatchedSchema>[0]) {
    const executedFor: string[] = [];
    const lines: AuditLine[] = [];
    const clock = createStill();
    const watched = createWatchedSchema((event, args, context) => {
      executedFor.push(context.asking.caller.name);
      return resolve(event, args, context);
    });
    gateway = await startGateway({
      clock,
      schema: watched.schema,
      access: createAccessOfNames(clock, lines),
      createContext: (operation, asking) => ({ operation, asking }),
    });
    return { ...watched, executedFor, lines, clock };
  }

  function watch(key: string, way: WayName = "websocket", variables = {}): Watcher {
    const { watch: begin, leave } = WAYS_IN[way](gateway.url, `Bearer ${key}`);
    const answers = begin(WATCH, variables);
    // A subscription begins when its first answer is asked for.
    let coming = answers.next();
    const watcher = {
      async next() {
        const { value } = await coming;
        coming = answers.next();
        return JSON.parse(value) as unknown;
      },
      leave,
    };
    watchers.push(watcher);
    return watcher;
  }

  const nextOf = (all: readonly Watcher[]) => Promise.all(all.map(({ next }) => next()));
  const ofView = ({ text }: Told, _args: object, { asking }: WatchedContext) => `${text} of ${asking.caller.roles}`;

  it("is answered once for those of one view, over whichever transport, and never with what another view gives", async () => {
    const { tell, watchedBy, executedFor } = await start(ofView);
    const ways = ["websocket", "server-sent events"] as const;
    const all = ["one@full", "other@full", "third@bare", "fourth@bare"].map((key, place) =>
      watch(key, ways[place % 2]),
    );
    const [answers] = await Promise.all([nextOf(all), watchedBy(4).then(() => tell({ text: "a" }))]);
    expect(answers).toEqual([answer("a of full"), answer("a of full"), answer("a of bare"), answer("a of bare")]);
    expect(executedFor).toHaveLength(2);
  });

  it("is answered anew where other variables come with the question", async () => {
    const { tell, watchedBy } = await start(({ text }, { times = 1 }) => text.repeat(times));
    const all = [1, 2, 3].map((times) => watch("one@full", "websocket", { times }));
    const [answers] = await Promise.all([nextOf(all), watchedBy(3).then(() => tell({ text: "a" }))]);
    expect(answers).toEqual([answer("a"), answer("aa"), answer("aaa")]);
  });

  it("is answered anew a second later, when an answer may be another one", async () => {
    const { tell, watchedBy, executedFor, clock } = await start(() => `${executedFor.length}`);
    const [one, other] = [watch("one@full"), watch("other@full")];
    const event = { text: "a" };
    const [first] = await Promise.all([one.next(), watchedBy(2).then(() => tell(event, ["one"]))]);
    clock.forward(1_000);
    const [second] = await Promise.all([other.next(), tell(event, ["other"])]);
    expect([first, second]).toEqual([answer("1"), answer("2")]);
  });

  it("leaves a line of the audit for each who got its outputs, with the request that got them", async () => {
    const { tell, watchedBy, executedFor, lines } = await start(({ text }, _args, { asking }) => {
      asking.audit.handOut(OUTPUT);
      return text;
    });
    const ways = ["websocket", "server-sent events"] as const;
    const all = ["one@full", "other@full"].map((key, place) => watch(key, ways[place]));
    await Promise.all([nextOf(all), watchedBy(2).then(() => tell({ text: "abc" }))]);
    expect(executedFor).toHaveLength(1);
    expect(
      lines
        .map(({ caller, transport, kinds, instances, bytes }) => [caller, transport, kinds, instances, bytes])
        .sort(),
    ).toEqual([
      ["one", "websocket", ["outputs"], ["i-1"], 3],
      ["other", "event-stream", ["outputs"], ["i-1"], 3],
    ]);
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(2);
  });

  it("is answered for each alone where the first one's answer has errors", async () => {
    const { tell, watchedBy, executedFor } = await start(({ text }, _args, { asking }) => {
      if (asking.caller.name === "poor") throw new Error("The limit of one caller.");
      return text;
    });
    const [poor, one, other] = [watch("poor@full"), watch("one@full"), watch("other@full")];
    const event = { text: "a" };
    const [failure] = await Promise.all([poor.next(), watchedBy(3).then(() => tell(event, ["poor"]))]);
    const [answers] = await Promise.all([nextOf([one, other]), tell(event, ["one", "other"])]);
    expect(failure).toMatchObject({ errors: [{ path: ["told"] }], data: { told: null } });
    expect(answers).toEqual([answer("a"), answer("a")]);
    expect(executedFor.toSorted()).toEqual(["one", "other", "poor"]);
  });

  it("is answered for the others by one of them where the first one leaves", async () => {
    let hold = () => {};
    const isHeld = new Promise<void>((resolve) => {
      hold = resolve;
    });
    const { tell, watchedBy, executedFor } = await start(async (_event, _args, { asking, operation: { signal } }) => {
      if (asking.caller.name !== "first") return "whole";
      hold();
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      return "cut off";
    });
    const [first, ...others] = ["first@full", "one@full", "other@full"].map((key) => watch(key));
    const event = { text: "a" };
    const told = nextOf(others);
    await watchedBy(3);
    tell(event, ["first"]);
    await isHeld;
    tell(event, ["one", "other"]);
    await first?.leave();
    expect(await told).toEqual([answer("whole"), answer("whole")]);
    expect(executedFor).toHaveLength(2);
  });

  it("tells each whose calls are counted what is left of its own", async () => {
    const { tell, watchedBy, executedFor } = await start(({ text }) => text);
    const all = ["counted@full", "one@full", "other@full"].map((key) => watch(key));
    const [answers] = await Promise.all([nextOf(all), watchedBy(3).then(() => tell({ text: "a" }))]);
    expect(answers).toEqual([answer("a", { remainingCalls: 7 }), answer("a"), answer("a")]);
    expect(executedFor).toHaveLength(2);
  });

  it("leaves behind no more than some megabytes of answers, however many are asked for", async () => {
    const { tell, watchedBy, executedFor } = await start((_event, { times = 1 }) => "x".repeat(3_000_000 + times));
    const event = { text: "a" };
    const counts: number[] = [];
    for (const [place, times] of [1, 2, 3, 4, 4, 1].entries()) {
      const watcher = watch(`${place}@full`, "websocket", { times });
      await Promise.all([watcher.next(), watchedBy(place + 1).then(() => tell(event, [`${place}`]))]);
      counts.push(executedFor.length);
    }
    expect(counts).toEqual([1, 2, 3, 4, 4, 5]);
  });
});
