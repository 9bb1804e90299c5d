import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "@jest/globals";

import { readPersistedDocuments } from "#edge";
import { canonicalText, createAllowList } from "../../../src/edge/documents/persisted-documents.ts";
import { toGraphqlRequest } from "../../../src/edge/http/request.ts";
import { createOptions, startGateway, type TestGateway } from "../gateway.ts";

const LISTED = "query Listed { hello }";
const hash = createHash("sha256").update(LISTED).digest("hex");
const documents = readPersistedDocuments(JSON.stringify({ [`sha256:${hash}`]: LISTED }));
const answered = { status: 200, body: { data: { hello: "hello" } } };

let gateway: TestGateway;
afterEach(() => gateway.stop());

describe("a list of documents that is enforced", () => {
  it.each([
    ["its id", { documentId: `sha256:${hash}` }],
    ["its hash", { documentId: hash }],
    ["the hash of a persisted query", { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }],
    ["its text", { query: LISTED }],
    ["its text, laid out in another way", { query: "query Listed\n{\n  hello # yes\n}" }],
  ])("answers for a document by %s", async (_name, body) => {
    gateway = await startGateway({ persistedDocuments: { mode: "enforce", documents } });
    expect(await gateway.ask(body)).toMatchObject(answered);
  });

  it("is searched once for a text that comes again and again", async () => {
    let searched = 0;
    const allow = createAllowList({ mode: "enforce", documents }, () => (searched += 1), createOptions().logger);
    const request = toGraphqlRequest({ query: "{ hello }" });
    for (let time = 0; time < 3; time += 1) expect(() => allow(request, "a request")).toThrow("not on the allow list");
    expect(searched).toBe(1);
  });

  it("answers for a document by its id with GET", async () => {
    gateway = await startGateway({ persistedDocuments: { mode: "enforce", documents } });
    const headers = { "apollo-require-preflight": "1" };
    const byId = await fetch(`${gateway.url}?documentId=sha256:${hash}`, { headers });
    expect({ status: byId.status, body: await byId.json() }).toMatchObject(answered);
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hash } });
    const byHash = await fetch(`${gateway.url}?extensions=${encodeURIComponent(extensions)}`, { headers });
    expect({ status: byHash.status, body: await byHash.json() }).toMatchObject(answered);
  });

  it.each([
    ["another text", { query: "{ hello }" }, "PERSISTED_DOCUMENT_REQUIRED"],
    ["introspection", { query: "{ __schema { queryType { name } } }" }, "PERSISTED_DOCUMENT_REQUIRED"],
    ["what is no document", { query: "{" }, "PERSISTED_DOCUMENT_REQUIRED"],
    ["another id", { documentId: "sha256:0000" }, "PERSISTED_DOCUMENT_NOT_FOUND"],
    ["nothing", { operationName: "Listed" }, "PERSISTED_DOCUMENT_NOT_FOUND"],
  ])("refuses %s and says what to do", async (_name, body, code) => {
    gateway = await startGateway({ persistedDocuments: { mode: "enforce", documents } });
    expect(await gateway.ask(body)).toMatchObject({
      status: 400,
      body: { errors: [{ message: expect.stringContaining("allow list"), extensions: { code } }] },
    });
  });
});

describe.each(["enforce", "log"] as const)("a list of documents in mode %s", (mode) => {
  it("is not searched for a document that is beyond the limits", async () => {
    gateway = await startGateway({ persistedDocuments: { mode, documents } });
    const query = `${"{ hello ".repeat(17)}${"}".repeat(17)}`;
    expect(await gateway.ask({ query })).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: "LIMIT_EXCEEDED", limit: "depth", actual: 17 } }] },
    });
    expect(gateway.logText()).not.toContain("allow list");
  });
});

describe("a listed document", () => {
  const text =
    "query A($a: Int, $b: Int) { y: f(b: $b, a: $a, in: { c: 1, d: 2 }) { i j } ...F } fragment F on T { k }";

  it("is known again in another order, and no other document is taken for it", async () => {
    gateway = await startGateway();
    const sorted =
      "fragment F on T { k } query A($b: Int, $a: Int) { ...F y: f(in: { d: 2, c: 1 }, a: $a, b: $b) { j i } }";
    expect(canonicalText(sorted)).toBe(canonicalText(text));
    for (const other of [text.replace("i j", "i"), text.replace("y:", "z:"), text.replace("b: $b", "b: $a")]) {
      expect(canonicalText(other)).not.toBe(canonicalText(text));
    }
  });
});

describe("a list of documents that is only watched", () => {
  it("answers for every document and logs those that are missing", async () => {
    gateway = await startGateway({ persistedDocuments: { mode: "log", documents } });
    expect(await gateway.ask({ documentId: hash })).toMatchObject(answered);
    expect(await gateway.ask({ query: LISTED })).toMatchObject(answered);
    expect(await gateway.ask({ query: "{ hello }" }, { "x-request-id": "missing" })).toMatchObject(answered);
    const told = gateway.log.filter(({ msg }) => msg === "document is not on the allow list");
    expect(told.map(({ requestId }) => requestId)).toEqual(["missing"]);
  });
});

describe("an id where it stands for no document", () => {
  const headers = { "apollo-require-preflight": "1" };
  const off = {
    status: 400,
    body: {
      errors: [
        {
          message: "Persisted documents are off at this gateway: send the text of the document as `query`.",
          extensions: { code: "PERSISTED_DOCUMENTS_OFF" },
        },
      ],
    },
  };

  it("is refused if there is no list, by POST and GET", async () => {
    gateway = await startGateway();
    expect(await gateway.ask({ documentId: `sha256:${hash}` })).toMatchObject(off);
    const byGet = await fetch(`${gateway.url}?documentId=sha256:${hash}`, { headers });
    expect({ status: byGet.status, body: await byGet.json() }).toMatchObject(off);
    expect(await gateway.ask({ documentId: hash, query: LISTED })).toMatchObject(answered);
    expect(await gateway.ask({})).toMatchObject({ body: { errors: [{ extensions: { code: "BAD_REQUEST" } }] } });
  });

  it("is refused if the list that is only watched lacks it", async () => {
    gateway = await startGateway({ persistedDocuments: { mode: "log", documents } });
    expect(await gateway.ask({ documentId: "sha256:0000" })).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: "PERSISTED_DOCUMENT_NOT_FOUND" } }] },
    });
    const extensions = { persistedQuery: { version: 1, sha256Hash: "0000" } };
    expect(await gateway.ask({ extensions })).toMatchObject({
      body: { errors: [{ extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } }] },
    });
  });
});

describe("persisted queries that a client registers", () => {
  it("are found by their hash from then on", async () => {
    gateway = await startGateway();
    const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
    expect(await gateway.ask({ extensions })).toMatchObject({
      status: 200,
      body: { errors: [{ message: "PersistedQueryNotFound", extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } }] },
    });
    expect(await gateway.ask({ query: LISTED, extensions })).toMatchObject(answered);
    expect(await gateway.ask({ extensions })).toMatchObject(answered);
  });
});

describe("a manifest", () => {
  it("is read in both formats, and in no other", async () => {
    gateway = await startGateway();
    const operations = [{ id: hash, body: LISTED, name: "Listed", type: "query" }];
    const apollo = JSON.stringify({ format: "apollo-persisted-query-manifest", version: 1, operations });
    expect(readPersistedDocuments(apollo)).toEqual(documents);
    for (const text of ["[]", "1", '{"a":1}', '{"operations":[1]}']) {
      expect(() => readPersistedDocuments(text)).toThrow("neither an object of texts by hash nor Apollo's format");
    }
  });
});
