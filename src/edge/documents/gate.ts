import { type GraphQLError, type GraphQLSchema, getOperationAST } from "graphql";

import type { GraphqlRequest } from "../http/index.ts";
import type { Logger } from "../telemetry/index.ts";
import { checkVariables, createBoundedParser } from "./bounded-parser.ts";
import { coded } from "./document-errors.ts";
import { createDocuments, type DocumentStore } from "./documents.ts";
import { createAllowList, type PersistedDocumentsOptions } from "./persisted-documents.ts";
import { createPersistedQueries } from "./persisted-queries.ts";
import type { PreparedOperation } from "./prepared-operation.ts";
import { type AnswerSize, NOTHING } from "./row-measure.ts";

/** A request that passed. */
export interface Admitted extends GraphqlRequest {
  /** What its answer can hold at most. */
  readonly size: AnswerSize;
}

/** What every request passes before anything of it is executed, on whatever transport. */
export interface Gate {
  /** True if to admit the request takes some milliseconds. */
  isHeavy(request: GraphqlRequest): boolean;
  /**
   * The request with its document in the place of an id, measured.
   * @throws RefusalError
   */
  admit(request: GraphqlRequest, requestId: string): Admitted;
  /** What is wrong with the document of an admitted request: nothing, or at most 20 errors, found out once for each text. */
  faultsOf(request: Admitted): readonly GraphQLError[];
  /**
   * The operation of an admitted request, for transports that do without the engine.
   * @returns the errors if the document cannot be parsed, is not valid, or holds no such operation
   */
  prepare(request: Admitted, requestId: string): PreparedOperation | readonly GraphQLError[];
  /** The same documents for the engine, so that each is parsed and validated once for all transports. */
  readonly store: DocumentStore;
}

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
  const list = options.persistedDocuments ?? { mode: "off", documents: new Map() };
  const allow = createAllowList(list, createBoundedParser(options.schema), options.logger);
  const findPersisted = createPersistedQueries();
  const documents = createDocuments(options);
  return {
    store: documents.store,
    isHeavy: ({ query }) => query !== null && documents.isHeavy(query),
    admit(request, requestId) {
      const allowed = findPersisted(allow(request, requestId));
      checkVariables(allowed.variables);
      return { ...allowed, size: allowed.query === null ? NOTHING : documents.measure(allowed.query, allowed) };
    },
    faultsOf({ query }) {
      const read = query === null ? [] : documents.validated(query);
      return "kind" in read ? [] : read;
    },
    prepare({ query, variables, operationName, size }, requestId) {
      if (query === null) return [coded("The request holds no query.", "BAD_REQUEST")];
      const document = documents.validated(query);
      if (!("kind" in document)) return document;
      const operation = getOperationAST(document, operationName);
      if (operation == null) return [coded(describeMissing(operationName), "OPERATION_RESOLUTION_FAILURE")];
      if (variables != null && (typeof variables !== "object" || Array.isArray(variables))) {
        return [coded("`variables`: expected an object, got another value.", "BAD_REQUEST")];
      }
      const given = (variables ?? null) as PreparedOperation["variables"];
      return { type: operation.operation, document, operationName, variables: given, requestId, size };
    },
  };
}

// In the words of the engine, which answers the other transports.
function describeMissing(operationName: string | null): string {
  return operationName === null
    ? "Must provide operation name if query contains multiple operations."
    : `Unknown operation named "${operationName}".`;
}
