import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildSchema } from "graphql";
import { createMcpTools } from "../../../src/edge/mcp/tools.ts";
import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const SCHEMA = stubSchema(
  `type Query { hello(name: String = "you", "How many." first: Int): String broken: String loud: String rows(first: Int): [String] }
   type Subscription { count: Int }`,
  {
    Query: {
      hello: ({ name }) => `hello ${name}`,
      // Within JSON twice as long, and within JSON in JSON four times.
      loud: () => '"'.repeat(3_000_000),
      broken: () => {
        throw new Error("canary at /a/path");
      },
    },
  },
);
const DOCUMENTS = [
  "# Says hello.\n# In two lines.\nquery greet($name: String!, $first: Int = 3) { hello(name: $name, first: $first) }\n",
  "query fail { broken }",
  "query shout { loud }",
  "subscription watch { count }",
  "{ hello }",
];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ schema: SCHEMA, tools: { version: "1.2.3", documents: DOCUMENTS } });
});
afterAll(() => gateway.stop());

interface Told {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an examiner looks into answers of any shape
  readonly body: any;
}

async function post(
  body: object | string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Told> {
  const response = await fetch(gateway.url.replace("/graphql", "/mcp"), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

const rpc = (method: string, params?: unknown, id: unknown = 1) => post({ jsonrpc: "2.0", id, method, params });
const call = async (name: string, given?: unknown) => {
  const { status, body } = await rpc("tools/call", { name, arguments: given });
  const { content, isError } = body.result ?? {};
  return { status, isError, told: content === undefined ? body.error : JSON.parse(content[0].text) };
};

describe("tools at /mcp", () => {
  it("are the named queries, with what their variables mean", async () => {
    const { body } = await rpc("tools/list", undefined, "a");
    expect(body).toEqual({
      jsonrpc: "2.0",
      id: "a",
      result: {
        tools: [
          {
            name: "greet",
            description: "Says hello.\nIn two lines.",
            inputSchema: {
              type: "object",
              properties: {
                name: { type: "string" },
                first: {
                  type: "integer",
                  minimum: -2_147_483_648,
                  maximum: 2_147_483_647,
                  default: 3,
                  description: "How many.",
                },
              },
              required: ["name"],
              additionalProperties: false,
            },
            annotations: { readOnlyHint: true, openWorldHint: false },
          },
          ...["fail", "shout"].map((name) => ({
            name,
            description: "",
            inputSchema: { type: "object", properties: {}, additionalProperties: false },
            annotations: { readOnlyHint: true, openWorldHint: false },
          })),
        ],
      },
    });
  });

  it("answer the JSON of their queries, and are logged like any operation", async () => {
    expect(await call("greet", { name: "Ada" })).toEqual({
      status: 200,
      isError: false,
      told: { data: { hello: "hello Ada" } },
    });
    expect(gateway.log.filter(({ msg }) => msg === "operation").at(-1)).toMatchObject({
      operationName: "greet",
      transport: "mcp",
      results: 1,
    });
  });

  it("answer no more than any operation, though their text is escaped once more", async () => {
    const { isError, told } = await call("shout");
    expect([isError, told.errors?.[0]?.extensions]).toEqual([
      true,
      { code: "LIMIT_EXCEEDED", limit: "answerBytes", max: 8_000_000, actual: 12_000_028 },
    ]);
  });

  it("tell errors as their result, with codes and without what is inside", async () => {
    const missing = await call("greet", {});
    expect(missing).toMatchObject({
      status: 200,
      isError: true,
      told: { errors: [{ extensions: { code: "BAD_USER_INPUT" } }] },
    });
    const wrong = await call("greet", { name: { a: 1 } });
    expect(wrong).toMatchObject({ isError: true, told: { errors: [{ extensions: { code: "BAD_USER_INPUT" } }] } });
    const broken = await call("fail");
    expect(broken).toMatchObject({
      isError: true,
      told: { errors: [{ message: "Internal error", extensions: { code: "INTERNAL_SERVER_ERROR" } }] },
    });
    expect(JSON.stringify(broken)).not.toContain("canary");
  });

  it.each([
    ["an unknown tool", "nothing", {}],
    ["a tool that is a member of objects", "constructor", {}],
    ["no name", undefined, {}],
    ["arguments in a list", "greet", ["Ada"]],
    ["arguments as a text", "greet", "Ada"],
    ["an argument that is none", "greet", { name: "Ada", nam: "Bob" }],
    ["an argument that is a member of objects", "greet", JSON.parse('{ "name": "Ada", "__proto__": 1 }')],
  ])("refuse %s", async (_what, name, given) => {
    const { status, told } = await call(name as string, given);
    expect([status, told.code]).toEqual([200, -32_602]);
  });
});

describe("the protocol", () => {
  it("agrees on a revision that both speak", async () => {
    const agree = async (protocolVersion: unknown) => {
      const params = { protocolVersion, capabilities: {}, clientInfo: { name: "a", version: "1" } };
      return (await rpc("initialize", params)).body.result;
    };
    expect(await agree("2025-06-18")).toEqual({
      protocolVersion: "2025-06-18",
      capabilities: { tools: {} },
      serverInfo: { name: "cloud-assistant-gateway", version: "1.2.3" },
      instructions: expect.any(String),
    });
    expect((await agree("1999-01-01")).protocolVersion).toBe("2025-11-25");
    expect((await agree({})).protocolVersion).toBe("2025-11-25");
    expect((await rpc("ping")).body).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
  });

  it("takes notices and answers of clients without a word", async () => {
    for (const body of [
      { jsonrpc: "2.0", method: "notifications/initialized" },
      { jsonrpc: "2.0", method: "tools/call", params: { name: "fail" } },
      { jsonrpc: "2.0", id: 1, result: {} },
    ]) {
      expect(await post(body)).toEqual({ status: 202, body: null });
    }
  });

  it.each<readonly [string, Parameters<typeof post>[0], number, number]>([
    ["no JSON", "{", 400, -32_600],
    ["an empty body", "", 400, -32_600],
    ["a batch", [{ jsonrpc: "2.0", id: 1, method: "ping" }], 400, -32_600],
    ["null", "null", 400, -32_600],
    ["another protocol", { id: 1, method: "ping" }, 400, -32_600],
    ["no method", { jsonrpc: "2.0", id: 1 }, 400, -32_600],
    ["an id that is an object", { jsonrpc: "2.0", id: {}, method: "ping" }, 400, -32_600],
    ["an id that is null", { jsonrpc: "2.0", id: null, method: "ping" }, 400, -32_600],
    ["params in a list", { jsonrpc: "2.0", id: 1, method: "ping", params: [1] }, 200, -32_602],
    ["an unknown method", { jsonrpc: "2.0", id: 1, method: "resources/list" }, 200, -32_601],
    ["a member of objects as method", { jsonrpc: "2.0", id: 1, method: "__proto__" }, 200, -32_601],
    ["bytes that are no UTF-8", Uint8Array.from([0x7b, 0xff, 0x7d]), 400, -32_600],
    ["a body that is too large", JSON.stringify({ jsonrpc: "2.0", id: 1, method: "x".repeat(110_000) }), 413, -32_600],
    ["nesting without end", `${'{"a":'.repeat(15_000)}1${"}".repeat(15_000)}`, 400, -32_600],
  ])("refuses %s, and says nothing of the inside", async (_what, body, status, code) => {
    const answer = await post(body);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(JSON.stringify(answer)).not.toMatch(/INTERNAL|stack|node_modules|\.ts|\.js/);
  });

  it.each<readonly [string, Record<string, string>, number]>([
    ["another content type", { "content-type": "text/plain" }, 415],
    ["a compressed body", { "content-encoding": "gzip" }, 415],
    ["a revision that is not spoken", { "mcp-protocol-version": "1999-01-01" }, 400],
    ["a page of another origin", { origin: "https://example.com" }, 403],
  ])("refuses %s", async (_what, headers, status) => {
    expect((await post({ jsonrpc: "2.0", id: 1, method: "ping" }, headers)).status).toBe(status);
  });

  it("has no stream and no sessions, and serves no foreign host", async () => {
    const url = gateway.url.replace("/graphql", "/mcp");
    for (const method of ["GET", "DELETE", "PUT"]) {
      const response = await fetch(url, { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    }
    const status = await new Promise((resolve) => {
      request(url, { method: "POST", headers: { host: "evil.example" } }, ({ statusCode }) =>
        resolve(statusCode),
      ).end();
    });
    expect(status).toBe(421);
  });

  it("is not there unless it is turned on", async () => {
    const plain = await startGateway();
    const response = await fetch(plain.url.replace("/graphql", "/mcp"), { method: "POST" });
    await plain.stop();
    expect(response.status).toBe(404);
  });
});

describe("the schema of a tool's arguments", () => {
  it("follows input objects, lists, enums, defaults and types within themselves", () => {
    const schema = buildSchema(`
      type Query { find(filter: Filter, by: By): String }
      scalar DateTime
      enum Status { OPEN DONE }
      "What is meant."
      input Filter { "Since when." since: DateTime statusIn: [Status!] not: Filter name: String! limit: Int! = 5 }
      input By @oneOf { id: ID name: String }`);
    const tools = createMcpTools(schema, [
      'query find($filter: Filter, $by: By!, $since: DateTime) { find(filter: { name: "a", since: $since }, by: $by) x: find(filter: $filter) }',
    ]);
    const filter = {
      type: "object",
      properties: {
        since: { type: "string", format: "date-time", description: "Since when." },
        statusIn: { type: "array", items: { type: "string", enum: ["OPEN", "DONE"] } },
        not: { type: "object" },
        name: { type: "string" },
        limit: { type: "integer", minimum: -2_147_483_648, maximum: 2_147_483_647 },
      },
      required: ["name"],
      additionalProperties: false,
    };
    expect(tools.get("find")?.inputSchema).toEqual({
      type: "object",
      properties: {
        filter,
        by: {
          type: "object",
          properties: { id: { type: "string" }, name: { type: "string" } },
          minProperties: 1,
          maxProperties: 1,
          additionalProperties: false,
        },
        since: { type: "string", format: "date-time", description: "Since when." },
      },
      required: ["by"],
      additionalProperties: false,
    });
  });
});
