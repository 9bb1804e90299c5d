import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { aliases, createSender, JSON_TYPE, type Reply } from "./sender.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(30, "t-h")) });
});
afterAll(() => rig.stop());
const { send, post } = createSender(() => rig.url);

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
