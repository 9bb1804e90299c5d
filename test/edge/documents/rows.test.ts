import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { getIntrospectionQuery, parse, visit } from "graphql";

import { LIMITS, RefusalError } from "#edge";
import { createSchema } from "#graph";
import { isLarge } from "../../../src/edge/admission/index.ts";
import { createDocuments } from "../../../src/edge/documents/documents.ts";
import { createRowCounter } from "../../../src/edge/documents/row-measure.ts";
import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";
import { askLive } from "../live-schema.ts";

const documents = createDocuments({ schema: createSchema(), introspection: true });

function rowsOf(query: string, variables: object = {}, operationName: string | null = null): number | object {
  try {
    return documents.measure(query, { variables, operationName }).rows;
  } catch (error) {
    if (error instanceof RefusalError) return { ...error.extensions };
    throw error;
  }
}

const above = (actual: number) => ({ code: "LIMIT_EXCEEDED", limit: "rows", max: 25_000, actual });
const back = (levels: number, size: number): string =>
  levels === 0 ? "id" : `instanceInvocations(first: ${size}) { nodes { invocation { ${back(levels - 1, size)} } } }`;
const runsWith = (inner: string, instances: number): string =>
  `{ invocations(first: 20) { nodes { instanceInvocations(first: ${instances}) { nodes { ${inner} } } } } }`;
const resultWith = (inner: string): string => `result { output { ${inner} } }`;
const onRun = (inner: string) => `{ node(id: "x") { ... on Invocation { ${inner} } } }`;

const many = (count: number, write: (number: number) => string): string =>
  Array.from({ length: count }, (_, n) => write(n)).join(" ");

describe("values that tell of the schema", () => {
  const introspected = (query: string): number =>
    documents.measure(query, { variables: {}, operationName: null }).introspected;

  it("count as often as the schema has what they tell of", () => {
    const types = Object.keys(createSchema().getTypeMap()).length;
    expect(introspected("{ __schema { types { name kind } } }")).toBe(2 * types);
    expect(introspected('{ __type(name: "Invocation") { name description } sources { ok } }')).toBe(2);
    expect(introspected("{ __typename sources { ok } }")).toBe(0);
  });

  it("are allowed for a full introspection, twice", () => {
    const once = introspected(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }));
    expect(2 * once).toBeGreaterThan(10_000);
    expect(2 * once).toBeLessThan(LIMITS.introspectedValues);
  });

  it("are allowed for all of the largest types, several at once", () => {
    const all = getIntrospectionQuery().slice(getIntrospectionQuery().indexOf("fragment"));
    const types = ["Query", "Invocation", "InvocationFilter", "Node"].map(
      (name) => `${name}: __type(name: "${name}") { ...FullType }`,
    );
    expect(introspected(`{ ${types.join(" ")} } ${all}`)).toBeLessThan(LIMITS.introspectedValues);
  });

  it.each([
    [
      "of one text under many names",
      `{ ${many(30, (n) => `a${n}: __schema { types { ...F } }`)} } fragment F on __Type { ${many(60, (n) => `n${n}: description`)} }`,
    ],
    [
      "of the schema under many names",
      `{ ${many(50, (n) => `a${n}: __schema { types { name description fields { name description args { name } } } }`)} }`,
    ],
    [
      "of the largest types",
      `{ ${many(38, (n) => `a${n}: __type(name: "Node") { ...F }`)} } fragment F on __Type { possibleTypes { fields { ${many(47, (n) => `n${n}: name`)} } } }`,
    ],
    [
      "of what fields take",
      `{ ${many(16, (n) => `a${n}: __type(name: "Query") { ...F }`)} } fragment F on __Type { fields { args { type { inputFields { ${many(80, (n) => `n${n}: name`)} } } } } }`,
    ],
    [
      "of types in types",
      "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } } }",
    ],
  ])("are refused before anything is executed if they are too many: %s", (_name, query) => {
    expect(() => introspected(query)).toThrow(
      /^Limit introspectedValues: at most 25000 values that tell of the schema/,
    );
  });
});

