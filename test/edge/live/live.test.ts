import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { LiveRequest } from "../../support/live.ts";
import { startGateway, type TestGateway } from "../gateway.ts";
import { askLive, createLiveSchema, EVENT_COST } from "../live-schema.ts";

const counted = (count: number) => ({ data: { count }, extensions: { cost: EVENT_COST } });
const internal = { message: "Internal error", extensions: { code: "INTERNAL_SERVER_ERROR" } };

describe.each(["websocket", "server-sent events"] as const)("operations over %s", (name) => {
  const ask = (request: LiveRequest) => askLive(name, gateway.url, request);
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ schema: createLiveSchema() });
  });
  afterAll(() => gateway.stop());

  it("answer once an event, each with a cost of its own, and then complete", async () => {
    const told = await ask({
      query: "subscription Count($to: Int!) { count(to: $to) }",
      variables: { to: 3 },
    });
    expect(told).toEqual({ results: [counted(1), counted(2), counted(3)], end: "complete" });
    const line = gateway.log.filter(({ msg }) => msg === "operation").at(-1);
    expect(line).toMatchObject({
      operationName: "Count",
      operationType: "subscription",
      results: 3,
      status: 200,
      codes: [],
    });
  });

  it("answer the same once their document has come so often that it is compiled", async () => {
    const asked = [
      { query: "subscription { counted: count(to: 2) }" },
      { query: "{ greeting: hello }" },
      { query: "subscription { broken }" },
    ];
    const told = await Promise.all(
      asked.map(async (request) => {
        const times: unknown[] = [];
        for (let time = 0; time < 6; time += 1) times.push(await ask(request));
        return times;
      }),
    );
    expect(told).toEqual(told.map((times) => Array(6).fill(times[0])));
  });

  it("may be queries", async () => {
    const { results, end } = await ask({ query: "{ hello }" });
    expect({ results, end }).toEqual({
      results: [{ data: { hello: "hello" }, extensions: { cost: { ...EVENT_COST, calls: 0 } } }],
      end: "complete",
    });
  });

  it("tell nothing of errors that nobody foresaw, and end with one of the source", async () => {
    const { results } = await ask({ query: "subscription { broken }" });
    expect(results).toEqual([
      { data: { broken: 1 }, extensions: { cost: EVENT_COST } },
      {
        errors: [{ ...internal, path: ["broken"], locations: [{ line: 1, column: 16 }] }],
        data: { broken: null },
        extensions: { cost: EVENT_COST },
      },
      { errors: [internal] },
    ]);
  });

  it("say the code of what is gone", async () => {
    const { results } = await ask({ query: "subscription { gone }" });
    expect(results).toEqual([
      {
        errors: [
          {
            message: "No such run.",
            extensions: { code: "NOT_FOUND" },
            path: ["gone"],
            locations: [{ line: 1, column: 16 }],
          },
        ],
      },
    ]);
  });

  it.each([
    ["rootFields", `{ ${"hello ".repeat(101)} }`],
    ["tokens", `{ ${"hello ".repeat(2001)} }`],
    ["documentBytes", `{ hello } # ${"x".repeat(17_000)}`],
  ])("are refused above the limit %s", async (limit, query) => {
    const { results, end } = await ask({ query });
    expect(results).toEqual([]);
    const text = JSON.stringify(end, Object.getOwnPropertyNames(end ?? {}));
    if (name === "websocket") expect(end).toMatchObject([{ extensions: { code: "LIMIT_EXCEEDED", limit } }]);
    else expect(text).toContain("400");
  });

  it.each([
    ["a document that cannot be parsed", "{", "GRAPHQL_PARSE_FAILED"],
    ["an unknown field", "subscription { nowhere }", "GRAPHQL_VALIDATION_FAILED"],
  ])("are answered with an error for %s", async (_what, query, code) => {
    const { results, end } = await ask({ query });
    const errors = name === "websocket" ? end : (results[0] as { errors: unknown }).errors;
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });
});

describe("introspection that is off", () => {
  it("is refused on every transport, and no suggestion tells names", async () => {
    const gateway = await startGateway({ schema: createLiveSchema(), introspection: false });
    const queries = ["{ __schema { queryType { name } } }", "{ helo }"];
    const messages = async (ask: (query: string) => Promise<unknown>) => {
      const texts: string[] = [];
      for (const query of queries)
        texts.push(/"message":"(.*?[^\\\\])"/.exec(JSON.stringify(await ask(query)))?.[1] ?? "");
      return texts;
    };
    expect(await messages(async (query) => (await gateway.ask({ query })).body)).toEqual([
      expect.stringContaining("introspection"),
      'Cannot query field \\"helo\\" on type \\"Query\\".',
    ]);
    expect(await messages(async (query) => (await askLive("websocket", gateway.url, { query })).end)).toEqual([
      expect.stringContaining("introspection"),
      'Cannot query field \\"helo\\" on type \\"Query\\".',
    ]);
    await gateway.stop();
  });
});
