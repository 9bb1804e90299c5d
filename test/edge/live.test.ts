import type { IncomingMessage } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { GraphQLError, type GraphQLSchema } from "graphql";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import { WebSocket } from "ws";

import type { Operation } from "#domain";
import { refusalOf } from "../../src/edge/websocket-refusal.ts";
import { startGateway, stubSchema, type TestGateway } from "./gateway.ts";

const SCHEMA =
  "type Query { hello: String } type Subscription { count(to: Int!): Int  wait: Int  broken: Int  gone: Int }";

const source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;

/** Counts, waits until its operation ends, breaks off, and refuses: with a note of what became of each. */
function createSchema(notes: string[]): GraphQLSchema {
  const schema = stubSchema(SCHEMA, { Query: { hello: () => "hello" } });
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  const declare = (name: string, subscribe: (args: { to: number }, operation: Operation) => unknown) => {
    Object.assign(fields[name] ?? {}, {
      subscribe: (_root: unknown, args: { to: number }, context: { operation: Operation }) =>
        subscribe(args, context.operation),
      resolve: (value: number, _args: unknown, { operation }: { operation: Operation }) => {
        operation.meter.spend(source, "DescribeInvocations");
        if (value < 0) throw new Error("canary");
        return value;
      },
    });
  };
  declare("count", async function* ({ to }) {
    for (let value = 1; value <= to; value += 1) yield value;
  });
  declare("wait", async function* (_args, { signal }) {
    try {
      yield 1;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    } finally {
      notes.push("stopped");
    }
  });
  declare("broken", async function* () {
    yield 1;
    yield -1;
    throw new Error("canary");
  });
  declare("gone", () => {
    throw new GraphQLError("No such run.", { extensions: { code: "NOT_FOUND" } });
  });
  return schema;
}

const cost = { calls: 1, cached: 0, saved: 0, budget: 200 };
const counted = (count: number) => ({ data: { count }, extensions: { cost } });
const internal = { message: "Internal error", extensions: { code: "INTERNAL_SERVER_ERROR" } };

interface Request {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}
type Told = { readonly results: unknown[]; readonly end: unknown };

const transports = {
  websocket: (url: string, request: Request): Promise<Told> => {
    const client = createWsClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 });
    return collect((sink) => client.subscribe(request, sink)).finally(() => client.dispose());
  },
  "server-sent events": (url: string, request: Request): Promise<Told> => {
    const client = createSseClient({ url: `${url}/stream`, retryAttempts: 0 });
    return collect((sink) => client.subscribe(request, sink)).finally(() => client.dispose());
  },
};

function collect(
  subscribe: (sink: { next(value: unknown): void; error(error: unknown): void; complete(): void }) => unknown,
): Promise<Told> {
  const results: unknown[] = [];
  return new Promise((resolve) => {
    subscribe({
      next: (value) => results.push(value),
      error: (error) => resolve({ results, end: error }),
      complete: () => resolve({ results, end: "complete" }),
    });
  });
}

