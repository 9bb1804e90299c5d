import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";

import { createDocuments } from "../../../src/edge/documents/documents.ts";
import { stubSchema } from "../gateway.ts";

const keyOf = (text: string) => `prefix:${createHash("sha256").update(text).digest("hex")}`;

describe("documents that were read", () => {
  const schema = stubSchema("type Query { hello: String }", {});
  const ask = (text: string, documents = createDocuments({ schema, introspection: true })) => {
    const { rows } = documents.measure(text, { variables: {}, operationName: null });
    return { documents, rows };
  };

  it("are one object for all transports, each time the text comes", async () => {
    const text = "{ hello }";
    const { documents, rows } = ask(text);
    const document = documents.validated(text);
    expect([
      rows,
      documents.validated(text) === document,
      (await documents.store.get(keyOf(text))) === document,
    ]).toEqual([0, true, true]);
  });

  it("are not there for the engine if they are not valid, cannot be parsed or never came", async () => {
    const texts = ["{ helo }", "{ hello", "{ hello hello }"];
    const { documents } = ask(texts[0] ?? "");
    ask(texts[1] ?? "", documents);
    expect(await Promise.all(texts.map((text) => documents.store.get(keyOf(text))))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const codes = texts.map((text) => {
      const read = documents.validated(text);
      return "kind" in read ? [] : read.map(({ message, extensions }) => [message, extensions.code]);
    });
    expect(codes).toEqual([
      [['Cannot query field "helo" on type "Query". Did you mean "hello"?', "GRAPHQL_VALIDATION_FAILED"]],
      [["Syntax Error: Expected Name, found <EOF>.", "GRAPHQL_PARSE_FAILED"]],
      [],
    ]);
  });

  it("may be dropped, and are read anew", async () => {
    const text = "{ hello }";
    const { documents } = ask(text);
    const document = documents.validated(text);
    expect([await documents.store.delete(keyOf(text)), documents.validated(text) === document]).toEqual([true, false]);
  });
});
