import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "@jest/globals";

import type { ServerOptions } from "#edge";
import { TRANSPORTS } from "../../support/live.ts";
import { freeClient, startGateway, stubSchema, type TestGateway } from "../gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.stop());

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request, answered or refused, on a connection of its own. */
function ask({ method = "GET", path = "/graphql", headers = {}, body = "" }: Asked): Promise<[number, string]> {
  const { port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
    call.on("response", async (response) => resolve([response.statusCode ?? 0, await text(response)]));
    call.on("error", reject).end(body);
  });
}

const UPGRADE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-protocol": "graphql-transport-ws",
};
const FOREIGN = { host: "evil.example" };
const JSON_BODY = { "content-type": "application/json" };
const FROM_SCRIPT = { ...JSON_BODY, accept: "text/event-stream" };
const WITHOUT_VARIABLE = JSON.stringify({ query: "query ($no: Boolean!) { hello @skip(if: $no) }" });
const STRICT = { ...JSON_BODY, accept: "application/graphql-response+json" };

const REFUSED: readonly (readonly [string, number, Asked])[] = [
  ["a method of /graphql", 405, { method: "PUT" }],
  ["a body of /graphql", 400, { method: "POST", headers: JSON_BODY, body: "{" }],
  ["a document of /graphql", 400, { method: "POST", headers: STRICT, body: '{"query":"{ nothing }"}' }],
  [
    "a document of /graphql, with the status of an answer",
    200,
    { method: "POST", headers: JSON_BODY, body: '{"query":"{ nothing }"}' },
  ],
  [
    "variables of /graphql, with the status of an answer",
    200,
    { method: "POST", headers: JSON_BODY, body: WITHOUT_VARIABLE },
  ],
  [
    "a document of /graphql/stream",
    200,
    { method: "POST", path: "/graphql/stream", headers: FROM_SCRIPT, body: '{"query":"{ nothing }"}' },
  ],
  [
    "variables of /graphql/stream",
    200,
    { method: "POST", path: "/graphql/stream", headers: FROM_SCRIPT, body: WITHOUT_VARIABLE },
  ],
  ["a method of /graphql/stream", 405, { method: "PUT", path: "/graphql/stream" }],
  ["a body of /graphql/stream", 400, { method: "POST", path: "/graphql/stream", headers: JSON_BODY, body: "{" }],
  ["a method of /mcp", 405, { path: "/mcp" }],
  ["a body of /mcp", 400, { method: "POST", path: "/mcp", headers: JSON_BODY, body: "{" }],
  [
    "an unknown method of the protocol at /mcp",
    200,
    { method: "POST", path: "/mcp", headers: JSON_BODY, body: '{"jsonrpc":"2.0","id":1,"method":"nothing"}' },
  ],
  ["a method of /export", 405, { method: "PUT", path: "/export" }],
  ["a page that exports without a preflight", 400, { path: "/export" }],
  ["a method of /sign-in", 405, { method: "PUT", path: "/sign-in" }],
  ["a method of /livez", 405, { method: "PUT", path: "/livez" }],
  ["a path", 404, { path: "/nowhere" }],
  ["a file of the explorer", 404, { path: "/explorer/nothing.js" }],
  ["a foreign `Host`", 421, { headers: FOREIGN }],
  ["a foreign `Host` with a preflight", 421, { method: "OPTIONS", headers: FOREIGN }],
  ["a WebSocket to a foreign `Host`", 421, { headers: { ...UPGRADE, ...FOREIGN } }],
  ["a WebSocket of a foreign page", 403, { headers: { ...UPGRADE, origin: "https://evil.example" } }],
  ["a WebSocket elsewhere", 404, { path: "/nowhere", headers: UPGRADE }],
];

describe("a refusal waits for one turn, and keeps nobody waiting meanwhile:", () => {
  it.each(REFUSED)("%s", async (_name, status, asked) => {
    const events: (string | number)[] = [];
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let beginTurn = (): void => {};
    const waits = new Promise<void>((resolve) => {
      beginTurn = resolve;
    });
    const turn = () => {
      events.push("a turn");
      beginTurn();
      return held;
    };
    const options = { tools: { version: "1", documents: [] }, explorer: "offline" } as const;
    gateway = await startGateway(options, { of: () => ({ ...freeClient, turn }) });
    const answered = ask(asked).then(([came]) => events.push(came));
    await Promise.race([waits, answered]);
    const [others] = await ask({ path: "/livez" });
    events.push(`others: ${others}`);
    letGo();
    await answered;
    expect(events).toEqual(["a turn", "others: 200", status]);
  });
});

describe("errors alone wait for one turn:", () => {
  it.each([
    ["websocket", "{ nothing }", 0],
    ["websocket", "query ($no: Boolean!) { hello @skip(if: $no) }", 1],
    ["websocket", "{ hello }", 1],
    ["server-sent events", "{ hello }", 1],
  ] as const)("%s, %s: %i results", async (transport, query, results) => {
    const counted = await startCounting({
      schema: stubSchema("type Query { hello: String }", {
        Query: {
          hello: () => {
            throw new Error("no");
          },
        },
      }),
    });
    const told = TRANSPORTS[transport](gateway.url, { query });
    await told.end;
    await told.leave();
    expect([told.results.length, counted]).toEqual([results, { heavy: 0, parts: 1 }]);
  });
});

