import { describe, expect, it } from "@jest/globals";
import { execute, parse } from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";

import {
  type CostMeter,
  InputError,
  type InstanceRef,
  type Invocation,
  type Operation,
  silentTelemetry,
} from "#domain";
import { createLoaders } from "#loaders";
import { createOperation } from "../support/operation.ts";
import { ANYONE, pageOf, schema, stubServices } from "./ask.ts";
import { anInstance, anInstanceInvocation, anInvocation, printed } from "./records.ts";

interface Charged {
  values: number;
  bytes: number;
  readonly reading: string[];
}

const TEXT = "x".repeat(1_000);
const runs = [1, 2].map((run) =>
  anInvocation({
    invokeId: `t-${run}`,
    instances: [1, 2, 3].map((each) =>
      anInstanceInvocation({ invokeId: `t-${run}`, instanceId: `i-${each}`, output: printed(TEXT) }),
    ),
  }),
);

/** A run whose six servers printed these bytes, of which nothing was read before. */
function runThatPrinted(bytes: Uint8Array): Invocation {
  const instances = [1, 2, 3, 4, 5, 6].map((each) =>
    anInstanceInvocation({ instanceId: `i-${each}`, output: { bytes, droppedBytes: 0 } }),
  );
  return anInvocation({ instances });
}

const outputsWith = (fields: string): string =>
  `{ invocations { nodes { instanceInvocations { nodes { result { output { ${fields} } } } } } } }`;

async function run(
  query: string,
  meter: Partial<CostMeter>,
  executor: "graphql-js" | "graphql-jit",
  turn?: () => Promise<void>,
  signal?: AbortSignal,
  found: readonly Invocation[] = runs,
  others: Parameters<typeof stubServices>[0] = {},
) {
  const plain = createOperation();
  const operation: Operation = {
    ...plain,
    meter: { ...plain.meter, ...meter },
    ...(turn === undefined ? {} : { turn }),
    ...(signal === undefined ? {} : { signal }),
  };
  const { services } = stubServices({ pageInvocations: async () => pageOf(found), ...others });
  const loaders = createLoaders(services, silentTelemetry, operation);
  const sealer = { seal: () => "c", open: () => null };
  const contextValue = { services, loaders, operation, sealer, ...ANYONE };
  const document = parse(query);
  if (executor === "graphql-js") return execute({ schema, document, contextValue });
  const compiled = compileQuery(schema, document);
  if (!isCompiledQuery(compiled)) throw new Error("The document cannot be compiled.");
  return compiled.query(undefined, contextValue, {});
}

async function charge(query: string, executor: "graphql-js" | "graphql-jit"): Promise<Charged & { answer: string }> {
  const charged: Charged = { values: 0, bytes: 0, reading: [] };
  const result = await run(
    query,
    {
      addAnswer(values, bytes) {
        charged.values += values;
        charged.bytes += bytes;
      },
      addReading: (what, bytes) => void charged.reading.push(`${what} ${bytes}`),
    },
    executor,
  );
  return { ...charged, answer: JSON.stringify(result.data) };
}

