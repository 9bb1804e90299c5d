import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { getIntrospectionQuery } from "graphql";
import { type Answer, type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(30, "t-h")) });
});
afterAll(() => rig.stop());

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: Answer | null;
}

const JSON_TYPE = { "content-type": "application/json" };

async function send(
  init: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array },
  search = "",
): Promise<Reply> {
  const response = await fetch(`${rig.url}${search}`, { method: "POST", headers: JSON_TYPE, ...init } as RequestInit);
  const text = await response.text();
  let body: Answer | null = null;
  try {
    body = JSON.parse(text);
  } catch {}
  return { status: response.status, text, body };
}

const post = (body: unknown) => send({ body: JSON.stringify(body) });
const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(" ")} }`;
const roots = (count: number) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: sources { ok }`).join(" ")} }`;
const nested = (depth: number) =>
  `{ invocations(first: 1) { nodes ${"{ instanceInvocations(first: 1) { nodes { invocation ".repeat(depth)}{ id }${" } } }".repeat(depth)} } }`;
const lists = (depth: number) => `query ($x: Int = ${"[".repeat(depth)}${"]".repeat(depth)}) { __typename }`;
const directives = (name: string) => `{ __typename ${`@${name}(if: true) `.repeat(40)} }`;
const circular = `{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }`;
const bomb = `{ ...F0 } ${Array.from({ length: 20 }, (_, n) => `fragment F${n} on Query { a: __typename ...F${n + 1} b: __typename ...F${n + 1} }`).join(" ")} fragment F20 on Query { __typename }`;
const variables = (count: number) =>
  `query (${Array.from({ length: count }, (_, n) => `$v${n}: Int`).join(" ")}) { __typename }`;

const REFUSED: readonly [string, () => Promise<Reply>][] = [
  ["101 aliases", () => post({ query: aliases(101) })],
  ["1,000 aliases", () => post({ query: aliases(1_000) })],
  ["101 root fields", () => post({ query: roots(101) })],
  ["aliases hidden in a fragment", () => post({ query: `{ ...A } fragment A on Query ${aliases(150)}` })],
  ["a deep document", () => post({ query: nested(40) })],
  ["deep braces", () => post({ query: `${"{a".repeat(3_000)}${"}".repeat(3_000)}` })],
  ["a deep list", () => post({ query: lists(3_000) })],
  ["circular fragments", () => post({ query: circular })],
  ["a fragment that spreads itself", () => post({ query: "{ ...A } fragment A on Query { __typename ...A }" })],
  ["fragments that double at each step", () => post({ query: bomb })],
  ["a known directive 40 times", () => post({ query: directives("include") })],
  ["an unknown directive 40 times", () => post({ query: directives("nope") })],
  ["over 2,000 tokens", () => post({ query: `{ ${"__typename ".repeat(2_100)} }`.slice(0, 30_000) })],
  ["a text over 16 KB", () => post({ query: `{ __typename } #${"x".repeat(17_000)}` })],
  ["a body over 100 KB", () => post({ query: "{ __typename }", variables: { x: "y".repeat(110_000) } })],
  [
    "a compressed body",
    () =>
      send({
        headers: { ...JSON_TYPE, "content-encoding": "gzip" },
        body: gzipSync(JSON.stringify({ query: "{ __typename }" })),
      }),
  ],
  ["a batch", () => post([{ query: "{ __typename }" }, { query: "{ __typename }" }])],
  ["a batch of one", () => post([{ query: "{ __typename }" }])],
  ["an empty batch", () => post([])],
  ["2,000 variables declared", () => post({ query: variables(2_000) })],
  [
    "2,000 variables sent",
    () =>
      post({
        query: "{ __typename }",
        variables: Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`v${n}`, n])),
      }),
  ],
  [
    "a deep variable",
    () =>
      send({
        body: `{"query":"query($f: InvocationFilter){ invocations(filter:$f){ __typename } }","variables":{"f":${"[".repeat(9_000)}${"]".repeat(9_000)}}}`,
      }),
  ],
  ["a mutation", () => post({ query: "mutation { x }" })],
  [
    "GET without a preflight header",
    () => send({ method: "GET", headers: {} }, `?query=${encodeURIComponent("{ __typename }")}`),
  ],
  [
    "a form",
    () => send({ headers: { "content-type": "application/x-www-form-urlencoded" }, body: "query={__typename}" }),
  ],
  [
    "text/plain",
    () => send({ headers: { "content-type": "text/plain" }, body: JSON.stringify({ query: "{ __typename }" }) }),
  ],
  ["multipart", () => send({ headers: { "content-type": "multipart/form-data; boundary=x" }, body: "--x--" })],
  [
    "no content type",
    () => send({ headers: { "content-type": "" }, body: JSON.stringify({ query: "{ __typename }" }) }),
  ],
  ["PUT", () => send({ method: "PUT", body: JSON.stringify({ query: "{ __typename }" }) })],
  ["DELETE", () => send({ method: "DELETE" })],
  ["PATCH", () => send({ method: "PATCH", body: "{}" })],
  [
    "latin1",
    () =>
      send({
        headers: { "content-type": "application/json; charset=iso-8859-1" },
        body: JSON.stringify({ query: "{ __typename }" }),
      }),
  ],
  [
    "utf-16",
    () =>
      send({
        headers: { "content-type": "application/json; charset=utf-16" },
        body: Buffer.from(JSON.stringify({ query: "{ __typename }" }), "utf16le"),
      }),
  ],
  ["bytes that are no UTF-8", () => send({ body: Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]) })],
  ["no JSON", () => send({ body: "{" })],
  ["an empty body", () => send({ body: "" })],
  ["null", () => send({ body: "null" })],
  ["no query", () => post({})],
  ["a query that is no text", () => post({ query: 7 })],
  ["variables that are a list", () => post({ query: "{ __typename }", variables: [] })],
];