describe("a subscription is opened in a turn of its own:", () => {
  it.each(["websocket", "server-sent events"] as const)("over %s", async (transport) => {
    const schema = stubSchema("type Query { hello: String } type Subscription { hello: String }");
    Object.assign(schema.getSubscriptionType()?.getFields().hello ?? {}, {
      async *subscribe() {
        yield { hello: "one" };
        yield { hello: "two" };
      },
    });
    const counted = await startCounting({ schema });
    const told = TRANSPORTS[transport](gateway.url, { query: "subscription { hello }" });
    const end = await told.end;
    await told.leave();
    expect([told.results, end, counted]).toMatchObject([
      [{ data: { hello: "one" } }, { data: { hello: "two" } }],
      "complete",
      { heavy: 0, parts: 1 },
    ]);
  });
});

/** What comes on a connection of its own until the gateway closes it. */
async function write(...pieces: readonly string[]): Promise<string> {
  const { port } = new URL(gateway.url);
  const socket = connect({ host: "127.0.0.1", port: Number(port) });
  for (const piece of pieces) socket.write(piece);
  return text(socket);
}

const START = "POST /graphql HTTP/1.1\r\nhost: localhost\r\n";

describe("what is no request waits for a turn, and is refused once:", () => {
  it.each([
    ["bytes of another protocol", "400 Bad Request", 1, ["\u0016\u0003\u0001", "more", "and more"]],
    ["too many headers", "431 Request Header Fields Too Large", 1, [`${START}a: ${"x".repeat(20_000)}\r\n`]],
    [
      "a body that comes in no chunks, for which its request is refused as well",
      "400 Bad Request",
      2,
      [`${START}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nnothing`],
    ],
  ])("%s", async (_name, status, parts, pieces) => {
    const counted = await startCounting();
    const came = await write(...pieces);
    expect([came, counted]).toEqual([`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, { heavy: 0, parts }]);
  });
});

/** A gateway that counts the turns for what is heavy, and the turns of parts. */
async function startCounting(options: Partial<ServerOptions> = {}) {
  const counted = { heavy: 0, parts: 0 };
  const arrive = (isHeavy = false) => {
    if (isHeavy) counted.heavy += 1;
    return null;
  };
  const turn = async () => {
    counted.parts += 1;
  };
  gateway = await startGateway(options, { of: () => ({ ...freeClient, arrive, turn }) });
  return counted;
}

describe("what takes long to be read waits for a turn of its own:", () => {
  const documentOf = (length: number) => "{ hello }".padEnd(length, "#");

  it.each(["/graphql", "/graphql/stream"])("a document of over 256 characters at %s, the first time", async (path) => {
    const counted = await startCounting();
    const turns: number[] = [];
    for (const length of [256, 257, 257, 258]) {
      const headers = { ...JSON_BODY, "apollo-require-preflight": "1" };
      const [status] = await ask({
        method: "POST",
        path,
        headers,
        body: JSON.stringify({ query: documentOf(length) }),
      });
      expect(status).toBe(200);
      turns.push(counted.heavy);
    }
    expect(turns).toEqual([0, 1, 1, 2]);
  });

  it.each([
    [4_096, 0],
    [4_097, 1],
    [15_000, 1],
  ])("a query string of %i characters: %i", async (length, heavy) => {
    const counted = await startCounting();
    const path = `/graphql${"?query={hello}&operationName=".padEnd(length, "&a")}`;
    const [status, body] = await ask({ path, headers: { "apollo-require-preflight": "1" } });
    expect([status, JSON.parse(body).data, counted]).toEqual([200, { hello: "hello" }, { heavy, parts: 0 }]);
  });

  it.each([
    [4_096, 0],
    [4_097, 1],
    [15_000, 1],
  ])("the address of an export of %i characters: %i", async (length, heavy) => {
    const openExport: ServerOptions["openExport"] = (parameters) => {
      const text = String(parameters.get("id")?.length);
      return {
        contentType: "text/plain",
        pieces: (async function* () {
          yield Buffer.from(text);
        })(),
        missing: [],
      };
    };
    const counted = await startCounting({ openExport });
    const answer = await ask({ path: "/export?id=".padEnd(length, "a"), headers: { "apollo-require-preflight": "1" } });
    expect([...answer, counted]).toEqual([200, String(length - "/export?id=".length), { heavy, parts: 0 }]);
  });
});

describe("a file is sent", () => {
  let folder: string;
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ["GET", 65_536, 0],
    ["GET", 65_537, 2],
    ["GET", 200_000, 4],
    ["HEAD", 200_000, 0],
  ])("at once up to 64 KB, and beyond in parts (%s, %i bytes: %i turns)", async (method, size, parts) => {
    folder = mkdtempSync(join(tmpdir(), "page-"));
    for (const name of ["assets", "docs"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "index.html"), "");
    const content = "0123456789".repeat(size / 10 + 1).slice(0, size);
    writeFileSync(join(folder, "assets", "a.js"), content);
    const counted = await startCounting({ page: { folder } });
    const answer = await ask({ method, path: "/assets/a.js" });
    expect([...answer, counted]).toEqual([200, method === "HEAD" ? "" : content, { heavy: 0, parts }]);
  });
});