describe.each(["graphql-js", "graphql-jit"] as const)("what an answer is charged with %s", (executor) => {
  it.each([
    ["leaves of rows", "{ invocations { nodes { id status } } }", 4],
    [
      "leaves of rows in rows",
      "{ invocations { nodes { id instanceInvocations { nodes { instanceId exitCode } } } } }",
      14,
    ],
    ["both ways to a row", "{ invocations { nodes { id } edges { cursor node { id } } } }", 6],
    [
      "fragments and aliases",
      "{ invocations { nodes { a: id ...F } } } fragment F on Node { b: id ... on Invocation { c: status } }",
      6,
    ],
    ["the way back", "{ invocations { nodes { instanceInvocations { nodes { invocation { id status } } } } } }", 12],
    ["no names of types", "{ invocations { __typename nodes { __typename id } } }", 2],
    [
      "nothing below what is null",
      "{ invocations { nodes { instanceInvocations { nodes { error { code info } } } } } }",
      0,
    ],
    ["counts", "{ invocations { totalCount nodes { statusCounts { status count } } } }", 5],
  ])("is the number of values: %s", async (_name, query, values) => {
    expect((await charge(query, executor)).values).toBe(values);
  });

  it.each([
    ["texts", "{ invocations { nodes { instanceInvocations { nodes { result { output { text } } } } } } }"],
    ["bytes", "{ invocations { nodes { instanceInvocations { nodes { result { output { base64 } } } } } } }"],
    [
      "parts of texts",
      "{ invocations { nodes { instanceInvocations { nodes { result { output { text(maxBytes: 900) } } } } } } }",
    ],
    [
      "lines",
      `{ invocations { nodes { instanceInvocations { nodes { result { output { search(text: "x") { line } } } } } } } }`,
    ],
  ])("is about the bytes of %s", async (_name, query) => {
    const { bytes, answer } = await charge(query, executor);
    expect([bytes > answer.length * 0.8, bytes < answer.length * 1.3]).toEqual([true, true]);
  });

  it.each([
    ["members of objects that are written in a few bytes", { a: Array(500).fill({}) }, 501 * 32],
    ["a long text in an object", { a: "x".repeat(2_000) }, 2_008],
  ])("is about what JSON takes until it is written: %s", async (_name, json, expected) => {
    let bytes = 0;
    const addAnswer = (_values: number, more: number) => {
      bytes += more;
    };
    const found = [runThatPrinted(Buffer.from(JSON.stringify(json)))];
    await run(outputsWith("textAsJson"), { addAnswer }, executor, undefined, undefined, found);
    const outputs = found[0]?.instances.length ?? 0;
    expect([bytes >= expected * outputs, bytes < expected * outputs * 1.2]).toEqual([true, true]);
  });

  it("is what is decoded, cut and searched, once for what is equal", async () => {
    const output = `a: text(maxBytes: 1) b: text(maxBytes: 1) c: search(text: "y") { line } d: search(text: "y") { line } e: lineCount`;
    const { reading } = await charge(
      `{ invocations { nodes { instanceInvocations(first: 1) { nodes { result { output { ${output} } } } } } } }`,
      executor,
    );
    const searched = reading.filter((each) => each === "searchedBytes 1000");
    expect(searched).toHaveLength(2);
    expect(reading.filter((each) => each === "decodedBytes 1000").length).toBeLessThanOrEqual(4);
  });

  it.each(["lineCount", "charset", "lossy", "isCharsetCertain", "text", "a: text lineCount charset"])(
    "is what is decoded for %s, once for an output",
    async (fields) => {
      const reading: string[] = [];
      const meter = {
        addAnswer() {},
        addReading: (what: string, bytes: number) => void reading.push(`${what} ${bytes}`),
      };
      const found = [runThatPrinted(Buffer.from("ok\n"))];
      const result = await run(outputsWith(fields), meter, executor, undefined, undefined, found);
      expect([reading, result.errors]).toEqual([Array.from({ length: 6 }, () => "decodedBytes 3"), undefined]);
    },
  );

  it.each([
    "lineCount",
    "charset",
    "lossy",
    "isCharsetCertain",
    "text",
    "text(maxBytes: 1)",
    "text(fromByte: 2)",
    "textAsJson",
    'search(text: "x") { line }',
  ])("waits for a turn before each output that takes long to decode for %s", async (field) => {
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const bytes = Buffer.from("hello\r\n".repeat(800), "utf16le");
    const inTurns = await run(outputsWith(field), { addAnswer() {} }, executor, turn, undefined, [
      runThatPrinted(bytes),
    ]);
    expect([turns >= 5, inTurns.errors]).toEqual([true, undefined]);
    const atOnce = await run(outputsWith(field), {}, executor, undefined, undefined, [runThatPrinted(bytes)]);
    expect(inTurns.data).toEqual(atOnce.data);
  });

  it("waits for a turn before it decodes and before it compares what groups printed", async () => {
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const instances = [1, 2, 3, 4, 5, 6].map((each) => {
      const bytes = Uint8Array.from({ length: 24_000 }, (_, at) => (at * 7 + each * 13) & 255);
      return anInstanceInvocation({ instanceId: `i-${each}`, output: { bytes, droppedBytes: 0 } });
    });
    const query = "{ invocations { nodes { outputGroups { difference { isCut } } } } }";
    const found = [anInvocation({ instances })];
    const result = await run(query, { addAnswer() {} }, executor, turn, undefined, found);
    // Each of five groups waits to decode its own, to decode the largest, which the first of them does for all, and to compare.
    expect([turns, result.errors]).toEqual([16, undefined]);
  });

  it("waits for no turn to decode outputs that are UTF-8", async () => {
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const found = [runThatPrinted(Buffer.from("gut gelaufen: größer\n".repeat(1_000)))];
    const fields = "text lineCount charset lossy isCharsetCertain";
    const result = await run(outputsWith(fields), { addAnswer() {} }, executor, turn, undefined, found);
    expect([turns, result.errors]).toEqual([0, undefined]);
  });

  /** Turns of an operation that shows this of 30 outputs of 24,000 bytes. */
  async function countTurns(field: string, line: string, addAnswer: (values: number) => void = () => {}) {
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const instances = Array.from({ length: 30 }, (_, each) => {
      const output = { bytes: Buffer.alloc(24_000, line), droppedBytes: 0 };
      return anInstanceInvocation({ instanceId: `i-${each}`, output });
    });
    await run(outputsWith(field), { addAnswer }, executor, turn, undefined, [anInvocation({ instances })]);
    return turns;
  }

  it("takes turns to count, to find and to give lines, however short they are", async () => {
    const none = await countTurns("byteLength", "\n");
    const counted = await countTurns("lineCount", "\n");
    const found = await countTurns('search(pattern: "^x$") { line }', "\n");
    const given = await countTurns('search(pattern: "^$", limit: 1000) { line }', "\n");
    const withContext = await countTurns('search(pattern: "^$", limit: 1000, contextLines: 2) { line before }', "\n");
    expect([none, counted, found > counted, withContext > 2 * given]).toEqual([0, 2, true, true]);
  });

  it("looks for nothing more once the answer is too large", async () => {
    const query = 'search(text: "x", limit: 1000, contextLines: 10) { line before after }';
    let values = 0;
    const addAnswer = (more: number) => {
      values += more;
      if (values > 2_000)
        throw new InputError("LIMIT_EXCEEDED", "too much", null, { limit: "answerValues", max: 2_000 });
    };
    const whole = await countTurns(query, "x\n");
    expect((await countTurns(query, "x\n", addAnswer)) < whole / 2).toBe(true);
  });

  it("makes the nearest field null that may be, when it is too much", async () => {
    const refusal = new InputError("LIMIT_EXCEEDED", "too much", null, { limit: "answerValues", max: 3 });
    let values = 0;
    const addAnswer = (more: number) => {
      values += more;
      if (values > 3) throw refusal;
    };
    const query = "{ invocations { nodes { invokeId instanceInvocations { nodes { instanceId } } } } }";
    const result = await run(query, { addAnswer }, executor);
    expect(JSON.parse(JSON.stringify(result.data))).toEqual({
      invocations: {
        nodes: [
          { invokeId: "t-1", instanceInvocations: null },
          { invokeId: "t-2", instanceInvocations: null },
        ],
      },
    });
    expect(result.errors?.map(({ originalError }) => originalError)).toEqual([refusal, refusal]);
  });

  it("waits for turns between searches, and ends with the operation", async () => {
    const pattern = "[ab]*a[ab]{90}[0-9]";
    const searches = Array.from({ length: 4 }, (_, n) => `s${n}: search(pattern: "${pattern}${n}") { line }`).join(" ");
    const query = `{ invocations { nodes { instanceInvocations { nodes { result { output { ${searches} } } } } } } }`;
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const result = await run(query, {}, executor, turn);
    expect([result.errors, turns > 4]).toEqual([undefined, true]);
  });

  it("gives large pages in turns, the same as at once", async () => {
    const values = Array.from({ length: 700 }, (_, n) => `v${n}: status`).join(" ");
    const query = `{ invocations { nodes { id instanceInvocations { nodes { ${values} } } } } }`;
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const inTurns = await run(query, { addAnswer() {} }, executor, turn);
    // Of two pages of 2,100 values each, a turn takes one.
    expect([turns, inTurns.errors]).toEqual([1, undefined]);
    expect(inTurns.data).toEqual((await run(query, {}, executor)).data);
  });

  it("asks for the results of many rows in turns, and for all of them together", async () => {
    const unread = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((each) =>
      anInvocation({
        invokeId: `t-${each}`,
        instances: Array.from({ length: 100 }, (_, n) =>
          anInstanceInvocation({ invokeId: `t-${each}`, instanceId: `i-${n}`, output: undefined }),
        ),
      }),
    );
    const query =
      "{ invocations { nodes { instanceInvocations(first: 100) { nodes { result { exitCode output { text } } } } } } }";
    const asked: number[] = [];
    const readResults = async (keys: readonly unknown[]) => {
      asked.push(keys.length);
      return keys.map(() => null);
    };
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const result = await run(query, {}, executor, turn, undefined, unread, { readResults });
    // Of nine pages of 100 rows, each as much as 500 values, a turn takes eight.
    expect([turns, asked, result.errors]).toEqual([1, [900], undefined]);
  });

  it("decodes the scripts of many runs in turns", async () => {
    const content = Buffer.alloc(24_000, Buffer.from([0xd6, 0xd0]));
    const runs = Array.from({ length: 20 }, (_, n) =>
      anInvocation({ invokeId: `t-${n}`, command: { ...anInvocation().command, content } }),
    );
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const readings: number[] = [];
    const addReading = (_limit: string, bytes: number) => void readings.push(bytes);
    const query = "{ invocations { nodes { command { content } } } }";
    const result = await run(query, { addReading }, executor, turn, undefined, runs);
    expect([turns > 10, readings, result.errors]).toEqual([true, Array(20).fill(24_000), undefined]);
  });

  it.each([
    ["history(first: 1) { nodes { id } }", 1],
    ["instance { invocations(first: 1) { nodes { id } } }", 100],
  ])("makes a page for each of many rows in turns, of what was asked for together: %s", async (field, questions) => {
    const one = anInvocation({
      instances: Array.from({ length: 100 }, (_, n) => anInstanceInvocation({ instanceId: `i-${n}` })),
    });
    let asked = 0;
    const others = {
      readHistories: async (keys: readonly unknown[]) => {
        asked += 1;
        return keys.map(() => ({ all: [], isWhole: true }));
      },
      readInstances: async (refs: readonly InstanceRef[]) => refs.map(anInstance),
      pageInvocations: async (_args: unknown, filter: { readonly instanceId?: string }) => {
        if (filter.instanceId === undefined) return pageOf([one]);
        asked += 1;
        return pageOf([]);
      },
    };
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const query = `{ invocations { nodes { instanceInvocations(first: 100) { nodes { ${field} } } } } }`;
    const result = await run(query, {}, executor, turn, undefined, [], others);
    // A turn takes eighty of a hundred.
    expect([turns, asked, result.errors]).toEqual([1, questions, undefined]);
  });

  it("ends with the operation while it waits for a turn, and says so", async () => {
    const values = Array.from({ length: 700 }, (_, n) => `v${n}: status`).join(" ");
    const query = `{ invocations { nodes { id instanceInvocations { nodes { ${values} } } } } }`;
    const ended = new AbortController();
    const reason = new InputError("DEADLINE_EXCEEDED", "over");
    const neverComes = () => new Promise<void>(() => ended.abort(reason));
    const result = await run(query, { addAnswer() {} }, executor, neverComes, ended.signal);
    expect(result.errors?.map(({ originalError }) => originalError)).toEqual([reason]);
    expect(result.data).toMatchObject({
      invocations: { nodes: [{ id: expect.any(String) }, { instanceInvocations: null }] },
    });
  });

  it("counts what errors take, of fields and of lists, and waits for turns between many", async () => {
    let bytes = 0;
    let turns = 0;
    const names = Array.from({ length: 50 }, (_, n) => `n${n}: node(id: "a") { id }`).join(" ");
    const query = `{ nodes(ids: ${JSON.stringify(Array(100).fill("a"))}) { id } ${names} }`;
    const addAnswer = (_values: number, more: number) => {
      bytes += more;
    };
    const turn = async () => {
      turns += 1;
    };
    const result = await run(query, { addAnswer }, executor, turn);
    expect([result.errors?.length, bytes, turns]).toEqual([150, 150 * 500, 3]);
  });

  it("waits for turns between what a limit refuses", async () => {
    let turns = 0;
    const fields = Array.from({ length: 200 }, (_, n) => `n${n}: invocations { nodes { id } }`).join(" ");
    const limit = new InputError("LIMIT_EXCEEDED", "too many");
    const addAnswer = () => {
      throw limit;
    };
    const turn = async () => {
      turns += 1;
    };
    const result = await run(`{ ${fields} }`, { addAnswer }, executor, turn);
    expect([result.errors?.length, turns]).toEqual([200, 2]);
  });

  it("tells that there are too many errors instead of one more", async () => {
    const limit = new InputError("LIMIT_EXCEEDED", "too many");
    const addAnswer = () => {
      throw limit;
    };
    const result = await run('{ node(id: "a") { id } }', { addAnswer }, executor);
    expect(result.errors?.map(({ originalError }) => originalError)).toEqual([limit]);
  });

  it("waits for no turn where little is asked for", async () => {
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    await run(
      "{ invocations { nodes { id instanceInvocations { nodes { id status } } } } }",
      { addAnswer() {} },
      executor,
      turn,
    );
    expect(turns).toBe(0);
  });
});