describe.each(Object.entries(transports))("operations over %s", (name, ask) => {
  const notes: string[] = [];
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ schema: createSchema(notes) });
  });
  afterAll(() => gateway.stop());

  it("answer once an event, each with a cost of its own, and then complete", async () => {
    const told = await ask(gateway.url, {
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

  it("may be queries", async () => {
    const { results, end } = await ask(gateway.url, { query: "{ hello }" });
    expect({ results, end }).toEqual({
      results: [{ data: { hello: "hello" }, extensions: { cost: { ...cost, calls: 0 } } }],
      end: "complete",
    });
  });

  it("tell nothing of errors that nobody foresaw, and end with one of the source", async () => {
    const { results } = await ask(gateway.url, { query: "subscription { broken }" });
    expect(results).toEqual([
      { data: { broken: 1 }, extensions: { cost } },
      {
        errors: [{ ...internal, path: ["broken"], locations: [{ line: 1, column: 16 }] }],
        data: { broken: null },
        extensions: { cost },
      },
      { errors: [internal] },
    ]);
  });

  it("say the code of what is gone", async () => {
    const { results } = await ask(gateway.url, { query: "subscription { gone }" });
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
    const { results, end } = await ask(gateway.url, { query });
    expect(results).toEqual([]);
    const text = JSON.stringify(end, Object.getOwnPropertyNames(end ?? {}));
    if (name === "websocket") expect(end).toMatchObject([{ extensions: { code: "LIMIT_EXCEEDED", limit } }]);
    else expect(text).toContain("400");
  });

  it.each([
    ["a document that cannot be parsed", "{", "GRAPHQL_PARSE_FAILED"],
    ["an unknown field", "subscription { nowhere }", "GRAPHQL_VALIDATION_FAILED"],
  ])("are answered with an error for %s", async (_what, query, code) => {
    const { results, end } = await ask(gateway.url, { query });
    const errors = name === "websocket" ? end : (results[0] as { errors: unknown }).errors;
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });
});

describe("introspection that is off", () => {
  it("is refused on every transport, and no suggestion tells names", async () => {
    const gateway = await startGateway({ schema: createSchema([]), introspection: false });
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
    expect(await messages(async (query) => (await transports.websocket(gateway.url, { query })).end)).toEqual([
      expect.stringContaining("introspection"),
      'Cannot query field \\"helo\\" on type \\"Query\\".',
    ]);
    await gateway.stop();
  });
});

describe("a client that leaves", () => {
  const notes: string[] = [];
  let gateway: TestGateway;
  afterEach(() => gateway.stop());
  const untilStopped = async () => {
    while (notes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return notes.splice(0);
  };

  it("stops what it watched by unsubscribing, over WebSocket", async () => {
    gateway = await startGateway({ schema: createSchema(notes) });
    const client = createWsClient({ url: gateway.url.replace("http", "ws"), webSocketImpl: WebSocket, lazy: false });
    await new Promise<void>((resolve) => {
      const unsubscribe = client.subscribe(
        { query: "subscription { wait }" },
        {
          next: () => {
            unsubscribe();
            resolve();
          },
          error: () => {},
          complete: () => {},
        },
      );
    });
    expect(await untilStopped()).toEqual(["stopped"]);
    await client.dispose();
  });

  it("stops what it watched by closing, over WebSocket and over server-sent events", async () => {
    gateway = await startGateway({ schema: createSchema(notes) });
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    socket.on("open", () => socket.send('{"type":"connection_init"}'));
    socket.on("message", (message) => {
      const { type } = JSON.parse(String(message)) as { type: string };
      if (type === "connection_ack")
        socket.send('{"id":"1","type":"subscribe","payload":{"query":"subscription { wait }"}}');
      if (type === "next") socket.terminate();
    });
    expect(await untilStopped()).toEqual(["stopped"]);

    const leave = new AbortController();
    const response = await fetch(`${gateway.url}/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: '{"query":"subscription { wait }"}',
      signal: leave.signal,
    });
    await response.body?.getReader().read();
    leave.abort();
    expect(await untilStopped()).toEqual(["stopped"]);
  });

  it("is told when the server goes: WebSockets close with 1001, streams end without completing", async () => {
    gateway = await startGateway({ schema: createSchema(notes) });
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    const closed = new Promise<number>((resolve) => socket.on("close", resolve));
    await new Promise((resolve) => socket.on("open", resolve));
    const response = await fetch(`${gateway.url}/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: '{"query":"subscription { wait }"}',
    });
    const text = response.text();
    await gateway.stop();
    expect(await closed).toBe(1001);
    expect(await text).toBe(
      'event: next\ndata: {"data":{"wait":1},"extensions":{"cost":{"calls":1,"cached":0,"saved":0,"budget":200}}}\n\n',
    );
    expect(await untilStopped()).toEqual(["stopped"]);
  });
});

describe("who may open a WebSocket", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ corsOrigins: ["https://console.example"] });
  });
  afterAll(() => gateway.stop());

  const open = (path: string, headers: Record<string, string>, protocol = "graphql-transport-ws") =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(new URL(path, gateway.url.replace("http", "ws")), protocol, { headers });
      socket.on("unexpected-response", (_request, response) => resolve(`refused ${response.statusCode}`));
      socket.on("error", (error) => resolve(error.message));
      socket.on("open", () => {
        if (protocol !== "graphql-transport-ws") return;
        resolve("open");
        socket.terminate();
      });
      socket.on("close", (code) => resolve(`closed ${code}`));
    });

  it("programs, its own pages and those of listed origins", async () => {
    expect(await open("/graphql", {})).toBe("open");
    expect(await open("/graphql", { origin: new URL(gateway.url).origin })).toBe("open");
    expect(await open("/graphql", { origin: "https://console.example" })).toBe("open");
    expect(await open("/graphql", { origin: "https://evil.example" })).toBe("refused 403");
    expect(await open("/graphql", { origin: "null" })).toBe("refused 403");
    expect(await open("/elsewhere", {})).toBe("refused 404");
  });

  it("is refused messages above 100 KB with 1009", async () => {
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    socket.on("open", () => socket.send("x".repeat(102_401)));
    expect(await new Promise((resolve) => socket.on("close", resolve))).toBe(1009);
  });

  it("is refused an operation above 100 KB by its id, and goes on", async () => {
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    const told: unknown[] = [];
    const ask = (id: string, query: string) =>
      socket.send(JSON.stringify({ id, type: "subscribe", payload: { query } }));
    socket.on("open", () => socket.send('{"type":"connection_init"}'));
    await new Promise<void>((resolve) => {
      socket.on("message", (message) => {
        const { type, id, payload } = JSON.parse(String(message)) as Record<string, unknown>;
        if (type === "connection_ack") {
          ask("large", `{ hello } # ${"x".repeat(102_400)}`);
          ask("small", "{ hello }");
        } else told.push([type, id, payload]);
        if (type === "complete") resolve();
      });
    });
    socket.terminate();
    const message = expect.stringMatching(
      /^Limit bodyBytes: at most 102400 bytes in the request's body are allowed, \d+ came\.$/,
    );
    const extensions = { code: "LIMIT_EXCEEDED", limit: "bodyBytes", max: 102_400, actual: expect.any(Number) };
    expect(told).toEqual([
      ["error", "large", [{ message, extensions }]],
      ["next", "small", { data: { hello: "hello" }, extensions: { cost: { ...cost, calls: 0 } } }],
      ["complete", "small", undefined],
    ]);
  });

  it("is refused one connection too many", () => {
    const request = { headers: {} } as IncomingMessage;
    expect(refusalOf(request, [], 2_000)).toBeNull();
    expect(refusalOf(request, [], 2_001)).toMatchObject({
      status: 503,
      extensions: { code: "LIMIT_EXCEEDED", limit: "connections", max: 2_000, actual: 2_001 },
    });
  });

  it("is refused the 101st operation at the same time", async () => {
    const notes: string[] = [];
    const busy = await startGateway({ schema: createSchema(notes) });
    const client = createWsClient({ url: busy.url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 });
    const waiting = { next: () => {}, error: () => {}, complete: () => {} };
    for (let count = 0; count < 100; count += 1) client.subscribe({ query: "subscription { wait }" }, waiting);
    const { end } = await collect((sink) => client.subscribe({ query: "{ hello }" }, sink));
    expect(end).toMatchObject([{ extensions: { limit: "connectionOperations", max: 100, actual: 101 } }]);
    await client.dispose();
    await busy.stop();
  });
});

describe("who may open an event stream", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  const status = async (init: RequestInit, search = "") => (await fetch(`${gateway.url}/stream${search}`, init)).status;
  const json = { "content-type": "application/json" };

  it("nobody by what a foreign page could send without a preflight", async () => {
    expect(await status({ headers: { accept: "text/event-stream" } }, "?query={hello}")).toBe(400);
    expect(
      await status({ headers: { accept: "text/event-stream", "apollo-require-preflight": "1" } }, "?query={hello}"),
    ).toBe(200);
    expect(await status({ method: "POST", body: '{"query":"{ hello }"}' })).toBe(415);
    expect(await status({ method: "PUT" })).toBe(405);
  });

  it("who accepts it, with one request at a time", async () => {
    expect(
      await status({ method: "POST", headers: { ...json, accept: "application/json" }, body: '{"query":"{ hello }"}' }),
    ).toBe(406);
    expect(await status({ method: "POST", headers: json, body: '[{"query":"{ hello }"}]' })).toBe(400);
    expect(await status({ method: "POST", headers: json, body: " ".repeat(102_401) })).toBe(413);
  });
});
