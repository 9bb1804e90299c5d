/** What one request may hold; the same on every transport. */
export const LIMITS = {
  /** Of an HTTP body or a WebSocket message. */
  bodyBytes: 102_400,
  /** Of the document's text as UTF-8. */
  documentBytes: 16_384,
  /** Lexical tokens of the document. */
  tokens: 2_000,
  /** Fields from the root down to a leaf; a full introspection needs 15. */
  depth: 16,
  /** Aliases in the document, as written. */
  aliases: 100,
  /** Fields at the root of one operation, with fragments opened. */
  rootFields: 100,
  /** Fields of one operation, with fragments opened: what would have to be resolved at least once. */
  fields: 2_000,
  /** Selections that are gone through to compare fields of one name; a document of 2,000 fields needs some 7,000. */
  comparedSelections: 16_000,
  /** Directives that are repeated at one place or that the schema does not know. */
  directives: 10,
  /** Variables that are declared, and variables that are given, or members of one object in them. */
  variables: 500,
  /** Rows that one operation can make by its `first`, `last` and `ids`: each list times the lists above it, all added up. */
  rows: 25_000,
  /** Leaf values of one answer that tell of the schema; a full introspection has some 12,000. */
  introspectedValues: 25_000,
  /** Requests in one HTTP body. */
  batchedRequests: 1,
  /** Operations at the same time on one WebSocket. */
  connectionOperations: 100,
  /** WebSockets at the same time, unless a setting says otherwise. */
  connections: 5_000,
  /** Leaf values of one answer or event. */
  answerValues: 50_000,
  /** Bytes of JSON of one answer or event. */
  answerBytes: 8_000_000,
  /** Bytes of text that the searches of one operation read; equal searches read once. */
  searchedBytes: 4_194_304,
  /** Bytes of output that one operation decodes or cuts, beyond what its answer holds. */
  decodedBytes: 8_388_608,
  /** Subscriptions of one client at the same time, unless a setting says otherwise. */
  clientWatchers: 2_000,
  /** Characters of the documents and variables of what one client has open, equal documents once. */
  heldCharacters: 524_288,
  /** Bytes of one client's requests that have not come whole, or wait until others of it are answered. */
  waitingBytes: 16_777_216,
  /** Connections of one client at the same time, unless a setting says otherwise. */
  clientSockets: 1_000,
  /** Upstream calls a minute that the operations of one client make, unless a setting says otherwise. */
  clientCalls: 1_000,
  /** Look-ups upstream a minute and client of ids that this gateway did not make. */
  foreignIds: 60,
} as const;

/** Name of a limit, as clients see it in `extensions.limit`. */
export type LimitName = keyof typeof LIMITS;

const WORDS: Readonly<Record<LimitName, string>> = {
  bodyBytes: "bytes in the request's body",
  documentBytes: "bytes of query text",
  tokens: "tokens in the document",
  depth: "levels of fields",
  aliases: "aliases",
  rootFields: "fields at the root",
  fields: "fields, with fragments opened,",
  comparedSelections: "selections to compare for fields of one name",
  directives: "directives that are repeated or unknown",
  variables: "variables, or members of one object in them",
  rows: "rows by `first`, `last` and `ids`",
  introspectedValues: "values that tell of the schema",
  batchedRequests: "operation in one request",
  connectionOperations: "operations on one connection",
  connections: "connections",
  answerValues: "values in one answer",
  answerBytes: "bytes in one answer",
  searchedBytes: "bytes of text to search in one operation",
  decodedBytes: "bytes of output to decode in one operation",
  clientWatchers: "subscriptions of one client",
  heldCharacters: "characters of different documents and of variables in open operations",
  waitingBytes: "bytes of requests of one client that have not come whole or wait for others of it",
  clientSockets: "connections of one client",
  clientCalls: "upstream calls a minute for one client",
  foreignIds: "look-ups a minute for one client of ids that this gateway did not make",
};

/** What a limit allows and what came, for people. */
export function describeLimit(limit: LimitName, actual: number, max: number = LIMITS[limit]): string {
  const came = Number.isFinite(actual) ? `${actual} came` : "the document contains itself";
  return `Limit ${limit}: at most ${max} ${WORDS[limit]} are allowed, ${came}.`;
}
