import { createHash } from "node:crypto";
import { type ASTNode, type DefinitionNode, Kind, parse, print, type SelectionNode, visit } from "graphql";
import { LRUCache } from "lru-cache";
import { RefusalError } from "../errors/index.ts";
import { type GraphqlRequest, withoutMark } from "../http/index.ts";
import type { Logger } from "../telemetry/index.ts";

/** What happens to documents that are not on the list: nothing, a line in the log, or a refusal. */
type PersistedDocumentsMode = "off" | "log" | "enforce";

/** The documents that may be asked for by id. */
export interface PersistedDocumentsOptions {
  readonly mode: PersistedDocumentsMode;
  /** Text by SHA-256 in hexadecimal. */
  readonly documents: ReadonlyMap<string, string>;
}

/** Puts the document in the place of its id, and checks that what came is on the list. */
type AllowList = (request: GraphqlRequest, requestId: string) => GraphqlRequest;

/**
 * Reads a manifest: an object of texts by hash as GraphQL code generator's client preset writes it, or Apollo's
 * `apollo-persisted-query-manifest`.
 * @throws Error where it is neither
 */
export function readPersistedDocuments(manifest: string): ReadonlyMap<string, string> {
  const parsed: unknown = JSON.parse(withoutMark(manifest));
  const entries =
    isObject(parsed) && Array.isArray(parsed.operations) ? fromApollo(parsed.operations) : fromObject(parsed);
  return new Map(entries.map(([id, text]) => [hashOf(id), text]));
}

/**
 * The list as the mode wants it; in mode `off` everything passes as it came but an id alone, which stands for nothing then.
 * @param check throws RefusalError for a text whose cost cannot be borne: to write one that is nested thousands of levels deep takes long
 */
export function createAllowList(
  { mode, documents }: PersistedDocumentsOptions,
  check: (text: string) => unknown,
  logger: Logger,
): AllowList {
  if (mode === "off") {
    return (request) => {
      if (isIdAlone(request)) throw isOff();
      return request;
    };
  }
  const isListed = createLookUp({ documents, texts: new Set([...documents.values()].map(canonicalText)), check });
  return (request, requestId) => {
    const known = request.documentId === null ? undefined : documents.get(hashOf(request.documentId));
    if (known !== undefined) return withQuery(request, known);
    if (request.query === null && mode === "log" && !isIdAlone(request)) return request;
    if (request.query === null) throw notFound(request.documentId);
    if (isListed(request.query)) return request;
    if (mode === "enforce") throw notListed();
    logger.warn({ requestId, hash: sha256(request.query) }, "document is not on the allow list");
    return request;
  };
}

/** The request with this text in the place of an id or a hash. */
export function withQuery(request: GraphqlRequest, query: string): GraphqlRequest {
  if (request.method === "POST") {
    const { documentId: _id, extensions, ...body } = request.body as Record<string, unknown>;
    return { ...request, query, persistedQuery: null, body: { ...body, query, extensions: withoutHash(extensions) } };
  }
  const parameters = new URLSearchParams(request.search);
  parameters.delete("documentId");
  parameters.delete("extensions");
  parameters.set("query", query);
  return { ...request, query, persistedQuery: null, search: `?${parameters}` };
}

function withoutHash(extensions: unknown): object {
  if (!isObject(extensions)) return {};
  const { persistedQuery: _hash, ...others } = extensions;
  return others;
}

interface List extends Pick<PersistedDocumentsOptions, "documents"> {
  /** In the form that is the same for all documents that mean the same. */
  readonly texts: ReadonlySet<string>;
  readonly check: (text: string) => unknown;
}

// A client that is newer than the list sends the same few again and again, and to write one down anew takes milliseconds.
const MOST_LOOKED_UP = 4_096;