describe("rows that an operation can make", () => {
  it.each([
    ["a list", "{ invocations(first: 50) { nodes { id } } }", 50],
    ["a list without a size", "{ invocations { nodes { id } } }", 20],
    ["a list from its end", "{ invocations(last: 7) { edges { node { id } } } }", 7],
    ["nothing", "{ invocations(first: 0) { nodes { instanceInvocations { nodes { id } } } } }", 0],
    [
      "lists in lists",
      "{ invocations(first: 100) { nodes { instanceInvocations(first: 100) { nodes { id } } } } }",
      10_100,
    ],
    ["aliases", "{ a: invocations(first: 9) { nodes { id } } b: invocations(first: 3) { nodes { id } } }", 12],
    [
      "what merges",
      "{ invocations(first: 9) { nodes { id } } ...F } fragment F on Query { invocations(first: 9) { nodes { status } } }",
      9,
    ],
    ["groups", onRun("outputGroups(first: 3) { instanceInvocations(first: 4) { id } }"), 15],
    ["ids", '{ nodes(ids: ["a", "b"]) { ... on Invocation { instanceInvocations { nodes { id } } } } }', 42],
    ["the way back", onRun(back(2, 100)), 10_100],
    ["lists that take no size", "{ sources { regionId } }", 0],
    ["too large a size, which is refused by its argument", "{ invocations(first: 1000000) { nodes { id } } }", 100],
    ["full introspection", getIntrospectionQuery(), 0],
    ["a Relay page 12 levels deep with ten rows a list", onRun(back(3, 10)), 1_110],
  ])("are counted for %s", (_name, query, rows) => {
    expect(rowsOf(query)).toBe(rows);
  });

  it.each([
    ["a list, whose own leaves count as often", "{ invocations(first: 50) { totalCount nodes { id } } }", 100],
    ["aliases", "{ invocations(first: 50) { nodes { a: id b: id c: id } } }", 150],
    ["what merges", "{ invocations(first: 9) { nodes { id } nodes { id } } }", 9],
    [
      "lists in lists",
      "{ invocations(first: 10) { nodes { id instanceInvocations(first: 5) { nodes { id } } } } }",
      60,
    ],
  ])("hold so many leaf values: %s", (_name, query, values) => {
    expect(documents.measure(query, { variables: {}, operationName: null }).values).toBe(values);
  });

  it.each([
    ["a page of states, light", runsWith("status exitCode durationMs", 20), 60 * 20, false],
    ["a page of outputs, light", runsWith(resultWith("text"), 1), 20 * 100, false],
    ["beginnings of many outputs, light", runsWith(resultWith("text(maxBytes: 512)"), 20), 400 * 3, false],
    [
      "whole outputs under several names, large",
      runsWith(resultWith("a: base64 b: base64 c: base64"), 4),
      80 * 300,
      true,
    ],
    ["outputs as JSON, large", runsWith(resultWith("textAsJson"), 4), 80 * 100, true],
    ["lines of many outputs, large", runsWith(resultWith('search(text: "x") { line }'), 4), 80 * 101, true],
    ["groups of a run, light", "{ invocations(first: 1) { nodes { outputGroups(first: 3) { count } } } }", 303, false],
    [
      "groups of many runs, large",
      "{ invocations(first: 20) { nodes { outputGroups(first: 3) { count } } } }",
      20 * 303,
      true,
    ],
    ["scripts of many runs, large", "{ invocations(first: 60) { nodes { command { content } } } }", 6_000, true],
    [
      "what can fail for each of many ids, large",
      `{ nodes(ids: ${JSON.stringify(Array(100).fill("x"))}) { id } }`,
      5_100,
      true,
    ],
    [
      "an id under many names, large",
      `{ ${Array.from({ length: 99 }, (_, n) => `a${n}: node(id: "x") { id }`).join(" ")} }`,
      5_049,
      true,
    ],
    ["more bytes than outputs have, large", runsWith(resultWith("text(maxBytes: 1000000)"), 4), 80 * 100, true],
  ])("weigh as much as their texts can hold: %s", (_name, query, weight, isWorkedInTurns) => {
    const size = documents.measure(query, { variables: {}, operationName: null });
    expect([size.weight, isLarge(size.weight), size.values <= weight]).toEqual([weight, isWorkedInTurns, true]);
  });

  it("are counted without reading the arguments of a field each time that a fragment opens it", () => {
    const looksFor = (places: number): number => {
      let looks = 0;
      const opened = Array.from({ length: places }, () => "...F").join(" ");
      const document = visit(
        parse(`{ node(id: "x") { ${opened} } } fragment F on Invocation { status(of: [1, 2, 3]) }`),
        {
          Argument: ({ name, value, ...rest }) =>
            name.value === "of"
              ? {
                  ...rest,
                  name,
                  get value() {
                    looks += 1;
                    return value;
                  },
                }
              : undefined,
        },
      );
      createRowCounter(createSchema(), document)({ variables: {}, operationName: null });
      return looks;
    };
    expect(looksFor(900)).toBe(looksFor(1));
  });

  it("weigh what a variable says, each time anew", () => {
    const query = `query ($most: Int) { ${runsWith(resultWith("text(maxBytes: $most)"), 4).slice(1)}`;
    const weights = [null, 256, 0].map(
      (most) => documents.measure(query, { variables: { most }, operationName: null }).weight,
    );
    expect(weights).toEqual([8_000, 160, 80]);
  });

  it("follow variables, their defaults and conditions, each time anew", () => {
    const query = `query A($first: Int = 5, $with: Boolean = true, $ids: [ID!] = []) {
      invocations(first: $first) @include(if: $with) { nodes { id } }
      nodes(ids: $ids) { id }
      skipped: invocations(first: 30) @skip(if: $with) { nodes { id } }
    } query B { invocations(first: 2) { nodes { id } } }`;
    expect([
      rowsOf(query, {}, "A"),
      rowsOf(query, { first: 8, ids: ["a", "b", "c"] }, "A"),
      rowsOf(query, { with: false }, "A"),
      rowsOf(query, {}, "B"),
      rowsOf(query, { first: null }, "A"),
    ]).toEqual([5, 11, 30, 2, 20]);
  });

  it.each([
    ["three lists in each other by the way back", onRun(back(3, 100)), 1_010_100],
    ["four", onRun(back(4, 50)), 6_377_550],
    [
      "another way round",
      "{ invocations(first: 50) { nodes { instanceInvocations(first: 50) { nodes { instance { invocations(first: 50) { nodes { id } } } } } } } }",
      127_550,
    ],
    [
      "aliases",
      `{ ${Array.from({ length: 3 }, (_, n) => `a${n}: invocations(first: 100) { nodes { instanceInvocations(first: 100) { nodes { id } } } }`).join(" ")} }`,
      30_300,
    ],
  ])("are refused where they are too many: %s", (_name, query, actual) => {
    expect(rowsOf(query)).toEqual(above(actual));
  });

  it.each(readdirSync("schema/operations"))(
    "are few enough with 100 for every size in schema/operations/%s",
    (name) => {
      const query = readFileSync(`schema/operations/${name}`, "utf8");
      expect(rowsOf(query, { first: 100 })).toEqual(expect.any(Number));
    },
  );
});

