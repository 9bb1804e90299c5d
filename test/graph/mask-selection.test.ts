import { describe, expect, it } from "@jest/globals";
import { buildSchema, execute, type GraphQLResolveInfo, parse } from "graphql";
import type { Kinds } from "#access";
import { type Selection, selectionOf } from "../../src/graph/operation/selection.ts";
import { maskSelection, needsByRights } from "../../src/graph/rights/mask-selection.ts";

const schema = buildSchema(`
  type Query { run: Run }
  type Run { id: ID status: String parameters: String outputGroups: [Group] result: Result command: Command }
  type Group { count: Int }
  type Result { exitCode: Int output: Output error: Failure }
  type Output { text: String }
  type Failure { code: String info: String }
  type Command { name: String content: String }
`);

function select(query: string): Selection {
  let info: GraphQLResolveInfo | undefined;
  const run = (_: unknown, __: unknown, given: GraphQLResolveInfo) => {
    info = given;
    return null;
  };
  execute({
    schema,
    document: parse(query),
    rootValue: { run: (args: unknown, context: unknown, given: GraphQLResolveInfo) => run(args, context, given) },
  });
  if (info === undefined) throw new TypeError("The query did not ask for run");
  return selectionOf(info);
}

const ALL = `{ run { ...Everything } }
  fragment Everything on Run {
    status parameters g: outputGroups { count } command { name c: content } ... { result { exitCode o: output { text } error { code info } } }
  }`;

function seen(kinds: Kinds) {
  const selection = maskSelection(select(ALL), kinds);
  return {
    status: selection.hasAny("status"),
    parameters: selection.hasAny("parameters"),
    groups: selection.under("outputGroups") !== null,
    content: selection.under("command")?.hasAny("content", "contentBase64") ?? false,
    name: selection.as("Run").under("command")?.hasAny("name") ?? false,
    output: selection.under("result")?.under("output") !== null,
    outputOrCode: selection.under("result")?.hasAny("output", "exitCode") ?? false,
    info: selection.under("result")?.under("error")?.hasAny("info") ?? false,
  };
}

const everything = {
  status: true,
  parameters: true,
  groups: true,
  content: true,
  name: true,
  output: true,
  outputOrCode: true,
  info: true,
};

describe("a masked selection", () => {
  it.each<[string, Kinds, object]>([
    ["everything", { runs: true, commands: true, outputs: true }, {}],
    [
      "runs and commands",
      { runs: true, commands: true, outputs: false },
      { groups: false, output: false, info: false },
    ],
    ["runs and outputs", { runs: true, commands: false, outputs: true }, { parameters: false, content: false }],
    [
      "runs alone",
      { runs: true, commands: false, outputs: false },
      { parameters: false, content: false, groups: false, output: false, info: false },
    ],
  ])("shows what %s give, under aliases and in fragments", (_, kinds, changed) => {
    expect(seen(kinds)).toEqual({ ...everything, ...changed });
  });
});

describe("what a selection needs of runs", () => {
  it("is worked out once for each set of rights, however many ids of one place ask for it", () => {
    const node = select(ALL);
    const worked: boolean[] = [];
    const needsOf = (run: Selection | null) => {
      worked.push(run?.under("command")?.hasAny("content") ?? false);
      return worked.length;
    };
    const everyRight = { runs: true, commands: true, outputs: true };
    const needs = Array.from({ length: 900 }, (_, n) =>
      needsByRights(node.as("Run"), needsOf)({ ...everyRight, commands: n % 2 === 0 }),
    );
    expect([...new Set(needs)]).toEqual([1, 2]);
    expect(worked).toEqual([true, false]);
  });
});
