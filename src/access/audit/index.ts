/** Who read which output. */
export { type Audit, type AuditRecord, createAudit } from "./audit.ts";
export type { AuditedOperation, AuditLine, Handout } from "./entry.ts";
export { createRotatingFile, type RotatingFile, type RotatingFileOptions } from "./rotating-file.ts";