describe("refused, before any upstream call, in time, with a code and without a trace:", () => {
  it.each(REFUSED)("%s", async (_name, act) => {
    const before = rig.far.calls.length;
    const begin = Date.now();
    const { status, text, body } = await act();
    expect(Date.now() - begin).toBeLessThan(2_000);
    expect(rig.far.calls.length).toBe(before);
    expect(body?.data ?? null).toBeNull();
    expect(body?.errors?.length).toBeGreaterThan(0);
    expect(body?.errors?.length).toBeLessThanOrEqual(20);
    for (const error of body?.errors ?? []) expect(error.extensions?.code).toEqual(expect.any(String));
    expect(status).toBeLessThan(500);
    expect(text.length).toBeLessThan(20_000);
    expect(text).not.toMatch(/node_modules|\.ts\b|\.js\b|\n\s+at |\/work\/|stacktrace|graphql-js|@apollo/i);
    expect((await post({ query: "{ __typename }" })).body).toMatchObject({ data: { __typename: "Query" } });
  });

  it("limits by their name", async () => {
    const named = await Promise.all([
      post({ query: aliases(101) }),
      post({ query: nested(40) }),
      post({ query: `{ ${"__typename ".repeat(2_100)} }`.slice(0, 30_000) }),
      post({ query: `{ __typename } #${"x".repeat(17_000)}` }),
      post({ query: "{ __typename }", variables: { x: "y".repeat(110_000) } }),
      post([{ query: "{ __typename }" }]),
      post({ query: directives("include") }),
      post({ query: variables(2_000) }),
    ]);
    for (const { body } of named) {
      const [error] = body?.errors ?? [];
      expect(error?.extensions).toMatchObject({ code: expect.any(String), limit: expect.any(String) });
      expect(error?.message).toContain(String(error?.extensions?.limit));
    }
  });

  it.each(["TRACE", "CONNECT", "PROPFIND"])("method %s", async (method) => {
    const { hostname, port } = new URL(rig.url);
    const status = await new Promise<number | string>((resolve) => {
      const call = httpRequest(
        { hostname, port, method, path: method === "CONNECT" ? "a:1" : "/graphql" },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      call.on("connect", (response, socket) => {
        socket.destroy();
        resolve(response.statusCode ?? 0);
      });
      call.on("error", () => resolve("closed"));
      call.end();
    });
    expect(status === "closed" || (Number(status) >= 400 && Number(status) < 500)).toBe(true);
  });
});

describe("passed:", () => {
  it("full introspection", async () => {
    const { body, status } = await post({
      query: getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
      }),
    });
    expect([status, body?.errors]).toEqual([200, undefined]);
  });

  it("a Relay page 12 levels deep", async () => {
    const query = `{ invocations(first: 2) { edges { node { instanceInvocations(first: 2) { edges { node { invocation {
      instanceInvocations(first: 1) { edges { node { result { output { text } } } } } } } } } } } } }`;
    const { body } = await post({ query });
    expect(body?.errors).toBeUndefined();
  });

  it("100 aliases", async () => {
    const { body } = await post({ query: aliases(100) });
    expect(body?.errors).toBeUndefined();
  });

  it("GET with a preflight header, and a JSON body with a charset", async () => {
    const get = await send(
      { method: "GET", headers: { "apollo-require-preflight": "1" } },
      `?query=${encodeURIComponent("{ __typename }")}`,
    );
    const charset = await send({
      headers: { "content-type": "application/json; charset=UTF-8" },
      body: JSON.stringify({ query: "{ __typename }" }),
    });
    expect([get.body, charset.body]).toMatchObject([
      { data: { __typename: "Query" } },
      { data: { __typename: "Query" } },
    ]);
  });

  it("1,000 requests of one client in a row of bursts", async () => {
    const statuses = new Set<number>();
    for (let burst = 0; burst < 10; burst += 1) {
      const replies = await Promise.all(Array.from({ length: 100 }, () => post({ query: "{ sources { ok } }" })));
      for (const { status } of replies) statuses.add(status);
    }
    expect([...statuses]).toEqual([200]);
  });

  it("many different large documents, within bounded memory", async () => {
    const text = (n: number) =>
      `{ ${Array.from({ length: 60 }, (_, index) => `f${n}_${index}: __typename`).join(" ")} } #${"x".repeat(10_000)}`;
    for (let n = 0; n < 300; n += 1) await post({ query: text(n) });
    const before = process.memoryUsage().heapUsed;
    for (let n = 300; n < 900; n += 1) await post({ query: text(n) });
    // 600 documents of 12 KB text, each several times that once parsed.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150_000_000);
  });
});
