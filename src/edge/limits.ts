import { type DocumentNode, type GraphQLSchema, Lexer, parse, Source, TokenKind } from "graphql";
import { LRUCache } from "lru-cache";

import { createDocumentMeasure } from "./document-measure.ts";
import { RefusalError } from "./refusal.ts";

/** What one request may hold; the same on every transport. */
export const LIMITS = {
  /** Of an HTTP body or a WebSocket message. */
  bodyBytes: 102_400,
  /** Of the document's text as UTF-8. */
  documentBytes: 16_384,
  /** Lexical tokens of the document. */
  tokens: 2_000,
  /** Fields from the root down to a leaf; a full introspection needs 15. */
  depth: 16,
  /** Aliases in the document, as written. */
  aliases: 100,
  /** Fields at the root of one operation, with fragments opened. */
  rootFields: 100,
  /** Fields of one operation, with fragments opened: what would have to be resolved at least once. */
  fields: 2_000,
  /** Directives that are repeated at one place or that the schema does not know. */
  directives: 10,
  /** Variables that are declared, and variables that are given. */
  variables: 500,
  /** Requests in one HTTP body. */
  batchedRequests: 1,
  /** Operations at the same time on one WebSocket. */
  connectionOperations: 100,
  /** WebSockets at the same time, where no setting says otherwise. */
  connections: 2_000,
} as const;

/** Name of a limit, as clients see it in `extensions.limit`. */
export type LimitName = keyof typeof LIMITS;

const WORDS: Readonly<Record<LimitName, string>> = {
  bodyBytes: "bytes in the request's body",
  documentBytes: "bytes of query text",
  tokens: "tokens in the document",
  depth: "levels of fields",
  aliases: "aliases",
  rootFields: "fields at the root",
  fields: "fields, with fragments opened,",
  directives: "directives that are repeated or unknown",
  variables: "variables",
  batchedRequests: "operation in one request",
  connectionOperations: "operations on one connection",
  connections: "connections",
};

const STATUS: Readonly<Partial<Record<LimitName, number>>> = { bodyBytes: 413, connections: 503 };

/** Measures requests before they are parsed for good, validated or executed. */
export interface Limiter {
  /**
   * Passes a document whose cost can be borne, and one that cannot be parsed: the parser says that better. Remembers what passed.
   * @throws RefusalError `LIMIT_EXCEEDED` with the limit's name, what it allows and what came
   */
  checkDocument(source: string): void;
  /** @throws RefusalError where too many variables are given */
  checkVariables(variables: unknown): void;
}

/** Limits for documents against this schema. */
export function createLimiter(schema: GraphQLSchema): Limiter {
  const measure = createDocumentMeasure(schema);
  const passed = new LRUCache<string, true>({ maxSize: 1_048_576, sizeCalculation: (_, source) => source.length + 64 });
  return {
    checkDocument(source) {
      if (passed.get(source) === true) return;
      refuseAbove("documentBytes", Buffer.byteLength(source));
      const document = countedParse(source);
      if (document === null) return;
      measure(document, refuseAbove);
      passed.set(source, true);
    },
    checkVariables(variables) {
      if (typeof variables === "object" && variables !== null) {
        refuseAbove("variables", Object.keys(variables).length);
      }
    },
  };
}

/** Throws where `actual` is more than the limit allows; `max` for one that a setting changes. */
export function refuseAbove(limit: LimitName, actual: number, max: number = LIMITS[limit]): void {
  if (actual <= max) return;
  const came = Number.isFinite(actual) ? `${actual} came` : "the document contains itself";
  throw new RefusalError(
    STATUS[limit] ?? 400,
    "LIMIT_EXCEEDED",
    `Limit ${limit}: at most ${max} ${WORDS[limit]} are allowed, ${came}.`,
    { limit, max, ...(Number.isFinite(actual) ? { actual } : {}) },
  );
}

// Counted before parsing, since the parser's own limit ends in a syntax error like any other.
function countedParse(source: string): DocumentNode | null {
  const lexer = new Lexer(new Source(source));
  let tokens = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) {
      tokens += 1;
      if (tokens > LIMITS.tokens) break;
    }
  } catch {
    return null;
  }
  refuseAbove("tokens", tokens);
  try {
    return parse(source, { noLocation: true });
  } catch {
    return null;
  }
}
