import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { createBreaks, mapInBreaks, wakeInSlices } from "#domain";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What happens, in its order, while this is worked on, and something else is there to be done once a round. */
async function noteDone(
  work: (note: (piece: number) => void) => Promise<void>,
): Promise<readonly (number | "other")[]> {
  const done: (number | "other")[] = [];
  let isOver = false;
  const workOther = (): void => {
    if (isOver) return;
    done.push("other");
    setImmediate(workOther);
  };
  setImmediate(workOther);
  await work((piece) => done.push(piece));
  isOver = true;
  // How many rounds a break takes is not promised.
  return done.filter((one, at) => one !== "other" || done[at - 1] !== "other");
}

/** The same of items of these weights. */
function follow(weights: readonly number[]): Promise<readonly (number | "other")[]> {
  return noteDone(async (note) => {
    const results = await mapInBreaks(
      [...weights.keys()],
      (position) => weights[position] ?? 0,
      (position) => {
        note(position);
        return -position;
      },
    );
    expect(results).toEqual(weights.map((_weight, position) => -position));
  });
}

describe("work with breaks", () => {
  it.each([
    ["that weighs little is done at once", [1, 1, 198], [0, 1, 2]],
    ["that weighs more lets others go first", [100, 100, 1], [0, 1, "other", 2]],
    ["whose first item weighs too much has no break before it", [600, 1], [0, "other", 1]],
    ["on nothing is nothing", [], []],
  ])("%s", async (_name, weights, expected) => {
    expect(await follow(weights)).toEqual(expected);
  });

  it("shares the time of a round with all others that break off", async () => {
    const WORK_MS = 2;
    let round = 0;
    let isOver = false;
    const count = (): void => {
      round += 1;
      if (!isOver) setImmediate(count);
    };
    const rounds: number[] = [];
    const work = (): void => {
      rounds.push(round);
      for (const end = performance.now() + WORK_MS; performance.now() < end; );
    };
    // The first item has no break before it.
    const items = [() => {}, work, work];
    setImmediate(count);
    await Promise.all(
      Array.from({ length: 60 }, () =>
        mapInBreaks(
          items,
          () => 600,
          (one) => one(),
        ),
      ),
    );
    isOver = true;
    expect(rounds.length).toBe(120);
    // One may come before a round is counted, and another one behind.
    expect(Math.max(...rounds.map((one) => rounds.filter((other) => other === one).length))).toBeLessThanOrEqual(2);
  });

  it("ends with what goes wrong first", async () => {
    const done: number[] = [];
    const work = (item: number): void => {
      if (item === 2) throw new Error(`item ${item}`);
      done.push(item);
    };
    await expect(mapInBreaks([1, 2, 3], () => 500, work)).rejects.toThrow("item 2");
    expect(done).toEqual([1]);
  });
});

describe("who is woken in slices", () => {
  it("is woken in the order of the calls", async () => {
    const woken: number[] = [];
    for (const one of [1, 2, 3]) {
      wakeInSlices(() => {
        woken.push(one);
        if (one < 3) wakeInSlices(() => woken.push(one * 10));
      });
    }
    await new Promise<void>((resolve) => wakeInSlices(() => wakeInSlices(resolve)));
    expect(woken).toEqual([1, 2, 3, 10, 20]);
  });

  it("is let go, also while others keep coming", async () => {
    const woken: WeakRef<object>[] = [];
    const ask = (isOver: () => boolean): void => {
      const asker = { isOver };
      woken.push(new WeakRef(asker));
      wakeInSlices(() => {
        if (!asker.isOver()) ask(isOver);
      });
    };
    // At any time one is woken and another one waits.
    let isOver = false;
    for (const _one of [1, 2]) ask(() => isOver);
    while (woken.length < 100) await new Promise((resolve) => setImmediate(resolve));
    collect();
    const alive = woken.filter((asker) => asker.deref() !== undefined).length;
    isOver = true;
    expect(alive).toBeLessThan(5);
  });
});

describe("pieces of work that share breaks", () => {
  it("are done at once until there is too much for a step", async () => {
    const takeBreak = createBreaks();
    expect([takeBreak(20), takeBreak(80), takeBreak(150)]).toEqual([null, null, null]);
    await expect(takeBreak(150)).resolves.toBeUndefined();
  });

  it("wait for no large ones if they are small, and for nobody if there is nothing to do", () => {
    const takeBreak = createBreaks();
    const waiting = [takeBreak(500), takeBreak(500)];
    expect(waiting).toEqual([expect.any(Promise), expect.any(Promise)]);
    expect([takeBreak(0), takeBreak(1)]).toEqual([null, null]);
    while (takeBreak(100) === null);
    expect(takeBreak(0)).toBeNull();
  });

  it("are done in the order in which they came, with others in between", async () => {
    const takeBreak = createBreaks();
    const done = await noteDone(async (note) => {
      await Promise.all(
        [1, 2, 3].map(async (piece) => {
          await takeBreak(300);
          note(piece);
          // As long as a piece of that weight may take.
          for (const end = performance.now() + 2; performance.now() < end; );
        }),
      );
    });
    expect(done).toEqual(["other", 1, "other", 2, "other", 3]);
  });
});
