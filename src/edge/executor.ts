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
import { type CompiledQuery, compileQuery, isCompiledQuery } from "graphql-jit";

import { type Conditions, readConditions } from "./conditions.ts";

/** What is to be executed: a document that was parsed, found valid, and is the same object each time its text comes. */
export interface Execution {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  readonly contextValue: unknown;
}

/** Executes operations against one schema. */
export type Executor = (execution: Execution) => Promise<ExecutionResult>;

// A compilation costs as much as a dozen executions of a small document.
const COMPILED_AT_SIGHT = 3;
const MOST_COMPILED_PER_DOCUMENT = 8;

interface Sightings {
  count: number;
  readonly conditions: Conditions;
  /** By operation and the values of its conditions. */
  readonly compiled: Map<string, CompiledQuery | null>;
}

/**
 * Compiles a document to a function once it has come a few times, which makes answers several times cheaper; before that, and
 * for whatever the compiler does not take, the reference executor answers. The compiler gets `@skip` and `@include` wrong where
 * they stand beside fields that merge, so it never sees them: each outcome of a document's conditions is compiled by itself.
 * Compiled functions live as long as their document, so whoever keeps documents bounds them.
 */
export function createCompilingExecutor(schema: GraphQLSchema): Executor {
  const reference = createReferenceExecutor(schema);
  const sightings = new WeakMap<DocumentNode, Sightings>();
  const endless = findEndlessInputs(schema);
  return async (execution) => {
    const compiled = compiledOf(schema, execution, sightings, endless);
    if (compiled === null) return reference(execution);
    const { contextValue, variables } = execution;
    const result = (await compiled.query(undefined, contextValue, variables ?? {})) as ExecutionResult;
    // Nothing was executed, since the variables do not fit; the reference executor says why with places in the document.
    if (result.data === undefined) return reference(execution);
    return result.errors === undefined ? result : { ...result, errors: result.errors.map(toFullError) };
  };
}

/** The GraphQL library's own executor. */
export function createReferenceExecutor(schema: GraphQLSchema): Executor {
  return async ({ document, operationName, variables, contextValue }) =>
    execute({ schema, document, operationName, variableValues: variables, contextValue });
}

// The compiler's errors only look like the library's: those without extensions break whoever reads them.
function toFullError(error: GraphQLError): GraphQLError {
  const { message, path, locations, originalError } = error;
  const full = new GraphQLError(message, {
    path,
    originalError: originalError ?? null,
    extensions: error.extensions ?? {},
  });
  return Object.assign(full, { locations });
}

function compiledOf(
  schema: GraphQLSchema,
  { document, operationName, variables }: Execution,
  sightings: WeakMap<DocumentNode, Sightings>,
  endless: ReadonlySet<string>,
): CompiledQuery | null {
  const seen = sightings.get(document) ?? { count: 0, conditions: readConditions(document), compiled: new Map() };
  sightings.set(document, seen);
  seen.count += 1;
  if (seen.count < COMPILED_AT_SIGHT) return null;
  const values = seen.conditions.valuesFrom(variables ?? {});
  if (values === null) return null;
  const key = `${operationName ?? ""} ${values.join()}`;
  const known = seen.compiled.get(key);
  if (known !== undefined || seen.compiled.size >= MOST_COMPILED_PER_DOCUMENT) return known ?? null;
  const settled = seen.conditions.isConditional ? seen.conditions.settle(values) : document;
  const compiled = hasVariableOf(document, endless) ? null : compile(schema, settled, operationName);
  seen.compiled.set(key, compiled);
  return compiled;
}

function compile(schema: GraphQLSchema, document: DocumentNode, operationName: string | null | undefined) {
  try {
    const compiled = compileQuery(schema, document, operationName ?? undefined);
    return isCompiledQuery(compiled) ? compiled : null;
  } catch {
    return null;
  }
}

// The compiler writes out the check of every variable to its leaves, and does not come back from an input that contains itself.
function findEndlessInputs(schema: GraphQLSchema): ReadonlySet<string> {
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
  const circular = new Set<GraphQLNamedType>(inputs.filter((type) => reachable(type).has(type)));
  const leading = inputs.filter(
    (type) => circular.has(type) || [...reachable(type)].some((inner) => circular.has(inner)),
  );
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
