/** What comes before execution, on every transport: persisted documents, parse, measure, validate. */

export { withCode } from "./document-errors.ts";
export { type DocumentStore, isLong } from "./documents.ts";
export { createGate, type DocumentOptions, type Gate } from "./gate.ts";
export { type PersistedDocumentsOptions, readPersistedDocuments } from "./persisted-documents.ts";
export { heldBy, nameOf, type PreparedOperation } from "./prepared-operation.ts";
