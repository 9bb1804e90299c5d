import type { DocumentNode, GraphQLSchema } from "graphql";
import { type CompiledQuery, compileQuery, isCompiledQuery } from "graphql-jit";
import { LRUCache } from "lru-cache";

import { type Conditions, readConditions } from "./conditions.ts";

/** What is looked up. */
export interface Wanted {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

interface Sightings {
  readonly id: number;
  readonly conditions: Conditions;
  readonly characters: number;
  /** By operation and the values of its conditions. */
  readonly counts: LRUCache<string, number>;
}

// A function takes some 350 bytes for each character of its document: 45 MB for all.
const MOST_CHARACTERS = 131_072;
// A compilation costs as much as a dozen executions of a small document, and more with each character.
const COMPILED_AT_SIGHT = 3;
const CHARACTERS_A_SIGHT = 512;
const MOST_OUTCOMES = 64;

/**
 * Functions for documents that come again and again; null for those that have not earned one yet or that the compiler does not
 * take. The compiler gets `@skip` and `@include` wrong beside fields that merge, so it never sees them: each outcome of a
 * document's conditions is compiled alone. All share one bounded cache by the length of their documents.
 */
export function createCompiledDocuments(
  schema: GraphQLSchema,
  canCompile: (document: DocumentNode) => boolean,
  maxCharacters = MOST_CHARACTERS,
): (wanted: Wanted) => CompiledQuery | null {
  const sightings = new WeakMap<DocumentNode, Sightings>();
  const compiled = new LRUCache<string, { readonly query: CompiledQuery | null; readonly size: number }>({
    maxSize: maxCharacters,
    sizeCalculation: ({ size }) => size,
  });
  let lastId = 0;
  const sightingsOf = (document: DocumentNode): Sightings => {
    const known = sightings.get(document);
    if (known !== undefined) return known;
    lastId += 1;
    const characters = document.loc?.source.body.length ?? 0;
    const made = { id: lastId, conditions: readConditions(document), characters, counts: createCounts() };
    sightings.set(document, made);
    return made;
  };
  return ({ document, operationName, variables }) => {
    const seen = sightingsOf(document);
    const values = seen.conditions.valuesFrom(variables ?? {});
    if (values === null) return null;
    const outcome = `${operationName ?? ""} ${values.join()}`;
    const known = compiled.get(`${seen.id} ${outcome}`);
    if (known !== undefined) return known.query;
    const count = (seen.counts.get(outcome) ?? 0) + 1;
    seen.counts.set(outcome, count);
    if (count < COMPILED_AT_SIGHT + Math.floor(seen.characters / CHARACTERS_A_SIGHT)) return null;
    const settled = seen.conditions.isConditional ? seen.conditions.settle(values) : document;
    const query = canCompile(document) ? compile(schema, settled, operationName) : null;
    // To have found that one cannot be compiled takes no memory to speak of.
    compiled.set(`${seen.id} ${outcome}`, { query, size: query === null ? 64 : seen.characters + 64 });
    return query;
  };
}

function createCounts(): LRUCache<string, number> {
  return new LRUCache({ max: MOST_OUTCOMES });
}

function compile(schema: GraphQLSchema, document: DocumentNode, operationName: string | null | undefined) {
  try {
    const compiled = compileQuery(schema, document, operationName || undefined);
    return isCompiledQuery(compiled) ? compiled : null;
  } catch {
    return null;
  }
}
