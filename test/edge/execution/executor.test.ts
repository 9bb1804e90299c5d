import { describe, expect, it } from "@jest/globals";
import { type GraphQLObjectType, type GraphQLScalarType, type GraphQLSchema, Kind, parse } from "graphql";

import { createCompilingExecutor, createReferenceExecutor } from "../../../src/edge/execution/executor.ts";
import { stubSchema } from "../gateway.ts";

const SCHEMA = `
  scalar Instant
  enum Colour { RED BLUE }
  interface Node { id: ID! }
  type Run implements Node { id: ID!  at: Instant  colour: Colour  size: Int!  rows(first: Int = 2, after: Instant): [Row]!  later: String }
  type Row implements Node { id: ID!  text: String!  run: Run }
  input Filter { colours: [Colour!]  after: Instant  deep: Filter }
  input Plain { colours: [Colour!]  after: Instant }
  type Query { node(id: ID!): Node  nodes(ids: [ID!]!): [Node]!  runs(filter: Filter): [Run!]  plain(filter: Plain): String  hello(name: String): String  fail: String }
`;

function createSchema(): GraphQLSchema {
  const row = (id: number) => ({
    __typename: "Row",
    id: `row-${id}`,
    text: id === 3 ? null : `text ${id}`,
    run: () => run(id),
  });
  const run = (id: number): Record<string, unknown> => ({
    __typename: "Run",
    id: `run-${id}`,
    at: 1_000 * id,
    colour: id % 2 === 0 ? "RED" : id === 5 ? "GREEN" : "BLUE",
    size: id === 4 ? null : id,
    rowsOf: ({ first, after }: { first: number; after?: number }) =>
      Array.from({ length: first }, (_, index) => (index === 1 ? new Error(`row ${after}`) : row(id + index))),
    laterOf: async () => {
      if (id === 2) throw new Error("too late");
      return `later ${id}`;
    },
  });
  const node = (id: unknown) => (String(id).startsWith("run") ? run(Number(String(id).slice(4))) : null);
  const schema = stubSchema(SCHEMA, {
    Query: {
      node: ({ id }) => node(id),
      nodes: async ({ ids }) => (ids as string[]).map(node),
      runs: ({ filter }) => [1, 2].map((id) => ({ ...run(id), laterOf: () => JSON.stringify(filter) })),
      plain: ({ filter }) => JSON.stringify(filter),
      hello: ({ name }) => `hello ${JSON.stringify(name)}`,
      fail: () => Promise.reject(new Error("no")),
    },
  });
  const call = (typeName: string, field: string) => {
    const type = schema.getType(typeName) as GraphQLObjectType;
    Object.assign(type.getFields()[field] ?? {}, {
      resolve: (source: Record<string, (args: unknown) => unknown>, args: unknown) => source[`${field}Of`]?.(args),
    });
  };
  call("Run", "rows");
  call("Run", "later");
  call("Row", "run");
  const instant = schema.getType("Instant") as GraphQLScalarType;
  const parseInstant = (value: unknown) => {
    if (typeof value !== "string") throw new TypeError("Instant: a text");
    return Date.parse(value);
  };
  Object.assign(instant, {
    serialize: (value: unknown) => new Date(Number(value)).toISOString(),
    parseValue: parseInstant,
    parseLiteral: (literal: { kind: string; value?: unknown }) =>
      parseInstant(literal.kind === Kind.STRING ? literal.value : 1),
  });
  return schema;
}

const FRAGMENTS =
  "fragment R on Run { id at colour ...S } fragment S on Run { size rows { ...W } } fragment W on Row { id text }";

