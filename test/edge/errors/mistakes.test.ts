import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { WebSocket } from "ws";

import { startGateway, type TestGateway } from "../gateway.ts";
import { createLiveSchema } from "../live-schema.ts";

// The engine compiles what comes for the third time, and then goes another way.
const TIMES = 4;

const WRONG = Array.from({ length: 60 }, (_, index) => `wrong${index}`);

const MISTAKES: readonly (readonly [string, unknown])[] = [
  ["an empty operation name", { query: "{ hello }", operationName: "" }],
  ["an empty operation name of many", { query: "query A { hello } query B { hello }", operationName: "" }],
  ["another operation's name", { query: "query A { hello }", operationName: "B" }],
  ["a name that is no text", { query: "{ hello }", operationName: 7 }],
  [
    "the hash of another text",
    { query: "{ hello }", extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } },
  ],
  ["an unknown hash", { extensions: { persistedQuery: { version: 1, sha256Hash: "1".repeat(64) } } }],
  ["a hash that is none", { query: "{ hello }", extensions: { persistedQuery: { version: 1, sha256Hash: 7 } } }],
  [
    "version 2 of persisted queries",
    { query: "{ hello }", extensions: { persistedQuery: { version: 2, sha256Hash: "0" } } },
  ],
  ["a persisted query that is no object", { query: "{ hello }", extensions: { persistedQuery: 7 } }],
  ["a subscription without its root field", { query: "subscription { count(to: 1) @skip(if: true) }" }],
  [
    "a subscription that includes nothing",
    {
      query: "subscription S($i: Boolean!) { ...F @include(if: $i) } fragment F on Subscription { count(to: 1) }",
      variables: { i: false },
    },
  ],
  ["two root fields of a subscription", { query: "subscription { count(to: 1) wait }" }],
  ["introspection", { query: "{ __schema { queryType { name } } }" }],
  ["introspection of a type", { query: '{ __type(name: "Query") { name } }' }],
  ["a field that is none", { query: "{ helo }" }],
  ["no document", { query: "{" }],
  ["an empty document", { query: "" }],
  ["a comment", { query: "# nothing" }],
  ["fragments alone", { query: "fragment F on Query { hello }" }],
  ["no query", { variables: {} }],
  ["a query that is no text", { query: 7 }],
  ["variables that are a list", { query: "{ hello }", variables: [1] }],
  ["variables that are a text", { query: "{ hello }", variables: "{}" }],
  ["a variable that is missing", { query: "subscription S($to: Int!) { count(to: $to) }", variables: {} }],
  ["a variable of another type", { query: "subscription S($to: Int!) { count(to: $to) }", variables: { to: "x" } }],
  [
    "more wrong variables than the GraphQL library tells of",
    {
      query: `query Q(${WRONG.map((name) => `$${name}: Boolean!`).join(" ")}) { ${WRONG.map((name) => `${name}: hello @include(if: $${name})`).join(" ")} }`,
      variables: Object.fromEntries(WRONG.map((name) => [name, "x"])),
    },
  ],
  ["extensions that are a text", { query: "{ hello }", extensions: "x" }],
  ["a mutation", { query: "mutation { hello }" }],
  ["an unknown directive", { query: "{ hello @defer }" }],
];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ schema: createLiveSchema(), introspection: false });
});
afterAll(() => gateway.stop());

async function post(path: string, body: string): Promise<string> {
  const url = gateway.url + path;
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  return response.text();
}

