import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "@jest/globals";
import { OperationTypeNode, parse } from "graphql";
import { createOpenAccess, createOpenView } from "#access";
import type { Clock } from "#domain";
import { runLive, type Told } from "../../../src/edge/live/run.ts";
import { Stop } from "../../../src/edge/live/stop.ts";
import { systemClock } from "../../../src/system-clock.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createOptions, freeClient, stubSchema } from "../gateway.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Results that are sent one by one, as they are asked for. */
interface Results {
  next(): Promise<Told>;
  stop(): Promise<void>;
}

function pull(run: (receiver: Parameters<typeof runLive>[3]) => Promise<void>): Results {
  const stop = new Stop();
  let give: (told: Told) => void = () => {};
  let goOn = (): void => {};
  const send = (told: Told): Promise<void> => {
    give(told);
    return new Promise((resolve) => {
      goOn = resolve;
    });
  };
  let ended: Promise<void> | null = null;
  return {
    next: () =>
      new Promise((resolve) => {
        give = resolve;
        goOn();
        ended ??= run({ stop, send });
      }),
    async stop() {
      stop.now();
      goOn();
      await ended;
    },
  };
}

/** A subscription that goes on, with weak references to the events that it told. */
const anyone = {
  id: "open",
  name: "anyone",
  knownBy: "open",
  roles: [],
  view: createOpenView(),
  expiresAt: null,
} as const;

function subscribe(
  eventOf = (count: number): unknown => ({ count }),
  clock: Clock = systemClock,
): {
  readonly results: Results;
  readonly events: readonly WeakRef<object>[];
} {
  const events: WeakRef<object>[] = [];
  const schema = stubSchema("type Query { hello: String } type Subscription { count: Int }");
  Object.assign(schema.getSubscriptionType()?.getFields().count ?? {}, {
    subscribe: async function* () {
      for (let count = 1; ; count += 1) {
        const event = eventOf(count);
        if (typeof event === "object" && event !== null) events.push(new WeakRef(event));
        yield event;
      }
    },
    resolve: (event: number | { readonly count: number }) => (typeof event === "number" ? event : event.count),
  });
  const live = {
    type: OperationTypeNode.SUBSCRIPTION,
    document: parse("subscription { count }"),
    operationName: null,
    variables: null,
    requestId: "retention",
    size: { rows: 0, values: 1, introspected: 0, weight: 1 },
  };
  const asker = {
    client: freeClient,
    access: createOpenAccess(systemClock),
    readers: { room: () => null },
    caller: anyone,
    recognise: async () => anyone,
    address: { remoteAddress: undefined },
    transport: "websocket" as const,
  };
  return {
    results: pull((receiver) => runLive(createOptions({ schema, clock }), live, asker, receiver)),
    events,
  };
}

describe("what a subscription that goes on keeps alive", () => {
  it("is none of the events that it has told", async () => {
    const { results, events } = subscribe();
    for (let count = 1; count <= 20; count += 1) await results.next();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const alive = events.map((event) => event.deref()).filter((event) => event !== undefined);
    // The last ones may still be at hand where the source stands.
    expect(alive.slice(0, -2)).toEqual([]);
    const { bytes } = (await results.next()).answer;
    expect(JSON.parse(String(bytes)).data).toEqual({ count: 21 });
    await results.stop();
  });

  const answers: WeakRef<object>[] = [];
  afterEach(() => {
    answers.length = 0;
  });
  const take = ({ answer }: Told): void => {
    answers.push(new WeakRef(answer));
  };

  it("is none of the answers that may be shared, once they are too old for that", async () => {
    const clock = createFakeClock();
    const { results } = subscribe(undefined, clock);
    for (let count = 1; count <= 20; count += 1) {
      take(await results.next());
      await clock.advance(1_000);
    }
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(answers.slice(0, -2).filter((answer) => answer.deref() !== undefined)).toEqual([]);
    await results.stop();
  });

  it("is none of the answers that were taken and are shared with nobody", async () => {
    const { results } = subscribe((count) => count);
    for (let count = 1; count <= 20; count += 1) take(await results.next());
    const next = results.next();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(answers.filter((answer) => answer.deref() !== undefined)).toEqual([]);
    await next;
    await results.stop();
  });
});
