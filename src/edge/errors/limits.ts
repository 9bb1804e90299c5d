import { type DocumentNode, type GraphQLSchema, Lexer, parse, Source, TokenKind } from "graphql";
import { LRUCache } from "lru-cache";

import { createDocumentMeasure } from "../documents/document-measure.ts";
import { createRowCounter, type Given, type RowCounter } from "../documents/row-measure.ts";
import { refuseConditionalSubscription } from "../documents/subscription-root.ts";
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
  /** Rows that one operation can make by its `first`, `last` and `ids`: each list times the lists above it, all added up. */
  rows: 25_000,
  /** Requests in one HTTP body. */
  batchedRequests: 1,
  /** Operations at the same time on one WebSocket. */
  connectionOperations: 100,
  /** WebSockets at the same time, unless a setting says otherwise. */
  connections: 5_000,
  /** Leaf values of one answer or event. */
  answerValues: 50_000,
  /** Bytes of JSON of one answer or event. */
  answerBytes: 8_000_000,
  /** Bytes of text that the searches of one operation read; equal searches read once. */
  searchedBytes: 4_194_304,
  /** Bytes of output that one operation decodes or cuts, beyond what its answer holds. */
  decodedBytes: 8_388_608,
  /** Subscriptions of one client at the same time, unless a setting says otherwise. */
  clientWatchers: 2_000,
  /** Connections of one client at the same time, unless a setting says otherwise. */
  clientSockets: 1_000,
  /** Upstream calls a minute that the operations of one client make, unless a setting says otherwise. */
  clientCalls: 1_000,
  /** Look-ups upstream a minute and client of ids that this gateway did not make. */
  foreignIds: 60,
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
  rows: "rows by `first`, `last` and `ids`",
  batchedRequests: "operation in one request",
  connectionOperations: "operations on one connection",
  connections: "connections",
  answerValues: "values in one answer",
  answerBytes: "bytes in one answer",
  searchedBytes: "bytes of text to search in one operation",
  decodedBytes: "bytes of output to decode in one operation",
  clientWatchers: "subscriptions of one client",
  clientSockets: "connections of one client",
  clientCalls: "upstream calls a minute for one client",
  foreignIds: "look-ups a minute for one client of ids that this gateway did not make",
};

const STATUS: Readonly<Partial<Record<LimitName, number>>> = {
  bodyBytes: 413,
  connections: 503,
  clientWatchers: 429,
  clientSockets: 503,
};

/** Measures requests before they are parsed for good, validated or executed. */
export interface Limiter {
  /**
   * Passes a document whose cost can be borne, and one that cannot be parsed: the parser says that better. Remembers what passed.
   * @returns how many rows it can make at most
   * @throws RefusalError `LIMIT_EXCEEDED` with the limit's name, what it allows and what came
   */
  checkDocument(source: string, given: Given): number;
  /** @throws RefusalError if too many variables are given */
  checkVariables(variables: unknown): void;
}

/** Limits for documents against this schema. */
export function createLimiter(schema: GraphQLSchema): Limiter {
  const measure = createDocumentMeasure(schema);
  // A parsed document takes some thirty times the memory of its text.
  const passed = new LRUCache<string, RowCounter>({
    maxSize: 262_144,
    sizeCalculation: (_, source) => source.length + 64,
  });
  const counterOf = (source: string): RowCounter | null => {
    const known = passed.get(source);
    if (known !== undefined) return known;
    refuseAbove("documentBytes", Buffer.byteLength(source));
    const document = countedParse(source);
    if (document === null) return null;
    measure(document, refuseAbove);
    refuseConditionalSubscription(document);
    const counter = createRowCounter(schema, document);
    passed.set(source, counter);
    return counter;
  };
  return {
    checkDocument(source, given) {
      const counter = counterOf(source);
      const rows = counter?.(given) ?? 0;
      refuseAbove("rows", rows);
      return rows;
    },
    checkVariables(variables) {
      if (typeof variables === "object" && variables !== null) {
        refuseAbove("variables", Object.keys(variables).length);
      }
    },
  };
}

/** Throws if `actual` is more than the limit allows; `max` for one that a setting changes. */
export function refuseAbove(limit: LimitName, actual: number, max: number = LIMITS[limit]): void {
  if (actual <= max) return;
  const isCounted = Number.isFinite(actual);
  const details = { limit, max, ...(isCounted ? { actual } : {}) };
  throw new RefusalError(STATUS[limit] ?? 400, "LIMIT_EXCEEDED", describeLimit(limit, actual, max), details);
}

/** What a limit allows and what came, for people. */
export function describeLimit(limit: LimitName, actual: number, max: number = LIMITS[limit]): string {
  const came = Number.isFinite(actual) ? `${actual} came` : "the document contains itself";
  return `Limit ${limit}: at most ${max} ${WORDS[limit]} are allowed, ${came}.`;
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
