import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { getIntrospectionQuery } from "graphql";

import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const SCHEMA = `
  type Query { node(id: ID): Node  hello: String }
  type Node { id: ID  child: Node  edges: [Node] node: Node }
`;

const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(" ");
const nested = (levels: number) => `{ node ${"{ child ".repeat(levels - 2)} { id } ${"}".repeat(levels - 2)} }`;

describe("limits", () => {
  let gateway: TestGateway;
  let resolved = 0;
  const count = () => {
    resolved += 1;
    return null;
  };
  beforeAll(async () => {
    gateway = await startGateway({ schema: stubSchema(SCHEMA, { Query: { node: count, hello: count } }) });
  });
  afterAll(() => gateway.stop());

  const rows: readonly [string, string, string, number | undefined, object?][] = [
    ["over 100 aliases", `{ node { ${times(101, (i) => `a${i}: id`)} } }`, "aliases", 101],
    ["over 100 root fields", `{ ${times(101, () => "hello")} }`, "rootFields", 101],
    [
      "over 100 root fields in fragments",
      `{ ...a ...b } fragment a on Query { ${times(60, () => "hello")} } fragment b on Query { ${times(60, () => "hello")} }`,
      "rootFields",
      120,
    ],
    ["a deep document", nested(17), "depth", 17],
    [
      "a document deep by fragments",
      `{ node { ...a } } ${times(20, (i) => `fragment ${"a".repeat(i + 1)} on Node { child { ...${"a".repeat(i + 2)} } }`)} fragment ${"a".repeat(21)} on Node { id }`,
      "depth",
      22,
    ],
    ["a fragment that contains itself", "{ node { ...a } } fragment a on Node { child { ...a } }", "depth", undefined],
    [
      "fragments that contain each other",
      "{ node { ...a } } fragment a on Node { ...b } fragment b on Node { ...a }",
      "depth",
      undefined,
    ],
    ["an unused fragment that contains itself", "{ hello } fragment a on Node { child { ...a } }", "depth", undefined],
    ["over 2,000 tokens", `{ node { ${times(2000, () => "id")} } }`, "tokens", 2001],
    ["over 16 KB of text", `{ hello } # ${"x".repeat(16_384)}`, "documentBytes", 16_396],
    ["a dozen unknown directives", `{ hello ${times(12, (i) => `@x${i}`)} }`, "directives", 12],
    ["a dozen unknown directives at a dozen places", `{ node { ${times(12, () => "id @x")} } }`, "directives", 12],
    ["a dozen repeated directives", `{ hello ${times(13, () => "@skip(if: true)")} }`, "directives", 12],
    [
      "thousands of variables",
      "{ hello }",
      "variables",
      2000,
      Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`v${i}`, 1])),
    ],
    [
      "an object of thousands of members in a variable",
      "{ hello }",
      "variables",
      2000,
      { list: [{ deep: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`v${i}`, 1])) }] },
    ],
    [
      "fragments that multiply",
      `{ node { ...a0 } } ${times(11, (i) => `fragment a${i} on Node { p: child { ...a${i + 1} } q: child { ...a${i + 1} } }`)} fragment a11 on Node { id }`,
      "fields",
      6143,
    ],
  ];

  const refusals = rows.map(([name, query, limit, actual, variables]) => ({ name, query, limit, actual, variables }));

  it.each(refusals)("refuses $name before execution, and says which limit", async (row) => {
    const { query, limit, actual, variables } = row;
    const startedAt = performance.now();
    const { status, body } = await gateway.ask({ query, variables });
    const { errors } = body as { errors: [{ message: string; extensions: Record<string, unknown> }] };
    expect({ status, count: errors.length, resolved }).toEqual({ status: 400, count: 1, resolved: 0 });
    const { max, ...told } = errors[0].extensions;
    expect(told).toEqual({ code: "LIMIT_EXCEEDED", limit, ...(actual === undefined ? {} : { actual }) });
    expect(errors[0].message).toContain(`Limit ${limit}: at most ${max}`);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  const passing: readonly [string, string][] = [
    [
      "full introspection",
      getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, schemaDescription: true }),
    ],
    ["a page 12 levels deep", nested(12)],
    ["100 aliases", `{ node { ${times(100, (i) => `a${i}: id`)} } }`],
    ["a field with a selection written 450 times", `{ node { ${times(450, () => "child { id }")} } }`],
    ["a fragment used often", `{ node { ...a child { ...a child { ...a } } } } fragment a on Node { id }`],
  ];

  it.each(passing)("passes %s", async (_name, query) => {
    const { status, body } = await gateway.ask({ query });
    expect({ status, errors: (body as { errors?: unknown }).errors }).toEqual({ status: 200, errors: undefined });
  });

  it("is done within two seconds with what is nearly too much, and serves others meanwhile", async () => {
    const hostile = [
      `{ node { ${times(1990, () => "id")} } }`,
      `{ node { ${times(660, () => "child{id}")} } }`,
      `{ ${times(90, () => "...a")} } fragment a on Query { ${times(20, () => "node{id}")} }`,
      `{ node { ${times(95, () => "...a")} } } fragment a on Node { ${times(20, () => "child{id}")} }`,
      `{ node { ${times(600, (i) => `...f${i}`)} } }`,
      times(150, (i) => `fragment f${i} on Node { ...f${i + 1} id child { id } }`),
      times(180, (i) => `query q${i} { node { child { id } } }`),
      `query (${times(390, (i) => `$v${i}: Int`)}) { hello }`,
      `{ node(id: ${"[".repeat(900)}${"]".repeat(900)}) { id } }`,
      `query ($a: ${"[".repeat(900)}Int${"]".repeat(900)}) { hello }`,
      `{ ${times(99, (i) => `unknown${i}`)} node { ${times(1500, (i) => `x${i}`)} } }`,
    ];
    for (const query of hostile) {
      const startedAt = performance.now();
      const [answer, other] = await Promise.all([gateway.ask({ query }), gateway.ask({ query: "{ __typename }" })]);
      expect({
        query: query.slice(0, 40),
        isSlow: performance.now() - startedAt > 2_000,
        other: other.status,
        size: JSON.stringify(answer.body).length < 50_000,
      }).toEqual({
        query: query.slice(0, 40),
        isSlow: false,
        other: 200,
        size: true,
      });
    }
  });

  it("refuses a body over 100 KB with 413", async () => {
    const { status, body } = await gateway.ask({ query: "{ hello }", extensions: { x: "x".repeat(102_400) } });
    expect({ status, body }).toEqual({
      status: 413,
      body: {
        errors: [
          {
            message: "Limit bodyBytes: at most 102400 bytes in the request's body are allowed, 102443 came.",
            extensions: { code: "LIMIT_EXCEEDED", limit: "bodyBytes", max: 102_400, actual: 102_443 },
          },
        ],
      },
    });
  });

  it("refuses a body over 100 KB whose length is not announced", async () => {
    const chunk = new TextEncoder().encode(" ".repeat(60_000));
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 3; i += 1) controller.enqueue(chunk);
        controller.close();
      },
    });
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      duplex: "half",
    } as RequestInit;
    const response = await fetch(gateway.url, init);
    expect(response.status).toBe(413);
  });

  it("refuses a compressed body with 415", async () => {
    const response = await fetch(gateway.url, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync('{"query":"{ hello }"}'),
    });
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 415,
      body: {
        errors: [
          {
            message: "Limit contentEncoding: send the body as it is, not compressed.",
            extensions: { code: "UNSUPPORTED_MEDIA_TYPE", limit: "contentEncoding" },
          },
        ],
      },
    });
  });

  it("refuses batched requests", async () => {
    const { status, body } = await gateway.ask([{ query: "{ hello }" }, { query: "{ hello }" }]);
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        errors: [
          {
            message: "Limit batchedRequests: send one request at a time and not in a list, 2 came.",
            extensions: { code: "LIMIT_EXCEEDED", limit: "batchedRequests", max: 1, actual: 2 },
          },
        ],
      },
    });
  });
});