describe("too many rows", () => {
  const query = "query ($n: Int) { list(first: $n) { list(first: $n) { list(first: $n) { id } } } }";
  const document = { query, variables: { n: 100 } };
  const refusal = {
    message: "Limit rows: at most 25000 rows by `first`, `last` and `ids` are allowed, 1010100 came.",
    extensions: above(1_010_100),
  };
  let resolved = 0;
  const schema = stubSchema("type Query { list(first: Int): Row } type Row { id: ID list(first: Int): Row }", {
    Query: {
      list: () => {
        resolved += 1;
        return null;
      },
    },
  });
  const withGateway = async <Told>(ask: (gateway: TestGateway) => Promise<Told>): Promise<Told> => {
    const gateway = await startGateway({ schema });
    try {
      return await ask(gateway);
    } finally {
      await gateway.stop();
    }
  };

  it("are counted if a variable is nested too deep to be written", () => {
    const n: unknown = JSON.parse(`{"a":${"[".repeat(40_000)}${"]".repeat(40_000)}}`);
    expect(rowsOf("query ($n: Int) { invocations(first: $n) { nodes { id } } }", { n })).toBe(20);
  });

  it("are refused over HTTP before anything is executed, also for a registered hash", async () => {
    await withGateway(async (gateway) => {
      const { status, body } = await gateway.ask(document);
      expect({ status, body, resolved }).toEqual({ status: 400, body: { errors: [refusal] }, resolved: 0 });
      const extensions = {
        persistedQuery: { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") },
      };
      expect((await gateway.ask({ query, variables: { n: 1 }, extensions })).status).toBe(200);
      expect(resolved).toBe(1);
      expect(await gateway.ask({ variables: { n: 100 }, extensions })).toMatchObject({
        status: 400,
        body: { errors: [refusal] },
      });
      expect(resolved).toBe(1);
    });
  });

  it.each(["websocket", "server-sent events"] as const)("are refused over %s", async (name) => {
    await withGateway(async (gateway) => {
      const before = resolved;
      const told = JSON.stringify(await askLive(name, gateway.url, document), (_key, value) =>
        value instanceof Error ? value.message : value,
      );
      expect([resolved - before, told.includes("LIMIT_EXCEEDED") || told.includes("400")]).toEqual([0, true]);
    });
  });
});

it("knows every limit by a number", () => {
  expect(Object.values(LIMITS).every((max) => Number.isInteger(max) && max > 0)).toBe(true);
});
