import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { describe, expect, it } from "@jest/globals";
import { FailedRunsDocument, RunStatusDocument, WatchRunDocument } from "cloud-assistant-gateway/documents";
import {
  buildSchema,
  getNamedType,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { parse as parseYaml } from "yaml";
import { describeFacts, describeScalars } from "../../scripts/schema-facts.ts";
import { startGraphServer } from "../support/graph-server.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");
const FILES = ["schema/operations", "schema/subscriptions"].flatMap((folder) =>
  readdirSync(new URL(folder, ROOT)).map((name) => `${folder}/${name}`),
);

/** What any typed GraphQL client does with a document. */
async function ask<Data, Variables>(
  url: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, {
    method: "POST",
    headers,
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data } = (await answer.json()) as { readonly data: Data };
  return data;
}

describe("the operations", () => {
  const schema = buildSchema(read("schema/schema.graphql"));

  it.each(FILES)("%s holds one operation of its own name that stands alone and is valid", (path) => {
    const document = parse(read(path));
    const names = document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? definition.name?.value : definition.kind,
    );
    expect(names).toEqual([
      basename(path, ".graphql").replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase()),
    ]);
    expect(validate(schema, document)).toEqual([]);
  });

  it.each(FILES)("%s says of every list of sources how each of them fared", (path) => {
    const types = new TypeInfo(schema);
    const silent: string[] = [];
    const enter = ({ selectionSet }: { selectionSet?: SelectionSetNode | undefined }) => {
      const type = getNamedType(types.getType());
      if (!isObjectType(type) || !type.name.endsWith("Connection") || !("sources" in type.getFields())) return;
      const text = selectionSet === undefined ? "" : print(selectionSet).replace(/\s+/g, " ");
      if (!/ sources { provider account regionId ok asOf isComplete error { code message( retryable)? } }/.test(text))
        silent.push(type.name);
    };
    visit(parse(read(path)), visitWithTypeInfo(types, { Field: { enter } }));
    expect(silent).toEqual([]);
  });

  it.each(FILES)("%s says of every list whether it goes on, and of one within another how long it is", (path) => {
    const types = new TypeInfo(schema);
    const silent: string[] = [];
    const enter = ({ selectionSet }: { selectionSet?: SelectionSetNode | undefined }) => {
      const type = getNamedType(types.getType())?.name ?? "";
      if (!type.endsWith("Connection") || selectionSet === undefined) return;
      const text = print(selectionSet).replace(/\s+/g, " ");
      const isWithin = types.getParentType()?.name !== "Query";
      if (!/ pageInfo { hasNextPage /.test(text) || (isWithin && !/ totalCount /.test(text))) silent.push(type);
    };
    visit(parse(read(path)), visitWithTypeInfo(types, { Field: { enter } }));
    expect(silent).toEqual([]);
  });

  it("each begin with a line that says what they are for", () => {
    expect(FILES.filter((path) => !/^# [A-Z].+\n/.test(read(path)))).toEqual([]);
  });
});

describe("the generated files", () => {
  it("are what `npm run generate` makes of the schema and the operations", async () => {
    const cli = ["node_modules/@graphql-codegen/cli/esm/bin.js", "--config", "codegen.yml", "--check"];
    await expect(promisify(execFile)(process.execPath, cli, { cwd: ROOT })).resolves.toBeDefined();
  });

  it("hold what caches and generators have to know of the schema", () => {
    const schema = buildSchema(read("schema/schema.graphql"));
    const { scalars } = parseYaml(read("codegen.yml")).config as { readonly scalars: Record<string, string> };
    expect(read("src/client/generated/schema-facts.ts")).toBe(describeFacts(schema));
    expect(read("schema/scalars.json")).toBe(describeScalars(schema, scalars));
  });

  it("can be imported by the names of the package", () => {
    const require = createRequire(import.meta.url);
    const files = ["introspection.json", "scalars.json", "persisted-documents.json", "schema.graphql"];
    expect(
      files.map((name) => require.resolve(`cloud-assistant-gateway/${name}`).replace(fileURLToPath(ROOT), "")),
    ).toEqual([
      "schema/introspection.json",
      "schema/scalars.json",
      "src/client/generated/documents/persisted-documents.json",
      "schema/schema.graphql",
    ]);
    expect(WatchRunDocument).toMatchObject({ kind: Kind.DOCUMENT });
  });

  it("hold a manifest with the SHA-256 of every operation", () => {
    const manifest: unknown = JSON.parse(read("src/client/generated/documents/persisted-documents.json"));
    const entries = Object.entries(manifest as Record<string, string>);
    expect(entries).toHaveLength(FILES.length);
    expect(entries.map(([hash]) => hash)).toEqual(
      entries.map(([, text]) => `sha256:${createHash("sha256").update(text).digest("hex")}`),
    );
  });
});

describe("typed documents", () => {
  it("type the variables and the data", async () => {
    const statusCounts = [{ status: "RUNNING", count: 2 }];
    const run = {
      __typename: "Invocation",
      id: "a",
      provider: "ECS",
      account: "default",
      regionId: "cn-hangzhou",
      invokeId: "t-1",
      status: "RUNNING",
      rawStatus: "Running",
      isFinal: false,
      isGoneUpstream: false,
      statusCounts,
    };
    const { url, close } = await startGraphServer({ node: run });
    const { node } = await ask(url, RunStatusDocument, { id: "a" });
    await close();
    expect(node?.__typename === "Invocation" ? [node.status, node.isFinal] : null).toEqual(["RUNNING", false]);
  });

  it("do not compile with other variables", () => {
    // @ts-expect-error: the variable `since` is missing
    const question = () => ask("http://gateway.example/graphql", FailedRunsDocument, {});
    expect(question).toBeDefined();
  });
});
