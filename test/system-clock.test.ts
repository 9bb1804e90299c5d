import { describe, expect, it } from "@jest/globals";
import { systemClock } from "../src/system-clock.ts";

/** Keeps the process busy for at least so long. */
function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

describe("the system's clock", () => {
  it("wakes whose time is up together a few at a time, in the order of their sleeps", async () => {
    let round = 0;
    let isOver = false;
    const count = (): void => {
      round += 1;
      if (!isOver) setImmediate(count);
    };
    const woken: { readonly sleeper: number; readonly round: number }[] = [];
    const sleepers = Array.from({ length: 20 }, async (_, sleeper) => {
      await systemClock.sleep(1);
      woken.push({ sleeper, round });
      work(2);
    });
    work(5);
    count();
    await Promise.all(sleepers);
    isOver = true;
    const most = Math.max(...woken.map((one) => woken.filter((other) => other.round === one.round).length));
    expect(woken.map(({ sleeper }) => sleeper)).toEqual([...sleepers.keys()]);
    expect(most).toBeLessThanOrEqual(3);
  });

  it("ends a sleep with its signal", async () => {
    const left = new AbortController();
    const asleep = systemClock.sleep(3_600_000, left.signal);
    left.abort();
    await asleep;
    expect(await systemClock.sleep(3_600_000, left.signal)).toBeUndefined();
  });
});
