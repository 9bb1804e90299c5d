/** Typed documents for frontends: hand one to any GraphQL client and the types of variables and data follow. */
export * from "./generated/documents/graphql.ts";
