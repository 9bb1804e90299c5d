import { describe, expect, it } from "@jest/globals";

import { ask, EXECUTORS, pageOf, stubServices } from "./ask.ts";

const nothing = { output: false, content: false, totalCount: false };

/** What is asked for because of what is selected. */
const ROWS: readonly (readonly [name: string, query: string, variables: object, projection: object])[] = [
  ["nothing costly", "{ invocations { nodes { invokeId command { name } } } }", {}, nothing],
  [
    "results without output",
    "{ invocations { nodes { instanceInvocations { nodes { status result { exitCode } } } } } }",
    {},
    nothing,
  ],
  [
    "output below nodes",
    "{ invocations { nodes { instanceInvocations { nodes { result { output { text } } } } } } }",
    {},
    { ...nothing, output: true },
  ],
  [
    "output below edges on both levels",
    "{ invocations { edges { node { instanceInvocations { edges { node { result { output { charset } } } } } } } } }",
    {},
    { ...nothing, output: true },
  ],
  ["output by groups", "{ invocations { nodes { outputGroups { count } } } }", {}, { ...nothing, output: true }],
  ["a command's text", "{ invocations { nodes { command { content } } } }", {}, { ...nothing, content: true }],
  ["a command's bytes", "{ invocations { nodes { command { contentBase64 } } } }", {}, { ...nothing, content: true }],
  ["the total", "{ invocations { totalCount } }", {}, { ...nothing, totalCount: true }],
  [
    "the total beside the rows",
    "{ invocations { totalCount pageInfo { hasNextPage } } }",
    {},
    { ...nothing, totalCount: true },
  ],
  [
    "everything under aliases",
    "{ a: invocations { b: totalCount c: nodes { d: command { e: content } f: instanceInvocations { g: nodes { h: result { i: output { j: text } } } } } } }",
    {},
    { output: true, content: true, totalCount: true },
  ],
  [
    "one of two aliases of the same field",
    "{ invocations { nodes { a: instanceInvocations { nodes { status } } b: instanceInvocations { nodes { result { output { text } } } } } } }",
    {},
    { ...nothing, output: true },
  ],
  [
    "a chain of fragments, one of them on an interface",
    `{ invocations { ...Page } }
     fragment Page on InvocationConnection { nodes { ...Run } }
     fragment Run on Invocation { ... on Node { ... on Invocation { instanceInvocations { nodes { ...Row } } } } }
     fragment Row on InstanceInvocation { result { ... { output { text } } } }`,
    {},
    { ...nothing, output: true },
  ],
  [
    "a field that is included by a variable",
    "query ($o: Boolean!) { invocations { nodes { instanceInvocations { nodes { result { output @include(if: $o) { text } } } } } } }",
    { o: true },
    { ...nothing, output: true },
  ],
  [
    "a field that is not included by a variable",
    "query ($o: Boolean!) { invocations { nodes { instanceInvocations { nodes { result { exitCode output @include(if: $o) { text } } } } } } }",
    { o: false },
    nothing,
  ],
  [
    "a field that is skipped by a variable's default",
    "query ($o: Boolean = true) { invocations { nodes { invokeId command @skip(if: $o) { content } } } }",
    {},
    nothing,
  ],
  [
    "a fragment that is skipped",
    `query ($o: Boolean!) { invocations { nodes { invokeId ...Text @skip(if: $o) } } }
     fragment Text on Invocation { command { content } }`,
    { o: true },
    nothing,
  ],
  [
    "a whole field that is selected twice, once by a fragment that is skipped",
    `query ($o: Boolean!) { invocations { nodes { invokeId } } ...Costly @include(if: $o) }
     fragment Costly on Query { invocations { totalCount nodes { command { content } } } }`,
    { o: false },
    nothing,
  ],
];

describe.each(EXECUTORS)("with %s, a page of runs asks for", (executor) => {
  it.each(ROWS)("%s", async (_name, query, variables, projection) => {
    const asked = stubServices({ pageInvocations: async () => pageOf([]) });
    await ask(asked, query, { ...variables }, executor);
    expect(asked.calls.map(([method, , , asWanted]) => [method, asWanted])).toEqual([["pageInvocations", projection]]);
  });
});
