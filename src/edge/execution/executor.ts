import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  visit,
} from "graphql";

import { InputError, withoutStack } from "#domain";
import { createCompiledDocuments } from "./compiled-documents.ts";
import { findVariableFaults } from "./variable-faults.ts";

/** What is to be executed: a document that was parsed, found valid, and is the same object each time its text comes. */
export interface Execution {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  readonly contextValue: unknown;
  /** The event that a subscription answers. */
  readonly rootValue?: unknown;
}

/** Executes operations against one schema. */
export type Executor = (execution: Execution) => Promise<ExecutionResult>;

/**
 * Compiles a document to a function once it has come a few times, which makes answers several times cheaper; before that, and
 * for whatever the compiler does not take, the reference executor answers.
 * @param hasSuggestions whether errors may name what was perhaps meant
 */
export function createCompilingExecutor(schema: GraphQLSchema, hasSuggestions = true): Executor {
  const reference = createReferenceExecutor(schema, hasSuggestions);
  const unfit = findUnfitInputs(schema);
  const compiledOf = createCompiledDocuments(schema, (document) => !hasVariableOf(document, unfit));
  return async (execution) => {
    const compiled = compiledOf(execution);
    if (compiled === null) return reference(execution);
    // The compiler tells of every variable that does not fit, however many, and not where it stands in the document.
    const errors = findVariableFaults(schema, execution, hasSuggestions);
    if (errors.length > 0) return { errors };
    const { contextValue, rootValue, variables } = execution;
    const result = (await compiled.query(rootValue, contextValue, variables ?? {})) as ExecutionResult;
    // Nothing was executed, since the compiler takes fewer variables than the library does.
    if (result.data === undefined) return reference(execution);
    return result.errors === undefined ? result : { ...result, errors: withoutRepeats(result.errors).map(toFullError) };
  };
}

/** The GraphQL library's own executor. @param hasSuggestions whether errors may name what was perhaps meant */
export function createReferenceExecutor(schema: GraphQLSchema, hasSuggestions = true): Executor {
  return async ({ variables, ...execution }) => {
    const errors = findVariableFaults(schema, { variables, ...execution }, hasSuggestions);
    if (errors.length > 0) return { errors };
    const result = await execute({ schema, variableValues: variables, ...execution });
    return result.errors === undefined ? result : { ...result, errors: withoutRepeats(result.errors) };
  };
}

const MOST_REPEATS = 20;

/** A limit that is met is met by every field from then on; so many of them say so, and the others are null. */
export function withoutRepeats(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  const counts = new Map<unknown, number>();
  return errors.filter(({ originalError }) => {
    if (!(originalError instanceof InputError) || originalError.code !== "LIMIT_EXCEEDED") return true;
    const count = (counts.get(originalError) ?? 0) + 1;
    counts.set(originalError, count);
    return count <= MOST_REPEATS;
  });
}

// The compiler's errors only look like the library's: those without extensions break those who read them. The library writes out the stack
// of each, though the original error has its own.
function toFullError(error: GraphQLError): GraphQLError {
  const { message, path, locations, originalError } = error;
  const options = { path, originalError: originalError ?? null, extensions: error.extensions ?? {} };
  return Object.assign(
    withoutStack(() => new GraphQLError(message, options)),
    { locations },
  );
}

// The compiler writes out the check of every variable to its leaves, and does not come back from an input that contains itself. Nor does it
// know inputs that take exactly one of their members.
function findUnfitInputs(schema: GraphQLSchema): ReadonlySet<string> {
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const reachable = (type: GraphQLInputObjectType, seen = new Set<GraphQLNamedType>()): Set<GraphQLNamedType> => {
    for (const field of Object.values(type.getFields())) {
      const inner = getNamedType(field.type);
      if (seen.has(inner)) continue;
      seen.add(inner);
      if (isInputObjectType(inner)) reachable(inner, seen);
    }
    return seen;
  };
  const odd = new Set<GraphQLNamedType>(inputs.filter((type) => type.isOneOf || reachable(type).has(type)));
  const leading = inputs.filter((type) => odd.has(type) || [...reachable(type)].some((inner) => odd.has(inner)));
  return new Set(leading.map(({ name }) => name));
}

function hasVariableOf(document: DocumentNode, typeNames: ReadonlySet<string>): boolean {
  if (typeNames.size === 0) return false;
  let has = false;
  visit(document, {
    VariableDefinition: ({ type }) => {
      let named = type;
      while (named.kind !== Kind.NAMED_TYPE) named = named.type;
      has ||= typeNames.has(named.name.value);
    },
  });
  return has;
}
