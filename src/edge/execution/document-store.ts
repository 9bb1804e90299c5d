import type { DocumentNode } from "graphql";
import { LRUCache } from "lru-cache";

/** What the GraphQL server asks of a place that keeps parsed documents. */
export interface DocumentStore {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  delete(key: string): Promise<boolean>;
}

/**
 * Keeps parsed and validated documents, the least used go first. Counted by the length of their texts, to which both the parsed
 * and the compiled form are proportional, so that memory is bounded however many different large documents come.
 */
export function createDocumentStore(maxCharacters = 262_144): DocumentStore {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: maxCharacters,
    sizeCalculation: (document) => (document.loc?.source.body.length ?? 0) + 256,
  });
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => {
      documents.set(key, document);
    },
    delete: async (key) => documents.delete(key),
  };
}
