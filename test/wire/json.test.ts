import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { readJson } from "../../src/wire/transport/json.ts";
import { createRandom } from "../services/support/world.ts";

const NOT_WHOLE = { flaw: { why: "was neither whole JSON nor XML", isTooLarge: false } };

/** A list of runs as ECS answers it. */
function listOf(runs: number, instances: number) {
  const instance = (n: number) => ({
    InstanceId: `i-${n}`,
    InvocationStatus: "Success",
    ExitCode: 0,
    Output: "x".repeat(300),
  });
  const InvokeInstances = { InvokeInstance: Array.from({ length: instances }, (_, n) => instance(n)) };
  return {
    RequestId: "R-1",
    Invocations: { Invocation: Array.from({ length: runs }, (_, n) => ({ InvokeId: `t-${n}`, InvokeInstances })) },
    NextToken: "",
  };
}

/** A JSON text with lists and objects of all sizes, with space between its parts, names that occur twice, and texts full of quotes. */
function randomText(random: () => number): string {
  const below = (most: number) => Math.floor(random() * most);
  const space = () => ["", "", " ", "\n\t "][below(4)] ?? "";
  const text = () =>
    JSON.stringify(['a"b\\', "]}[{,:", "\ufeff磁盘\u2028", '\\\\"', "x".repeat(100)][below(5)]?.repeat(below(40)));
  const name = () => ["a", "b", "__proto__", "constructor", "1", ""][below(6)];
  const one = (depth: number): string => {
    if (depth === 0 || below(8) === 0) return [text(), "1.5e3", "true", "null", "[]", "{ }"][below(6)] ?? "";
    const members = Array.from({ length: below(12) }, () => `${space()}${one(depth - 1)}${space()}`);
    if (below(2) === 0) return `[${members.join()}]`;
    return `{${members.map((member) => `${space()}${JSON.stringify(name())}${space()}:${member}`).join()}}`;
  };
  return `{"a":[${Array.from({ length: 40 }, () => one(4)).join()}],"b":${one(3)}${space()}}`;
}

function parse(text: string) {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return NOT_WHOLE;
  }
}

describe("JSON of an upstream", () => {
  it.each(Array.from({ length: 8 }, (_, seed) => seed))(
    "holds the same whether it is parsed in pieces or at once, and is damaged in both cases (world %i)",
    async (seed) => {
      const random = createRandom(seed);
      const text = randomText(random);
      expect(text.length).toBeGreaterThan(262_144);
      expect(isDeepStrictEqual(await readJson(Buffer.from(text)), parse(text))).toBe(true);
      const places = [...text.matchAll(/[[\]{}:,"\s]/g)].map(({ index }) => index);
      for (let round = 0; round < 12; round += 1) {
        const place = places[Math.floor(random() * places.length)] ?? 0;
        const put = ["", ",", "]", "}", '"', " ", "[", "{", ",,", "1"][round % 10] ?? "";
        const damaged = text.slice(0, place) + put + text.slice(place + 1);
        expect([put, place, isDeepStrictEqual(await readJson(Buffer.from(damaged)), parse(damaged))]).toEqual([
          put,
          place,
          true,
        ]);
      }
    },
  );

  const large = JSON.stringify(listOf(50, 20));

  it.each([
    ["a byte order mark and blanks", `\ufeff \n${large}\n `, JSON.parse(large) as unknown],
    ["one text", JSON.stringify("x".repeat(400_000)), "x".repeat(400_000)],
  ])("may be large and have %s", async (_name, text, value) => {
    expect(await readJson(Buffer.from(text))).toEqual({ value });
  });

  it.each([
    ["12345678901234567890", "12345678901234567890"],
    ["-9007199254740993", "-9007199254740993"],
    ["0.1234567890123456789", "0.1234567890123456789"],
    ["1e400", "1e400"],
    ["9007199254740991", 9_007_199_254_740_991],
    ["1234567890123456", 1_234_567_890_123_456],
    ["0.1", 0.1],
    ["1.0", 1],
    ["1e3", 1_000],
    ['"a, 12345678901234567890"', "a, 12345678901234567890"],
    ['"\\"12345678901234567890\\\\"', '"12345678901234567890\\'],
  ])("keeps the digits of %s", async (written, value) => {
    const text = `{"a":[${written}, ${written}],"b": ${written}}`;
    expect(await readJson(Buffer.from(text))).toEqual({ value: { a: [value, value], b: value } });
    const long = `{"c":"${"x".repeat(300_000)}","d":[${text}]}`;
    expect(await readJson(Buffer.from(long))).toMatchObject({ value: { d: [{ a: [value, value], b: value }] } });
  });

  it.each([
    ["more behind it", `${large},`],
    ["another text behind it", `${large}${large}`],
    ["something in front", `x${large}`],
    ["a blank in front that JSON does not know", `\u00a0${large}`],
    ["a second byte order mark", `\ufeff\ufeff${large}`],
    ["no end", large.slice(0, -1)],
    ["a comma behind its last member", `${large.slice(0, -1)},}`],
    ["the end of a list", `${large.slice(0, -1)}]`],
  ])("is not whole if it is large and has %s", async (_name, text) => {
    expect(await readJson(Buffer.from(text))).toEqual(NOT_WHOLE);
  });

  it("of 50 runs on 300 servers is looked through and parsed a piece in each round of the event loop", async () => {
    const list = listOf(50, 300);
    const body = Buffer.from(JSON.stringify(list));
    let rounds = 0;
    const count = () => {
      rounds += 1;
      ticking = setImmediate(count);
    };
    let ticking = setImmediate(count);
    expect(isDeepStrictEqual(await readJson(body), { value: list })).toBe(true);
    clearImmediate(ticking);
    expect(rounds).toBeGreaterThanOrEqual(body.length / 262_144);
  });
});
