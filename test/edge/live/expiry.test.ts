import { afterEach, describe, expect, it } from "@jest/globals";
import { createOpenView } from "#access";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { TRANSPORTS } from "../../support/live.ts";
import { startGateway, type TestGateway } from "../gateway.ts";
import { createAccessOfNames, createWatchedSchema } from "./watched-schema.ts";

const ENDED = {
  message: "`authorization`: the credential has ended. Sign in again.",
  extensions: { code: "UNAUTHENTICATED" },
};
const LIFE_MS = 5_000;

describe("a credential that ends", () => {
  let gateway: TestGateway;
  let clock: FakeClock;
  afterEach(async () => {
    const stopped = gateway.stop();
    await clock.advance(60_000);
    await stopped;
  });

  /** A gateway where one caller watches, whose credential ends. @param resolve makes the answer to an event */
  async function start(resolve: () => unknown) {
    clock = createFakeClock();
    const watched = createWatchedSchema(resolve);
    const view = createOpenView();
    const caller = { id: "a", name: "a", knownBy: "key", roles: [], view, expiresAt: clock.now() + LIFE_MS } as const;
    gateway = await startGateway({
      clock,
      schema: watched.schema,
      access: { ...createAccessOfNames(clock, []), gate: { authenticate: async () => ({ caller }) } },
      createContext: (operation, asking) => ({ operation, asking }),
    });
    return watched;
  }

  const ways = Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[];

  it.each(ways)("ends a subscription that waits for its next event, over %s", async (way) => {
    const watched = await start(() => "told");
    const { results, end, leave } = TRANSPORTS[way](gateway.url, { query: "subscription { told }" });
    await watched.watchedBy(1);
    await clock.advance(LIFE_MS);
    expect([await end, results]).toEqual(["complete", [{ errors: [ENDED] }]]);
    await leave();
  });

  it.each(ways)("ends a subscription that is making an answer, which is not given, over %s", async (way) => {
    let give = (_told: string): void => {};
    let ask = (): void => {};
    const asked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const watched = await start(() => {
      ask();
      return new Promise<string>((resolve) => {
        give = resolve;
      });
    });
    const { results, end, leave } = TRANSPORTS[way](gateway.url, { query: "subscription { told }" });
    await watched.watchedBy(1);
    watched.tell({ text: "told" });
    await asked;
    await clock.advance(LIFE_MS);
    give("told");
    expect([await end, results]).toEqual(["complete", [{ errors: [ENDED] }]]);
    await leave();
  });
});