/** Whether a text is listed, found out once for each. */
function createLookUp({ documents, texts, check }: List): (query: string) => boolean {
  const found = new LRUCache<string, boolean>({ max: MOST_LOOKED_UP });
  const lookUp = (query: string): boolean => {
    try {
      check(query);
      return texts.has(canonicalText(query));
    } catch (error) {
      if (error instanceof RefusalError) throw error;
      return false;
    }
  };
  return (query) => {
    const hash = sha256(query);
    const isListed = documents.has(hash) || (found.get(hash) ?? lookUp(query));
    found.set(hash, isListed);
    return isListed;
  };
}

/** True if an id is all that names a document: a hash may be that of a persisted query. */
function isIdAlone({ query, documentId, persistedQuery }: GraphqlRequest): boolean {
  return query === null && documentId !== null && persistedQuery == null;
}

function isOff(): RefusalError {
  const message = "Persisted documents are off at this gateway: send the text of the document as `query`.";
  return new RefusalError(400, "PERSISTED_DOCUMENTS_OFF", message);
}

function notFound(id: string | null): RefusalError {
  const message =
    id === null
      ? "Only documents on the allow list are executed: send the documentId of one."
      : "No document of this id is on the allow list: this client is newer or older than the list. Publish its manifest to the gateway.";
  return new RefusalError(400, "PERSISTED_DOCUMENT_NOT_FOUND", message);
}

function notListed(): RefusalError {
  return new RefusalError(
    400,
    "PERSISTED_DOCUMENT_REQUIRED",
    "This document is not on the allow list. Add it to the manifest that the gateway reads, and send its documentId.",
  );
}

function fromApollo(operations: readonly unknown[]): [string, string][] {
  return operations.map((operation) => {
    if (!isObject(operation) || typeof operation.id !== "string" || typeof operation.body !== "string")
      throw unreadable();
    return [operation.id, operation.body];
  });
}

function fromObject(parsed: unknown): [string, string][] {
  if (!isObject(parsed)) throw unreadable();
  return Object.entries(parsed).map(([id, text]) => {
    if (typeof text !== "string") throw unreadable();
    return [id, text];
  });
}

function unreadable(): Error {
  return new Error("The manifest of persisted documents is neither an object of texts by hash nor Apollo's format.");
}

function hashOf(id: string): string {
  return id.replace(/^sha256:/, "");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The same text for documents that mean the same but for the order of definitions, fields, arguments and variables: code
 * generators sort what they write into a manifest, clients send what was written by hand. Takes time in proportion to the text.
 * @throws GraphQLError where the text is no document
 */
export function canonicalText(text: string): string {
  const document = visit(parse(text, { noLocation: true }), {
    Document: (node) => ({ ...node, definitions: sorted(node.definitions, definitionKey) }),
    OperationDefinition: (node) => ({
      ...node,
      variableDefinitions: sorted(node.variableDefinitions, ({ variable }) => variable.name.value),
    }),
    SelectionSet: (node) => ({ ...node, selections: sorted(node.selections, selectionKey) }),
    Field: (node) => ({ ...node, arguments: sorted(node.arguments, nameKey) }),
    Directive: (node) => ({ ...node, arguments: sorted(node.arguments, nameKey) }),
    ObjectValue: (node) => ({ ...node, fields: sorted(node.fields, nameKey) }),
  });
  return print(document);
}

function sorted<Node extends ASTNode>(nodes: readonly Node[] | undefined, keyOf: (node: Node) => string): Node[] {
  const keyed = (nodes ?? []).map((node) => ({ node, key: keyOf(node) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ node }) => node);
}

function nameKey({ name }: { readonly name: { readonly value: string } }): string {
  return name.value;
}

function definitionKey(node: DefinitionNode): string {
  return `${node.kind} ${"name" in node ? (node.name?.value ?? "") : ""}`;
}

function selectionKey(node: SelectionNode): string {
  if (node.kind === Kind.INLINE_FRAGMENT) return `${node.kind} ${node.typeCondition?.name.value ?? ""}`;
  return `${node.kind} ${node.name.value} ${"alias" in node ? (node.alias?.value ?? "") : ""}`;
}
