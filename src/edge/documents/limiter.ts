import { type DocumentNode, type GraphQLSchema, Lexer, parse, Source, TokenKind } from "graphql";
import { LRUCache } from "lru-cache";

import { LIMITS, refuseAbove } from "../errors/index.ts";
import { createDocumentMeasure } from "./document-measure.ts";
import { createRowCounter, type Given, type RowCounter } from "./row-measure.ts";
import { refuseConditionalSubscription } from "./subscription-root.ts";

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
