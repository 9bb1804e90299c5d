import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  Lexer,
  OperationTypeNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
} from "graphql";
import { LIMITS, RefusalError, refuseAbove } from "../errors/index.ts";
import { createDocumentMeasure } from "./document-measure.ts";

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

/** @throws RefusalError if too many variables are given, or an object in them has too many members: an error writes out all of them */
export function checkVariables(variables: unknown): void {
  refuseAbove("variables", mostMembers(variables));
}

/** How many members the largest object has. They may be nested thousands of levels deep. */
function mostMembers(given: unknown): number {
  let most = 0;
  const waiting = [given];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null) continue;
    const inner = Object.values(value);
    if (!Array.isArray(value)) most = Math.max(most, inner.length);
    for (const one of inner) waiting.push(one);
  }
  return most;
}

// Counted before parsing, since the parser's own limit ends in a syntax error like any other. Counts one above the limit at most.
function countTokens(source: Source): number {
  const lexer = new Lexer(source);
  let tokens = 0;
  while (tokens <= LIMITS.tokens && lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  return tokens;
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * Refuses `@skip` and `@include` at the root of a subscription (GraphQL, section 5.2.4.1 of September 2025): without its root field it
 * has nothing to listen to. Checked before the document is validated, since the GraphQL library's rule about root fields throws
 * where a condition is a variable.
 * @throws RefusalError `GRAPHQL_VALIDATION_FAILED`
 */
function refuseConditionalSubscription({ definitions }: DocumentNode): void {
  const fragments: Fragments = new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  for (const node of definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION || node.operation !== OperationTypeNode.SUBSCRIPTION) continue;
    if (!hasCondition(node.selectionSet, fragments)) continue;
    const message = "The root field of a subscription must not have @skip or @include.";
    throw new RefusalError(400, "GRAPHQL_VALIDATION_FAILED", message);
  }
}

// Circular fragments have been refused by then.
function hasCondition({ selections }: SelectionSetNode, fragments: Fragments): boolean {
  return selections.some((node) => {
    if (node.directives?.some(({ name }) => name.value === "skip" || name.value === "include")) return true;
    const below = setBelow(node, fragments);
    return below !== undefined && hasCondition(below, fragments);
  });
}

function setBelow(node: SelectionNode, fragments: Fragments): SelectionSetNode | undefined {
  if (node.kind === Kind.FIELD) return undefined;
  if (node.kind === Kind.INLINE_FRAGMENT) return node.selectionSet;
  return fragments.get(node.name.value)?.selectionSet;
}
