import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";

import { RefusalError } from "../errors/index.ts";
import type { GraphqlRequest } from "../http/index.ts";
import { withQuery } from "./persisted-documents.ts";

const CHARACTERS = 1_048_576;

/**
 * Puts a text that a client registered earlier in the place of its hash (automatic persisted queries, as Apollo has them), and
 * remembers a text that comes with its hash. The least used go first.
 * @returns a function that throws RefusalError for a hash that is unknown, or does not fit its text, and for other versions
 */
export function createPersistedQueries(): (request: GraphqlRequest) => GraphqlRequest {
  const texts = new LRUCache<string, string>({
    maxSize: CHARACTERS,
    sizeCalculation: (text) => text.length + 128,
  });
  return (request) => {
    if (request.persistedQuery == null) return request;
    const hash = readHash(request.persistedQuery);
    const text = request.query ?? texts.get(hash);
    if (text === undefined) throw new RefusalError(200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
    if (request.query !== null && createHash("sha256").update(text).digest("hex") !== hash) {
      throw refuse("`sha256Hash`: expected the SHA-256 of `query` in hexadecimal, got another hash.");
    }
    texts.set(hash, text);
    return withQuery(request, text);
  };
}

function readHash(persistedQuery: unknown): string {
  const { version, sha256Hash } = Object(persistedQuery) as Readonly<Record<"version" | "sha256Hash", unknown>>;
  if (version !== 1) throw refuse("`persistedQuery.version`: expected 1, got another.");
  if (typeof sha256Hash !== "string") throw refuse("`persistedQuery.sha256Hash`: expected a text, got none.");
  return sha256Hash;
}

function refuse(message: string): RefusalError {
  return new RefusalError(400, "BAD_REQUEST", message);
}
