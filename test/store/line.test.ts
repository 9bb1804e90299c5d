import { expect, it } from "@jest/globals";
import { createLine } from "../../src/store/sql/at-once.ts";
import { createOperation } from "../support/operation.ts";

/** One who reads for a client. */
function askerOf(client: string, signal = new AbortController().signal) {
  const { meter } = createOperation();
  return { signal, meter: { ...meter, client } };
}

/** Passes that end when they are told to, in the order in which they began. */
function createPasses() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const pass = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.push(() => resolve(name)));
  };
  const endNext = async () => {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, pass, endNext };
}

it("lets clients read in rotation, however many questions one of them has", async () => {
  const line = createLine(2);
  const { begun, pass, endNext } = createPasses();
  const many = [1, 2, 3, 4, 5].map((n) => line(askerOf("many"), pass(`many ${n}`)));
  const few = [line(askerOf("few"), pass("few")), line(undefined, pass("nobody"))];
  expect(begun).toEqual(["many 1", "many 2"]);
  for (let n = 0; n < 7; n += 1) await endNext();
  expect(begun).toEqual(["many 1", "many 2", "many 3", "few", "nobody", "many 4", "many 5"]);
  expect(await Promise.all([...many, ...few])).toEqual([
    "many 1",
    "many 2",
    "many 3",
    "many 4",
    "many 5",
    "few",
    "nobody",
  ]);
});

it("lets no client take all places, and gives what is free to the next one who may have it", async () => {
  const line = createLine(3, 2);
  const { begun, pass, endNext } = createPasses();
  const all = ["a 1", "a 2", "a 3", "a 4", "b 1", "b 2", "c 1"].map((name) =>
    line(askerOf(name.slice(0, 1)), pass(name)),
  );
  expect(begun).toEqual(["a 1", "a 2", "b 1"]);
  const inOrder: (readonly string[])[] = [];
  for (let n = 0; n < all.length; n += 1) {
    const before = begun.length;
    await endNext();
    inOrder.push(begun.slice(before));
  }
  expect(inOrder).toEqual([["a 3"], ["b 2"], ["c 1"], ["a 4"], [], [], []]);
  expect(await Promise.all(all)).toEqual(["a 1", "a 2", "a 3", "a 4", "b 1", "b 2", "c 1"]);
});

it("lets those go whose operation ends while they wait, and nobody wait for one that has ended", async () => {
  const line = createLine(1);
  const { begun, pass, endNext } = createPasses();
  const ended = new AbortController();
  const first = line(askerOf("a"), pass("first"));
  const waiting = line(askerOf("a", ended.signal), pass("waiting"));
  const last = line(askerOf("a"), pass("last"));
  ended.abort(new Error("It has ended."));
  await expect(waiting).rejects.toThrow("It has ended.");
  await expect(line(askerOf("a", ended.signal), pass("late"))).rejects.toThrow("It has ended.");
  await endNext();
  await endNext();
  expect([await first, await last, begun]).toEqual(["first", "last", ["first", "last"]]);
  // What is known is still told at a deadline if nobody is in the way.
  const free = line(askerOf("a", ended.signal), pass("free"));
  await endNext();
  expect(await free).toBe("free");
});
