import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const BODY = '{"query":"{ hello }"}';

describe("the door", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    const hello = { Query: { hello: () => "hello" } };
    const schema = stubSchema("type Query { hello: String } type Subscription { x: String }", hello);
    gateway = await startGateway({ schema, corsOrigins: ["https://console.example"] });
  });
  afterAll(() => gateway.stop());

  const raw = (lines: readonly string[], body = "") =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text));
      socket.on("error", reject);
      socket.write(
        [...lines, "host: localhost", "connection: close", `content-length: ${Buffer.byteLength(body)}`, "", body].join(
          "\r\n",
        ),
      );
    });
  const head = (answer: string) => {
    const [status, ...headers] = (answer.split("\r\n\r\n")[0] ?? "").split("\r\n");
    return { status, allow: headers.find((header) => header.toLowerCase().startsWith("allow:")) };
  };

  it.each([
    ["a form", "application/x-www-form-urlencoded"],
    ["a multipart form", "multipart/form-data; boundary=x"],
    ["plain text", "text/plain"],
    ["GraphQL as such", "application/graphql"],
    ["another charset", "application/json; charset=iso-8859-1"],
    ["UTF-16", "application/json; charset=utf-16"],
    ["nonsense", "json"],
  ])("refuses %s with 415", async (_name, type) => {
    expect(head(await raw(["POST /graphql HTTP/1.1", `content-type: ${type}`], BODY))).toEqual({
      status: "HTTP/1.1 415 Unsupported Media Type",
      allow: undefined,
    });
  });

  it("refuses a body without a content type with 415", async () => {
    expect(head(await raw(["POST /graphql HTTP/1.1"], BODY)).status).toBe("HTTP/1.1 415 Unsupported Media Type");
  });

  it.each(["utf-8", "UTF-8", '"utf-8"', "utf8"])("takes charset=%s", async (charset) => {
    const type = `content-type: application/json;charset=${charset}`;
    expect(head(await raw(["POST /graphql HTTP/1.1", type], BODY)).status).toBe("HTTP/1.1 200 OK");
  });

  it.each(["TRACE", "PUT", "DELETE", "PATCH", "HEAD", "PROPFIND"])(
    "refuses %s with 405 and says what is allowed",
    async (method) => {
      expect(head(await raw([`${method} /graphql HTTP/1.1`]))).toEqual({
        status: "HTTP/1.1 405 Method Not Allowed",
        allow: "allow: GET, POST, OPTIONS",
      });
    },
  );

  it("refuses a GET that a foreign page could have sent", async () => {
    const response = await fetch(`${gateway.url}?query={hello}`);
    const { errors } = (await response.json()) as { errors: [{ extensions: unknown }] };
    expect({ status: response.status, extensions: errors[0].extensions }).toEqual({
      status: 400,
      extensions: { code: "BAD_REQUEST" },
    });
  });

  it.each(["apollo-require-preflight", "x-apollo-operation-name"])("answers a GET with %s", async (name) => {
    const response = await fetch(`${gateway.url}?query={hello}`, { headers: { [name]: "x" } });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 200,
      body: { data: { hello: "hello" } },
    });
  });

  it("measures what comes with GET, too", async () => {
    const query = `{ ${"hello ".repeat(101)} }`;
    const response = await fetch(`${gateway.url}?query=${encodeURIComponent(query)}`, {
      headers: { "apollo-require-preflight": "1" },
    });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { limit: "rootFields" } }] },
    });
  });

  it.each([
    ["", "variables"],
    ["", "extensions"],
    ["/stream", "variables"],
    ["/stream", "extensions"],
  ])("refuses GET %s whose %s cannot be read", async (path, name) => {
    const response = await fetch(`${gateway.url}${path}?query={hello}&${name}={`, {
      headers: { "apollo-require-preflight": "1" },
    });
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 400,
      body: { errors: [{ message: `The parameter ${name} is not JSON.`, extensions: { code: "BAD_REQUEST" } }] },
    });
  });

  it.each([
    ["what is not JSON", "{", "The body is not JSON."],
    ["what is not UTF-8", Buffer.from([0x22, 0xff, 0x22]), "The body is not UTF-8."],
  ])("refuses %s with 400", async (_name, body, message) => {
    const response = await fetch(gateway.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 400,
      body: { errors: [{ message, extensions: { code: "BAD_REQUEST" } }] },
    });
  });

  it("refuses with 406 who accepts no GraphQL answer", async () => {
    const { status, body } = await gateway.ask({ query: "{ hello }" }, { accept: "image/png" });
    expect({ status, body }).toEqual({
      status: 406,
      body: {
        errors: [
          {
            message: "Accept application/json or application/graphql-response+json.",
            extensions: { code: "NOT_ACCEPTABLE" },
          },
        ],
      },
    });
  });

  it("sends subscriptions to the transports that serve them", async () => {
    const { status, body } = await gateway.ask({ query: "subscription { x }" });
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        errors: [
          {
            message: "Subscriptions are served over WebSocket (graphql-transport-ws) and server-sent events.",
            extensions: { code: "BAD_REQUEST" },
          },
        ],
      },
    });
  });

  it("lets pages of listed origins in, and no others", async () => {
    const ask = async (origin: string, method: string) => {
      const headers = { origin, "content-type": "application/json", "access-control-request-method": "POST" };
      const response = await fetch(gateway.url, { method, headers, ...(method === "POST" ? { body: BODY } : {}) });
      return [response.status, response.headers.get("access-control-allow-origin"), response.headers.get("vary")];
    };
    expect(await ask("https://console.example", "OPTIONS")).toEqual([204, "https://console.example", "Origin"]);
    expect(await ask("https://console.example", "POST")).toEqual([200, "https://console.example", "Origin"]);
    expect(await ask("https://evil.example", "OPTIONS")).toEqual([204, null, "Origin"]);
    expect(await ask("https://evil.example", "POST")).toEqual([200, null, "Origin"]);
  });

  it("answers 404 elsewhere", async () => {
    const response = await fetch(new URL("/nowhere", gateway.url));
    expect([response.status, await response.text()]).toEqual([404, "Not found. GraphQL is at /graphql.\n"]);
  });

  it("gives back a sane request id and replaces another one", async () => {
    const idFor = async (id: string) =>
      (await gateway.ask({ query: "{ hello }" }, { "x-request-id": id })).headers.get("x-request-id");
    expect(await idFor("trace-1")).toBe("trace-1");
    expect(await idFor("<script>")).toMatch(/^[0-9a-f-]{36}$/);
  });
});
