import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";

import { LIMITS, RefusalError, refuseAbove } from "../errors/index.ts";
import { readContentType } from "./media-type.ts";

/** What of a GraphQL request the door looks at; everything else is the engine's. */
export interface GraphqlRequest {
  readonly method: "GET" | "POST";
  /** The query string with its question mark, or nothing; of a GET what the engine reads of it. */
  readonly search: string;
  /** The parsed body of a POST. */
  readonly body: unknown;
  /** The document's text, where one came. */
  readonly query: string | null;
  readonly variables: unknown;
  readonly operationName: string | null;
  /** Id of a persisted document (GraphQL over HTTP, appendix A) or the hash of a persisted query, where one came. */
  readonly documentId: string | null;
  /** What a client says of an automatic persisted query, unchecked; null where it says nothing. */
  readonly persistedQuery: unknown;
}

// A piece takes as much time as some thousand bytes of a larger one, and the memory of some hundred.
const MOST_PIECES = 2_000;
const PIECE_BYTES = 256;
const ALLOW = { allow: "GET, POST, OPTIONS" };

/** To read more JSON than that takes some milliseconds. */
export const LONG_BODY = 16_384;
/** The same of a query string, which can hold a parameter in every second character. */
export const LONG_SEARCH = 4_096;

/** Counts what a client's bodies take that have not come whole. */
export interface Receiver {
  /** @throws RefusalError if so many bytes more are too many */
  receive(bytes: number): void;
  received(bytes: number): void;
}

/** Waits for the turn, and the room, in which so many bytes are read. To read long ones takes some milliseconds. */
export type Reading = (bytes: number, isLong: boolean) => Promise<unknown> | null;

/**
 * Reads a GraphQL request, and of its body no more than the limit.
 * @throws RefusalError for other methods, content types, charsets and encodings, too large or unreadable bodies, too many at once, and batches
 */
export async function readGraphqlRequest(
  request: IncomingMessage,
  receiver: Receiver,
  reading: Reading,
): Promise<GraphqlRequest> {
  const search = searchOf(request.url ?? "");
  if (request.method === "GET") {
    await reading(search.length, search.length > LONG_SEARCH);
    const parameters = new URLSearchParams(search);
    return { method: "GET", search: searchForEngine(parameters), body: undefined, ...fromSearch(parameters) };
  }
  if (request.method !== "POST") {
    throw new RefusalError(
      405,
      "METHOD_NOT_ALLOWED",
      `Method ${request.method}: use POST, or GET for queries.`,
      {},
      ALLOW,
    );
  }
  const body = await readJsonBody(request, receiver, reading);
  if (Array.isArray(body)) refuseBatch(body.length);
  return { method: "POST", search, body: withoutEmpty(body), ...fromBody(body) };
}

/**
 * Reads a body of JSON, and no more of it than the limit.
 * @throws RefusalError for other content types, charsets and encodings, and for too large or unreadable bodies, or too many at once
 */
export async function readJsonBody(request: IncomingMessage, receiver: Receiver, reading: Reading): Promise<unknown> {
  checkContent(request);
  const bytes = await readBody(request, receiver);
  const turn = reading(bytes.length, bytes.length > LONG_BODY);
  if (turn !== null) await turn;
  return parseJson(bytes);
}

// No operation can have an empty name, and generated clients send one for none.
function withoutEmpty(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("operationName" in body) || body.operationName !== "") return body;
  const { operationName: _empty, ...others } = body;
  return others;
}

const ENGINES: ReadonlySet<string> = new Set(["query", "variables", "operationName", "extensions"]);

/** The parameters that the engine reads, which takes all of them apart once more. */
function searchForEngine(parameters: URLSearchParams): string {
  const isNamed = parameters.get("operationName") !== "";
  const own = [...parameters].filter(([name]) => ENGINES.has(name) && (isNamed || name !== "operationName"));
  return `?${new URLSearchParams(own)}`;
}

/**
 * The same of a payload that came by another way than as a body: there a document's id may also stand in the extensions.
 */
export function toGraphqlRequest(payload: object): GraphqlRequest {
  const read = fromBody(payload);
  const { documentId } = Object("extensions" in payload ? payload.extensions : null) as {
    readonly documentId?: unknown;
  };
  return {
    method: "POST",
    search: "",
    body: payload,
    ...read,
    documentId: read.documentId ?? textOf(documentId),
  };
}

