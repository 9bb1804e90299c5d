import { describe, expect, it } from "@jest/globals";

import type { InvocationQuery } from "../../src/domain/query.ts";
import { contains, hasSchedule, matchesQuery } from "../../src/domain/query-match.ts";
import { itemOf, runAt } from "../store/records.ts";

const MANY = 5_000;

/** A list that counts how often one of its members is read. */
function countReads<Member>(members: readonly Member[], note: () => void): readonly Member[] {
  return new Proxy(members, {
    get(list, name, receiver) {
      if (typeof name === "string" && /^\d+$/.test(name)) note();
      return Reflect.get(list, name, receiver);
    },
  });
}

const instances = [itemOf({ invokeId: "t-1", exitCode: 7, error: { code: "E-7", info: null } })];
const runs = Array.from({ length: 100 }, (_, index) => runAt(index, `t-${index}`, { instances, repeatMode: "Once" }));

describe("a filter with a list of thousands", () => {
  it.each<[keyof InvocationQuery, readonly unknown[]]>([
    ["statusIn", Array(MANY).fill("STOPPED")],
    ["instanceStatusIn", Array(MANY).fill("STOPPED")],
    ["errorCodeIn", Array.from({ length: MANY }, (_, index) => `no ${index}`)],
    ["exitCodeIn", Array.from({ length: MANY }, (_, index) => index + 1_000)],
    ["repeatModeIn", Array.from({ length: MANY }, (_, index) => `no ${index}`)],
  ])("is read once for all runs: %s", (name, members) => {
    let reads = 0;
    const query = { [name]: countReads(members, () => (reads += 1)) };
    expect(runs.filter((run) => matchesQuery(run, query))).toEqual([]);
    expect(reads).toBeLessThanOrEqual(MANY);
  });

  it.each<[keyof InvocationQuery, readonly unknown[]]>([
    ["errorCodeIn", ["E-7"]],
    ["exitCodeIn", [7]],
    ["repeatModeIn", ["Once"]],
  ])("finds what a short one does: %s", (name, members) => {
    const many = [...Array.from({ length: MANY }, (_, index) => `no ${index}`), ...members];
    expect(runs.filter((run) => matchesQuery(run, { [name]: many }))).toEqual(runs);
  });
});

it("a part may be longer in lower case than the text that holds it", () => {
  expect([contains("İİİ", "i\u0307i\u0307i\u0307"), contains("abc", "ABCD"), contains(null, "a")]).toEqual([
    true,
    false,
    false,
  ]);
});

describe("a run has a schedule, also when it is over,", () => {
  it.each([
    [{ timed: true, repeatMode: null, frequency: null }, true],
    [{ timed: false, repeatMode: "Period", frequency: "rate(1h)" }, true],
    [{ timed: false, repeatMode: null, frequency: "0 */20 * * * *" }, true],
    [{ timed: null, repeatMode: null, frequency: "rate(1h)" }, true],
    [{ timed: false, repeatMode: "Once", frequency: "" }, false],
    [{ timed: false, repeatMode: null, frequency: " " }, false],
    [{ timed: null, repeatMode: null, frequency: null }, false],
  ])("as its mode, or before there were modes its frequency, says: %j", (told, expected) => {
    expect(hasSchedule(runAt(1, "t-1", told))).toBe(expected);
  });
});
