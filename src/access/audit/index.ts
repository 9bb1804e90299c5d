/** Who read which output. */
export { type Audit, type AuditRecord, createAudit } from "./audit.ts";
export type { AuditLine } from "./entry.ts";
export { createRotatingFile } from "./rotating-file.ts";
