import { createHash } from "node:crypto";
import { type DocumentNode, GraphQLError, type GraphQLSchema, validate } from "graphql";
import { LRUCache } from "lru-cache";

import { RefusalError, refuseAbove } from "../errors/index.ts";
import { createBoundedParser } from "./bounded-parser.ts";
import { withCode } from "./document-errors.ts";
import { rulesFor } from "./document-rules.ts";
import { type AnswerSize, createRowCounter, type Given, NOTHING, type RowCounter } from "./row-measure.ts";

/** Documents by their texts: each is parsed, measured and validated once, whatever transport it comes by. */
export interface Documents {
  /** True for a long text that has not come before: to read it takes some milliseconds. */
  isHeavy(text: string): boolean;
  /**
   * What the document can make at most; nothing if it cannot be parsed, which {@link validated} says better.
   * @throws RefusalError `LIMIT_EXCEEDED` with the limit's name, what it allows and what came
   */
  measure(text: string, given: Given): AnswerSize;
  /**
   * @returns the same object each time the text comes, or at most 20 errors
   * @throws RefusalError as {@link measure}
   */
  validated(text: string): DocumentNode | readonly GraphQLError[];
  readonly store: DocumentStore;
}

/**
 * What the GraphQL server asks of a place that keeps documents that were parsed and found valid, by keys that end in the SHA-256 of
 * the text (Apollo Server 5). One that is not valid never comes to the server.
 */
export interface DocumentStore {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  delete(key: string): Promise<boolean>;
}

interface ReadDocument {
  readonly document: DocumentNode;
  readonly sizeOf: RowCounter;
  /** Absent until somebody wants to know. */
  errors?: readonly GraphQLError[];
}

// A parsed document takes some thirty times the memory of its text, and so does its compiled form.
const MOST_CHARACTERS = 262_144;
const REFUSAL_CHARACTERS = 512;
const HASH_LENGTH = 64;
// Twenty faults, with what may have been meant instead, fit into some hundred characters.
const MOST_LIGHT_CHARACTERS = 256;

/** Documents against one schema. The least used go first, by the length of their texts. */
export function createDocuments(options: {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
}): Documents {
  const { schema } = options;
  const parse = createBoundedParser(schema);
  const rules = rulesFor(options);
  // What is refused is remembered too: to find that out costs more than all else about such a request.
  const known = new LRUCache<string, ReadDocument | GraphQLError>({ maxSize: MOST_CHARACTERS });
  const read = (text: string): ReadDocument | GraphQLError => {
    const hash = hashOf(text);
    const found = known.get(hash) ?? readAnew(text);
    const size = found instanceof RefusalError ? REFUSAL_CHARACTERS : text.length + 256;
    if (!known.has(hash)) known.set(hash, found, { size });
    if (found instanceof RefusalError) throw found;
    return found;
  };
  const readAnew = (text: string): ReadDocument | GraphQLError => {
    try {
      const document = parse(text);
      return { document, sizeOf: createRowCounter(schema, document) };
    } catch (error) {
      if (error instanceof RefusalError) return error;
      if (error instanceof GraphQLError) return withCode(error, "GRAPHQL_PARSE_FAILED");
      throw error;
    }
  };
  const errorsOf = (found: ReadDocument): readonly GraphQLError[] => {
    found.errors ??= validate(schema, found.document, rules, { maxErrors: 20 }).map((error) =>
      withCode(error, "GRAPHQL_VALIDATION_FAILED", options.introspection),
    );
    return found.errors;
  };
  return {
    isHeavy: (text) => isLong(text) && !known.has(hashOf(text)),
    measure(text, given) {
      const found = read(text);
      const size = found instanceof GraphQLError ? NOTHING : found.sizeOf(given);
      refuseAbove("rows", size.rows);
      refuseAbove("introspectedValues", Math.round(size.introspected));
      // All that is done to a document but once is done in the turn that it came in.
      if (!(found instanceof GraphQLError)) errorsOf(found);
      return size;
    },
    validated(text) {
      const found = read(text);
      if (found instanceof GraphQLError) return [found];
      const errors = errorsOf(found);
      return errors.length === 0 ? found.document : errors;
    },
    store: {
      get: async (key) => {
        const found = known.get(key.slice(-HASH_LENGTH));
        if (found === undefined || found instanceof GraphQLError || errorsOf(found).length > 0) return undefined;
        return found.document;
      },
      // Whatever the server has parsed has been here before, or is not worth to be kept.
      set: async () => {},
      delete: async (key) => known.delete(key.slice(-HASH_LENGTH)),
    },
  };
}

/** True for a text that may hold a document which takes some milliseconds to be read. */
export function isLong(text: string): boolean {
  return text.length > MOST_LIGHT_CHARACTERS;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
