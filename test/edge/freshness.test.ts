import { Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { createFreshness } from "../../src/edge/freshness.ts";
import { createFakeClock } from "../support/clock.ts";

/** Lets the event loop go round a few times. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("how old what still moves may be", () => {
  it("is any age for the first request, and as old as the last answer for one that comes after it", async () => {
    const clock = createFakeClock(1_000, { autoAdvance: true });
    const freshness = createFreshness(clock);
    const socket = new Socket();
    freshness.noteConnection(socket);
    expect(freshness.begin(socket)).toBe(Number.NEGATIVE_INFINITY);
    freshness.end();
    await turns();
    expect(freshness.begin(socket)).toBe(1_001);
  });

  it("is the same for requests that overlap, and for those that were at the door when the first was answered", async () => {
    const clock = createFakeClock(1_000, { autoAdvance: true });
    const freshness = createFreshness(clock);
    const [first, second, third, later] = [new Socket(), new Socket(), new Socket(), new Socket()];
    for (const socket of [first, second, third]) freshness.noteConnection(socket);
    const ages = [freshness.begin(first), freshness.begin(second)];
    await clock.sleep(2);
    freshness.end();
    freshness.end();
    await clock.sleep(3);
    ages.push(freshness.begin(third));
    freshness.end();
    await clock.sleep(260);
    await turns();
    freshness.noteConnection(later);
    expect([...ages, freshness.begin(later)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1_006,
    ]);
  });

  it("is the same for a crowd that comes over connections in use, until it has been quiet for a moment", async () => {
    const clock = createFakeClock(1_000, { autoAdvance: true });
    const freshness = createFreshness(clock);
    const [first, second] = [new Socket(), new Socket()];
    const ages: number[] = [];
    for (const quietMs of [200, 251, 0]) {
      ages.push(freshness.begin(first), freshness.begin(second));
      freshness.end();
      freshness.end();
      await turns();
      await clock.sleep(quietMs);
    }
    const always = Number.NEGATIVE_INFINITY;
    expect(ages).toEqual([always, always, always, always, 1_201, 1_201]);
  });

  it("is as old as the last answer for a connection that was accepted after it, also in the same millisecond", async () => {
    const freshness = createFreshness(createFakeClock(1_000));
    const [first, second] = [new Socket(), new Socket()];
    freshness.noteConnection(first);
    freshness.begin(first);
    freshness.end();
    await turns();
    freshness.noteConnection(second);
    expect(freshness.begin(second)).toBe(1_001);
  });

  it("is the same for a request that was on the way before the answer was out", async () => {
    const freshness = createFreshness(createFakeClock(1_000));
    const socket = new Socket();
    freshness.noteConnection(socket);
    const ages = [freshness.begin(socket)];
    freshness.end();
    ages.push(freshness.begin(socket));
    expect(ages).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });

  it("is the same for the first request of a connection that was on the way before the answer was out", async () => {
    const clock = createFakeClock(1_000, { autoAdvance: true });
    const freshness = createFreshness(clock);
    const [first, second] = [new Socket(), new Socket()];
    freshness.noteConnection(first);
    freshness.begin(first);
    freshness.end();
    freshness.noteConnection(second);
    await turns();
    await clock.sleep(249);
    const ages = [freshness.begin(second)];
    freshness.end();
    await turns();
    ages.push(freshness.begin(second));
    expect(ages).toEqual([Number.NEGATIVE_INFINITY, 1_250]);
  });

  it("is as old as the last answer for a connection on which nothing was asked for long", async () => {
    const clock = createFakeClock(1_000, { autoAdvance: true });
    const freshness = createFreshness(clock);
    const [first, idle] = [new Socket(), new Socket()];
    for (const socket of [first, idle]) freshness.noteConnection(socket);
    freshness.begin(first);
    freshness.end();
    await turns();
    await clock.sleep(251);
    expect(freshness.begin(idle)).toBe(1_001);
  });

  it("is as old as the last event that was told, and events keep no crowd together", async () => {
    const clock = createFakeClock(1_000, { autoAdvance: true });
    const freshness = createFreshness(clock);
    const [first, second] = [new Socket(), new Socket()];
    for (const socket of [first, second]) freshness.noteConnection(socket);
    for (const socket of [first, second]) freshness.begin(socket);
    freshness.end();
    freshness.end();
    await turns();
    await clock.sleep(200);
    freshness.noteEvent();
    await clock.sleep(51);
    expect(freshness.begin(first)).toBe(1_201);
  });
});
