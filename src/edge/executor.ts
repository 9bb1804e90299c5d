import { type DocumentNode, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from "graphql";
import { type CompiledQuery, compileQuery, isCompiledQuery } from "graphql-jit";

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
const MOST_COMPILED_PER_DOCUMENT = 4;

interface Sightings {
  count: number;
  readonly compiled: Map<string, CompiledQuery | null>;
}

/**
 * Compiles a document to a function once it has come a few times, which makes answers several times cheaper; before that, and
 * for whatever the compiler does not take, the reference executor answers. Compiled functions live as long as their document,
 * so whoever keeps documents bounds them.
 */
export function createCompilingExecutor(schema: GraphQLSchema): Executor {
  const reference = createReferenceExecutor(schema);
  const sightings = new WeakMap<DocumentNode, Sightings>();
  return async (execution) => {
    const compiled = compiledOf(schema, execution, sightings);
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
  { document, operationName }: Execution,
  sightings: WeakMap<DocumentNode, Sightings>,
): CompiledQuery | null {
  const seen = sightings.get(document) ?? { count: 0, compiled: new Map<string, CompiledQuery | null>() };
  sightings.set(document, seen);
  seen.count += 1;
  if (seen.count < COMPILED_AT_SIGHT) return null;
  const name = operationName ?? "";
  const known = seen.compiled.get(name);
  if (known !== undefined || seen.compiled.size >= MOST_COMPILED_PER_DOCUMENT) return known ?? null;
  const compiled = compile(schema, document, operationName);
  seen.compiled.set(name, compiled);
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
