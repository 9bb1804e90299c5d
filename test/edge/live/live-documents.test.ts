import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { type LiveRequest, TRANSPORTS } from "../../support/live.ts";
import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const LISTED = "query Listed { hello }";
const hash = createHash("sha256").update(LISTED).digest("hex");
const ANSWER = {
  data: { hello: "hello" },
  extensions: { cost: { calls: 0, cached: 0, budget: 200 } },
};

describe("a list of documents that is enforced, over WebSocket and server-sent events", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      schema: stubSchema("type Query { hello: String }", { Query: { hello: () => "hello" } }),
      persistedDocuments: { mode: "enforce", documents: new Map([[hash, LISTED]]) },
    });
  });
  afterAll(() => gateway.stop());

  const overWebSocket = async (request: LiveRequest) => {
    const { results, end, leave } = TRANSPORTS.websocket(gateway.url, request);
    const told = { results, end: await end };
    await leave();
    return told;
  };
  const overEvents = async (request: object) => {
    const response = await fetch(`${gateway.url}/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify(request),
    });
    return { status: response.status, text: await response.text() };
  };

  it.each([
    ["its text", { query: LISTED }],
    ["its id", { query: "", extensions: { documentId: `sha256:${hash}` } }],
    ["the hash of a persisted query", { query: "", extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }],
  ])("answers for a document by %s over WebSocket", async (_name, request) => {
    expect(await overWebSocket(request)).toEqual({ results: [ANSWER], end: "complete" });
  });

  it.each([
    ["its text", { query: LISTED }],
    ["its id", { documentId: `sha256:${hash}` }],
    ["the hash of a persisted query", { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }],
  ])("answers for a document by %s over server-sent events", async (_name, request) => {
    const text = `event: next\ndata: ${JSON.stringify(ANSWER)}\n\nevent: complete\ndata:\n\n`;
    expect(await overEvents(request)).toEqual({ status: 200, text });
  });

  it("refuses others", async () => {
    const other = { query: "{ __typename }" };
    const errors = [{ extensions: { code: "PERSISTED_DOCUMENT_REQUIRED" } }];
    expect(await overWebSocket(other)).toMatchObject({ results: [], end: errors });
    const { status, text } = await overEvents(other);
    expect([status, JSON.parse(text)]).toMatchObject([400, { errors }]);
  });
});
