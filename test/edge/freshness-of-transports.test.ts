import { afterEach, describe, expect, it } from "@jest/globals";

import { realClock, startGateway, stubSchema, type TestGateway } from "./gateway.ts";
import { askLive } from "./live-schema.ts";

const START = Date.UTC(2026, 0, 2);
const TRANSPORTS = ["HTTP", "websocket", "server-sent events"] as const;
type Transport = (typeof TRANSPORTS)[number];

let gateway: TestGateway;
afterEach(() => gateway.stop());

/** A gateway whose operations tell how old what they give may be, since the start; some wait until they are let go. */
async function startTelling() {
  let now = START;
  let waiting = 0;
  let letGo: () => void = () => {};
  const open = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const schema = stubSchema("type Query { age: Float, ageLater: Float } type Subscription { event: Float }", {
    Query: {
      age: (_args, { freshAfter }) => tellAge(freshAfter),
      ageLater: async (_args, { freshAfter }) => {
        waiting += 1;
        await open;
        return tellAge(freshAfter);
      },
    },
  });
  Object.assign(schema.getSubscriptionType()?.getFields().event ?? {}, {
    subscribe: async function* () {
      yield 1;
    },
    resolve: () => 1,
  });
  gateway = await startGateway({ schema, clock: { ...realClock, now: () => now, elapsed: () => now } });
  return {
    passTime: (ms: number) => {
      now += ms;
    },
    letGo,
    async untilWaiting(count: number) {
      while (waiting < count) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function tellAge(freshAfter: number | undefined): number | undefined {
  return freshAfter === Number.NEGATIVE_INFINITY ? -1 : freshAfter && freshAfter - START;
}

async function ask(transport: Transport, query: string): Promise<unknown> {
  if (transport === "HTTP") return ((await gateway.ask({ query })).body as { data: unknown }).data;
  const { results } = await askLive(transport, gateway.url, { query });
  return (results[0] as { data: unknown }).data;
}

const pairs = TRANSPORTS.flatMap((first) => TRANSPORTS.map((second) => [first, second] as const));

describe("what moves", () => {
  it.each(pairs)("is not older than an answer over %s, for who asks after it over %s", async (first, second) => {
    const { passTime } = await startTelling();
    expect(await ask(first, "{ age }")).toEqual({ age: -1 });
    passTime(500);
    expect(await ask(second, "{ age }")).toEqual({ age: 1 });
  });

  it("is as old for operations that overlap, whatever their transport", async () => {
    const { passTime, letGo, untilWaiting } = await startTelling();
    await ask("HTTP", "{ age }");
    const together: Promise<unknown>[] = [];
    for (const transport of TRANSPORTS) {
      passTime(500);
      together.push(ask(transport, "{ ageLater }"));
      await untilWaiting(together.length);
    }
    letGo();
    expect(await Promise.all(together)).toEqual([{ ageLater: 1 }, { ageLater: 1 }, { ageLater: 1 }]);
  });

  it.each(["websocket", "server-sent events"] as const)("is not older than an event over %s", async (transport) => {
    const { passTime } = await startTelling();
    expect(await ask(transport, "subscription { event }")).toEqual({ event: 1 });
    passTime(500);
    expect(await ask("HTTP", "{ age }")).toEqual({ age: 1 });
  });
});