const rows: readonly [string, object?, string?][] = [
  ["{ hello }"],
  ['{ hello(name: "a") other: hello(name: null) }'],
  ["query ($name: String) { hello(name: $name) }", {}],
  ["query ($name: String) { hello(name: $name) }", { name: null }],
  ['query ($name: String = "b") { hello(name: $name) }'],
  ['{ node(id: "run-1") { __typename id ... on Run { at colour size } ... on Row { text } } }'],
  [`{ nodes(ids: ["run-1", "gone", "run-5"]) { id ...R } } ${FRAGMENTS}`],
  [
    "query ($a: Boolean!, $b: Boolean!) { hello @skip(if: $a) fail @include(if: $b) runs { id @skip(if: $b) ...R @include(if: $a) } } " +
      FRAGMENTS,
    { a: true, b: false },
  ],
  [
    "query ($a: Boolean!, $b: Boolean!) { hello @skip(if: $a) fail @include(if: $b) runs { id @skip(if: $b) ...R @include(if: $a) } } " +
      FRAGMENTS,
    { a: false, b: true },
  ],
  ["query ($a: Boolean = true) { runs { ... @skip(if: $a) { id } ... on Run @include(if: $a) { size size } colour } }"],
  ['{ runs(filter: { colours: [RED], after: "2026-01-02T03:04:05Z", deep: { colours: BLUE } }) { later } }'],
  ["query ($f: Filter) { runs(filter: $f) { later } }", { f: { colours: "RED", after: "2026-01-02T03:04:05Z" } }],
  ["query ($f: Filter) { runs(filter: $f) { later } }", { f: { colours: ["PINK"], after: 7, none: 1 } }],
  ["query ($c: [Colour!]) { runs(filter: { colours: $c }) { later } }", { c: null }],
  ["query ($id: ID!) { node(id: $id) { id } }"],
  ['{ nodes(ids: ["run-4", "run-1"]) { id ... on Run { size } } }'],
  ["query ($f: Plain) { plain(filter: $f) }", { f: { colours: "RED", after: "2026-01-02T03:04:05Z" } }],
  ["query ($f: Plain) { plain(filter: $f) }", { f: { colours: ["PINK"], after: 7, none: 1 } }],
  [
    "query ($a: Instant, $c: [Colour!] = [BLUE]) { plain(filter: { after: $a, colours: $c }) }",
    { a: "2026-01-02T03:04:05Z" },
  ],
  ...[true, false].flatMap((a): [string, object][] => [
    [
      `query ($a: Boolean!, $b: Boolean!) { runs { ...R @include(if: $a) ...R @include(if: $b) } } ${FRAGMENTS}`,
      { a, b: false },
    ],
    [`query ($a: Boolean!) { x: runs { ...R @skip(if: $a) id } y: runs { ...R } } ${FRAGMENTS}`, { a }],
    [
      `query ($a: Boolean!) { runs { rows { run { ...S @skip(if: $a) } id } ...S } } ${FRAGMENTS.slice(FRAGMENTS.indexOf("fragment S"))}`,
      { a },
    ],
    [
      "query ($a: Boolean!) { runs { id @skip(if: $a) id rows(first: 1) @include(if: $a) { id } rows(first: 1) { text } } }",
      { a },
    ],
    ["query ($a: Boolean!) { ... @include(if: $a) { runs { id } } ... @skip(if: $a) { runs { size } } hello }", { a }],
  ]),
  [
    '{ nodes(ids: ["run-1", "run-2"]) { ... on Run { later rows(first: 3, after: "2026-01-02T03:04:05Z") { id text run { later } } } } }',
  ],
  // Where a compiler that sees conditions answers wrongly: an excluded field beside others that merge with it.
  ["query ($a: Boolean!) { runs @skip(if: $a) { size } runs { id } }", { a: true }],
  [
    "query ($a: Boolean!) { runs @skip(if: $a) @include(if: $a) { size } ...Q } fragment Q on Query { runs { id } }",
    { a: true },
  ],
  ["{ hello @skip(if: true) other: hello @include(if: false) runs { id @skip(if: true) } }"],
  ["query ($a: Boolean!) { hello @skip(if: $a) }", { a: "yes" }],
  ["query ($a: Boolean!) { hello @skip(if: $a) }"],
  ["query ($a: Boolean = true) { hello @skip(if: $a) }", { a: null }],
  ["{ fail hello __typename }"],
  ["query A { hello } query B { fail }", {}, "B"],
  ["query A { hello } query B { fail }", {}, "C"],
  ["query A { hello } query B { fail }"],
  [
    '{ __schema { queryType { name fields(includeDeprecated: true) { name args { name type { name kind ofType { name } } } } } } __type(name: "Colour") { enumValues { name } } }',
  ],
];

describe("the compiling executor", () => {
  const schema = createSchema();
  const reference = createReferenceExecutor(schema);
  const compiling = createCompilingExecutor(schema);

  it.each(rows.map(([source, variables, operationName]) => ({ source, variables, operationName })))(
    "answers as the reference does, compiled or not: $source $variables",
    async ({ source, variables, operationName }) => {
      const document = parse(source);
      const execution = {
        document,
        operationName,
        variables: variables as Record<string, unknown> | undefined,
        contextValue: {},
      };
      const expected = JSON.parse(JSON.stringify(await reference(execution)));
      for (let round = 0; round < 4; round += 1) {
        const { data, errors } = await compiling(execution);
        // Of errors that several fields meet, each executor has its own order.
        const byPath = (list: unknown) =>
          [...((list as { path?: unknown }[] | undefined) ?? [])].map((error) => JSON.stringify(error)).sort();
        const actual = JSON.parse(JSON.stringify({ data, errors }));
        expect({ data: actual.data, errors: byPath(actual.errors) }).toEqual({
          data: expected.data,
          errors: byPath(expected.errors),
        });
      }
    },
  );
});