function checkContent(request: IncomingMessage): void {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity") {
    throw new RefusalError(
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      "Limit contentEncoding: send the body as it is, not compressed.",
      { limit: "contentEncoding" },
      { "accept-encoding": "identity" },
    );
  }
  const content = readContentType(request.headers["content-type"] ?? "");
  const isUtf8 = content?.charset == null || content.charset === "utf-8" || content.charset === "utf8";
  if (content?.type === "application/json" && isUtf8) return;
  throw new RefusalError(
    415,
    "UNSUPPORTED_MEDIA_TYPE",
    "Send the body as content-type: application/json in UTF-8.",
    {},
    { accept: "application/json" },
  );
}

async function readBody(request: IncomingMessage, receiver: Receiver): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  refuseAbove("bodyBytes", announced);
  // To read what is there in steps would take longer than the turn that was waited for.
  if (request.complete && request.readableFlowing === null) {
    const body = request.read() as Buffer | null;
    refuseAbove("bodyBytes", body?.length ?? 0);
    return body ?? Buffer.alloc(0);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  let counted = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      refuseAbove("bodyBytes", bytes);
      receiver.receive((chunk as Buffer).length + PIECE_BYTES);
      counted += (chunk as Buffer).length + PIECE_BYTES;
      chunks.push(chunk as Buffer);
      if (chunks.length <= MOST_PIECES) continue;
      request.socket.destroy();
      throw new RefusalError(400, "BAD_REQUEST", "The body came in too many pieces.");
    }
  } catch (error) {
    if (error instanceof RefusalError) throw error;
    throw new RefusalError(400, "BAD_REQUEST", "The body ended before it was whole.");
  } finally {
    receiver.received(counted);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new RefusalError(400, "BAD_REQUEST", "The body is not UTF-8.");
  try {
    return JSON.parse(withoutMark(bytes.toString("utf8")));
  } catch {
    throw new RefusalError(400, "BAD_REQUEST", "The body is not JSON.");
  }
}

/** The text without a byte order mark, which RFC 8259 lets readers pass over. */
export function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function refuseBatch(length: number): never {
  throw new RefusalError(
    400,
    "LIMIT_EXCEEDED",
    `Limit batchedRequests: send one request at a time and not in a list, ${length} came.`,
    { limit: "batchedRequests", max: LIMITS.batchedRequests, actual: length },
  );
}

type Read = Pick<GraphqlRequest, "query" | "variables" | "operationName" | "documentId" | "persistedQuery">;

const NOTHING: Read = { query: null, variables: null, operationName: null, documentId: null, persistedQuery: null };

function fromBody(body: unknown): Read {
  if (typeof body !== "object" || body === null) return NOTHING;
  const { query, variables, operationName, documentId, extensions } = body as Readonly<Record<string, unknown>>;
  return {
    query: textOf(query) || null,
    variables,
    operationName: nameOf(operationName) || null,
    documentId: textOf(documentId) ?? hashOf(extensions),
    persistedQuery: persistedQueryOf(extensions),
  };
}

function fromSearch(parameters: URLSearchParams): Read {
  const extensions = parameterOf(parameters, "extensions");
  return {
    query: parameters.get("query") || null,
    variables: parameterOf(parameters, "variables"),
    operationName: parameters.get("operationName") || null,
    documentId: parameters.get("documentId") ?? hashOf(extensions),
    persistedQuery: persistedQueryOf(extensions),
  };
}

function parameterOf(parameters: URLSearchParams, name: string): unknown {
  try {
    return JSON.parse(parameters.get(name) ?? "null");
  } catch {
    throw new RefusalError(400, "BAD_REQUEST", `The parameter ${name} is not JSON.`);
  }
}

function nameOf(operationName: unknown): string | null {
  if (operationName == null || typeof operationName === "string") return operationName ?? null;
  throw new RefusalError(400, "BAD_REQUEST", `\`operationName\`: expected a text, got ${kindOf(operationName)}.`);
}

function persistedQueryOf(extensions: unknown): unknown {
  if (extensions != null && (typeof extensions !== "object" || Array.isArray(extensions))) {
    throw new RefusalError(400, "BAD_REQUEST", `\`extensions\`: expected an object, got ${kindOf(extensions)}.`);
  }
  return (extensions as { readonly persistedQuery?: unknown } | null | undefined)?.persistedQuery ?? null;
}

function hashOf(extensions: unknown): string | null {
  const { sha256Hash } = Object(persistedQueryOf(extensions)) as { readonly sha256Hash?: unknown };
  return textOf(sha256Hash);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function searchOf(url: string): string {
  const start = url.indexOf("?");
  return start < 0 ? "" : url.slice(start);
}