async function get(body: unknown): Promise<string> {
  const members = Object.entries(body as Readonly<Record<string, unknown>>);
  const parameters = new URLSearchParams();
  for (const [name, value] of members) {
    parameters.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  const response = await fetch(`${gateway.url}?${parameters}`, {
    headers: { "apollo-require-preflight": "1" },
  });
  return response.text();
}

/** Everything that is said until the operation or the connection ends. */
async function overWebSocket(payload: unknown): Promise<string> {
  const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
  await once(socket, "open");
  const said: string[] = [];
  socket.on("message", (message) => {
    said.push(String(message));
    if (/"type":"connection_ack"/.test(String(message))) {
      socket.send(JSON.stringify({ id: "1", type: "subscribe", payload }));
    }
    if (/"type":"(error|complete)"/.test(String(message))) socket.close();
  });
  socket.send(JSON.stringify({ type: "connection_init" }));
  const [code, reason] = (await once(socket, "close")) as [number, Buffer];
  return [...said, `${code} ${reason}`].join("\n");
}

describe.each(MISTAKES)("a client's mistake is never an internal error: %s", (_name, body) => {
  it.each([
    ["POST", () => post("", JSON.stringify(body))],
    ["POST with a byte order mark", () => post("", `\uFEFF${JSON.stringify(body)}`)],
    ["GET", () => get(body)],
    ["server-sent events", () => post("/stream", JSON.stringify(body))],
    ["WebSocket", () => overWebSocket(body)],
  ])("over %s, however often", async (_transport, ask) => {
    for (let time = 0; time < TIMES; time += 1) {
      const text = await ask();
      expect(text).not.toMatch(/INTERNAL_SERVER_ERROR|Internal error|ApolloServer|Apollo Server|4500/);
      expect(text).toMatch(/"code":"[A-Z_]+"|"data":|4400/);
    }
  });
});

describe("a body that its client breaks off", () => {
  it.each(["/graphql", "/graphql/stream"])("is no internal error, in the log and in the metrics: %s", async (path) => {
    const before = gateway.log.length;
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`;
    socket.write(head, () => setImmediate(() => socket.destroy()));
    while (gateway.log.length === before) await new Promise((resolve) => setImmediate(resolve));
    const lines = JSON.stringify(gateway.log.slice(before));
    expect(lines).toContain("BAD_REQUEST");
    expect(lines).not.toMatch(/INTERNAL_SERVER_ERROR|"level":50/);
  });
});

describe("a message that only a server sends", () => {
  const SERVERS = [
    { id: "1", type: "next", payload: {} },
    { id: "1", type: "error", payload: [{ message: "no" }] },
    { type: "connection_ack" },
  ];

  it.each(SERVERS.flatMap((message) => [true, false].map((isInit) => [message, isInit] as const)))(
    "%j ends its connection as any other malformed one (after the beginning: %s)",
    async (message, isInit) => {
      const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
      await once(socket, "open");
      if (isInit) {
        socket.send(JSON.stringify({ type: "connection_init" }));
        await once(socket, "message");
      }
      socket.send(JSON.stringify(message));
      const [code, reason] = (await once(socket, "close")) as [number, Buffer];
      expect([code, String(reason)]).toEqual([4400, "Invalid message received"]);
      expect(gateway.log.filter(({ level }) => level === "error")).toEqual([]);
    },
  );
});

describe("codes of mistakes", () => {
  const codeOf = (text: string) => /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? text;

  it("are those that docs/errors.md promises", async () => {
    const asked = [
      { query: "{ hello }", operationName: "" },
      { query: "{ __schema { queryType { name } } }" },
      { query: "{ hello }", extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } },
      { query: "{ hello }", extensions: { persistedQuery: { version: 2, sha256Hash: "0" } } },
    ];
    const codes = [];
    for (const body of asked) codes.push(codeOf(await post("", JSON.stringify(body))));
    expect(codes).toEqual([
      expect.stringContaining('"data":{"hello":"hello"}'),
      "INTROSPECTION_DISABLED",
      "BAD_REQUEST",
      "BAD_REQUEST",
    ]);
    const subscription = await post("/stream", JSON.stringify({ query: "subscription { wait @skip(if: true) }" }));
    expect(codeOf(subscription)).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  it.each([
    [
      "a name that is a number",
      { query: "{ hello }", operationName: 7 },
      "`operationName`: expected a text, got a number.",
    ],
    [
      "a name that is an object",
      { query: "{ hello }", operationName: {} },
      "`operationName`: expected a text, got an object.",
    ],
    [
      "extensions that are a text",
      { query: "{ hello }", extensions: "x" },
      "`extensions`: expected an object, got a string.",
    ],
    [
      "extensions that are a list",
      { query: "{ hello }", extensions: [1] },
      "`extensions`: expected an object, got a list.",
    ],
  ])("are the same at both addresses: %s", async (_name, body, message) => {
    const refusal = JSON.stringify({ errors: [{ message, extensions: { code: "BAD_REQUEST" } }] });
    for (const path of ["", "/stream"]) expect(await post(path, JSON.stringify(body))).toContain(refusal);
  });

  it("says by event too whether no operation was named, or another one", async () => {
    const query = "query A { hello } query B { hello }";
    const messages = [];
    for (const path of ["", "/stream"]) {
      for (const operationName of [undefined, "C"]) {
        messages.push(/"message":"(.*?)","/.exec(await post(path, JSON.stringify({ query, operationName })))?.[1]);
      }
    }
    const expected = [
      "Must provide operation name if query contains multiple operations.",
      String.raw`Unknown operation named \"C\".`,
    ];
    expect(messages).toEqual([...expected, ...expected]);
  });
});
