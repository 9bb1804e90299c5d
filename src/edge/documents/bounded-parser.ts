import { type DocumentNode, type GraphQLSchema, Lexer, parse, Source, TokenKind } from "graphql";

import { LIMITS, refuseAbove } from "../errors/index.ts";
import { createDocumentMeasure } from "./document-measure.ts";
import { refuseConditionalSubscription } from "./subscription-root.ts";

/**
 * A parser for documents against this schema whose cost can be borne; whatever comes after it is not proportional to the text.
 * @returns a function that throws a GraphQLError for text that is no document, and RefusalError `LIMIT_EXCEEDED` with the limit's
 * name, what it allows and what came
 */
export function createBoundedParser(schema: GraphQLSchema): (text: string) => DocumentNode {
  const measure = createDocumentMeasure(schema);
  return (text) => {
    refuseAbove("documentBytes", Buffer.byteLength(text));
    const source = new Source(text);
    refuseAbove("tokens", countTokens(source));
    const document = parse(source);
    measure(document, refuseAbove);
    refuseConditionalSubscription(document);
    return document;
  };
}

/** @throws RefusalError if too many variables are given */
export function checkVariables(variables: unknown): void {
  if (typeof variables === "object" && variables !== null) {
    refuseAbove("variables", Object.keys(variables).length);
  }
}

// Counted before parsing, since the parser's own limit ends in a syntax error like any other. Counts one above the limit at most.
function countTokens(source: Source): number {
  const lexer = new Lexer(source);
  let tokens = 0;
  while (tokens <= LIMITS.tokens && lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  return tokens;
}
