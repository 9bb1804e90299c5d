import { describe, expect, it } from "@jest/globals";
import { createRateLimits, type LimitTable } from "#access";
import { createFakeClock } from "../support/clock.ts";

const none = { operationsPerMinute: 0, callsPerMinute: 0, subscriptions: 0, rows: 0 };
const ann = { id: "oidc https://a.example 1", name: "ann" };
const bot = { id: "key deploy-bot", name: "deploy-bot" };
const allowed = { isAllowed: true };

function createLimits(fallback: object, byName: Record<string, object> = {}) {
  const clock = createFakeClock();
  const withDefaults = (limits: object) => ({ ...none, ...fallback, ...limits });
  const table: LimitTable = {
    default: withDefaults({}),
    byName: new Map(Object.entries(byName).map(([name, limits]) => [name, withDefaults(limits)])),
  };
  return { clock, limits: createRateLimits(table, clock) };
}

describe("limits of callers", () => {
  it("refuse the operation that is too much, and say when the next is welcome", async () => {
    const { clock, limits } = createLimits({ operationsPerMinute: 60 });
    for (let count = 0; count < 60; count += 1) expect(limits.takeOperation(ann)).toEqual(allowed);
    expect(limits.takeOperation(ann)).toEqual({
      isAllowed: false,
      limit: "operationsPerMinute",
      message: "`operationsPerMinute`: expected at most 60 a minute, got more.",
      retryAfterMs: 1000,
    });
    await clock.advance(999);
    expect(limits.takeOperation(ann)).toMatchObject({ isAllowed: false, retryAfterMs: 1 });
    await clock.advance(1);
    expect(limits.takeOperation(ann)).toEqual(allowed);
    expect(limits.takeOperation(ann)).toMatchObject({ isAllowed: false });
  });

  it("are each caller's own, by its name or else by the default", () => {
    const { limits } = createLimits({ operationsPerMinute: 1 }, { "deploy-bot": { operationsPerMinute: 2 } });
    expect([ann, ann, bot, bot, bot].map((caller) => limits.takeOperation(caller).isAllowed)).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it("count calls together and take none of a batch that is too much", () => {
    const { limits } = createLimits({ callsPerMinute: 10 });
    expect(limits.takeCalls(ann, 8)).toEqual(allowed);
    expect(limits.takeCalls(ann, 3)).toMatchObject({ limit: "callsPerMinute", retryAfterMs: 6000 });
    expect(limits.remainingCalls(ann)).toBe(2);
    expect(limits.takeCalls(ann, 2)).toEqual(allowed);
    expect(limits.takeCalls(bot, 11)).toMatchObject({ isAllowed: false, retryAfterMs: null });
  });

  it("count subscriptions while they are open, each closing once", () => {
    const { limits } = createLimits({ subscriptions: 1 });
    const first = limits.openSubscription(ann);
    expect(first).toMatchObject(allowed);
    expect(limits.openSubscription(ann)).toMatchObject({
      isAllowed: false,
      limit: "subscriptions",
      message: "`subscriptions`: expected at most 1, got 2.",
    });
    expect(limits.openSubscription(bot)).toMatchObject(allowed);
    first.close();
    first.close();
    expect(limits.openSubscription(ann)).toMatchObject(allowed);
    expect(limits.openSubscription(ann)).toMatchObject({ isAllowed: false });
  });

  it("judge the rows of one operation", () => {
    const { limits } = createLimits({ rows: 100 });
    expect(limits.checkRows(ann, 100)).toEqual(allowed);
    expect(limits.checkRows(ann, 101)).toMatchObject({
      limit: "rows",
      message: "`rows`: expected at most 100, got 101.",
    });
  });

  it("are lifted by 0", () => {
    const { limits } = createLimits({});
    for (let count = 0; count < 1000; count += 1) limits.takeOperation(ann);
    expect([limits.takeOperation(ann), limits.takeCalls(ann, 1e6), limits.checkRows(ann, 1e6)]).toEqual([
      allowed,
      allowed,
      allowed,
    ]);
    expect([limits.fields(ann), limits.remainingCalls(ann)]).toEqual([null, null]);
  });

  it("say in response fields what is left", () => {
    const { limits } = createLimits({ operationsPerMinute: 60, callsPerMinute: 30 });
    limits.takeOperation(ann);
    limits.takeCalls(ann, 10);
    expect(limits.fields(ann)).toEqual({
      "RateLimit-Policy": '"operations";q=60;w=60, "calls";q=30;w=60',
      RateLimit: '"operations";r=59;t=1, "calls";r=20;t=20',
    });
  });

  it("change with the file, and what was used stays used", () => {
    const { limits } = createLimits({ operationsPerMinute: 2 });
    limits.takeOperation(ann);
    limits.takeOperation(ann);
    limits.reload({ default: { ...none, operationsPerMinute: 100 }, byName: new Map() });
    expect(limits.takeOperation(ann)).toMatchObject({ isAllowed: false });
  });

  it("fill up with the time that passes, whatever the machine's clock is set to", async () => {
    const { clock, limits } = createLimits({ operationsPerMinute: 1 });
    expect(limits.takeOperation(ann).isAllowed).toBe(true);
    clock.setBack(3_600_000);
    await clock.advance(60_000);
    expect(limits.takeOperation(ann).isAllowed).toBe(true);
    clock.setBack(-3_600_000);
    expect(limits.takeOperation(ann).isAllowed).toBe(false);
  });

  it("do not forget a caller who used much because many others come", () => {
    const { clock, limits } = createLimits({ operationsPerMinute: 1 });
    for (let index = 0; index < 1000; index += 1) limits.takeOperation({ id: `${index}`, name: "x" });
    expect(limits.takeOperation({ id: "0", name: "x" })).toMatchObject({ isAllowed: false });
    expect(clock.now()).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  });
});
