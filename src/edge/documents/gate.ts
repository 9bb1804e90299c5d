import { type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST, parse, validate } from "graphql";
import { LRUCache } from "lru-cache";

import type { GraphqlRequest } from "../http/index.ts";
import type { Logger } from "../telemetry/index.ts";
import { allRulesFor } from "./document-rules.ts";
import { createLimiter } from "./limiter.ts";
import { createAllowList, type PersistedDocumentsOptions } from "./persisted-documents.ts";
import { createPersistedQueries } from "./persisted-queries.ts";
import type { PreparedOperation } from "./prepared-operation.ts";

/** A request that passed. */
export interface Admitted extends GraphqlRequest {
  /** How many rows its operation can make at most. */
  readonly rows: number;
}

/** What every request passes before anything of it is executed, on whatever transport. */
export interface Gate {
  /**
   * The request with its document in the place of an id, measured.
   * @throws RefusalError
   */
  admit(request: GraphqlRequest, requestId: string): Admitted;
  /**
   * The operation of an admitted request, for transports that do without the engine.
   * @returns the errors where the document cannot be parsed, is not valid, or holds no such operation
   */
  prepare(request: Admitted, requestId: string): PreparedOperation | readonly GraphQLError[];
}

const CHARACTERS = 262_144;

/** What decides over documents. */
export interface DocumentOptions {
  readonly schema: GraphQLSchema;
  /** True if clients may read the schema. */
  readonly introspection: boolean;
  /** Which documents may be asked for; `off` if absent. */
  readonly persistedDocuments?: PersistedDocumentsOptions;
  readonly logger: Logger;
}

/** One gate for all transports of a server. */
export function createGate(options: DocumentOptions): Gate {
  const limiter = createLimiter(options.schema);
  const allow = createAllowList(options.persistedDocuments ?? { mode: "off", documents: new Map() }, options.logger);
  const findPersisted = createPersistedQueries();
  const rules = allRulesFor(options);
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: CHARACTERS,
    sizeCalculation: (_document, text) => text.length + 256,
  });

  function read(text: string): DocumentNode | readonly GraphQLError[] {
    const known = documents.get(text);
    if (known !== undefined) return known;
    const document = parseText(text);
    if (document instanceof GraphQLError) return [document];
    const errors = validate(options.schema, document, rules, { maxErrors: 20 });
    if (errors.length > 0) {
      return errors.map((error) => withCode(error, "GRAPHQL_VALIDATION_FAILED", options.introspection));
    }
    documents.set(text, document);
    return document;
  }

  return {
    admit(request, requestId) {
      const allowed = findPersisted(allow(request, requestId));
      limiter.checkVariables(allowed.variables);
      return { ...allowed, rows: allowed.query === null ? 0 : limiter.checkDocument(allowed.query, allowed) };
    },
    prepare({ query, variables, operationName, rows }, requestId) {
      if (query === null) return [coded("The request holds no query.", "BAD_REQUEST")];
      const document = read(query);
      if (!("kind" in document)) return document;
      const operation = getOperationAST(document, operationName);
      if (operation == null)
        return [coded("The document holds no operation of this name.", "OPERATION_RESOLUTION_FAILURE")];
      if (variables != null && (typeof variables !== "object" || Array.isArray(variables))) {
        return [coded("`variables` must be an object.", "BAD_REQUEST")];
      }
      const given = (variables ?? null) as PreparedOperation["variables"];
      return { type: operation.operation, document, operationName, variables: given, requestId, rows };
    },
  };
}

function parseText(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text);
  } catch (error) {
    return error instanceof GraphQLError
      ? withCode(error, "GRAPHQL_PARSE_FAILED")
      : coded("Unreadable.", "BAD_REQUEST");
  }
}

// Suggestions would spell out what introspection does not tell.
function withCode(error: GraphQLError, kind: string, hasSuggestions = true): GraphQLError {
  const { message, nodes = null, source = null, positions = null } = error;
  const { code = kind } = error.extensions;
  return new GraphQLError(hasSuggestions ? message : message.replace(/ ?Did you mean(.+?)\?$/, ""), {
    nodes,
    source,
    positions,
    extensions: { code },
  });
}

function coded(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
