/**
 * The schema: types, fields, descriptions, global ids, look-ahead, paging in memory. Takes data from the services and the
 * loaders of its context; knows no upstream, no transport and no response format.
 */
import "reflect-metadata";

export type { GraphContext } from "./context.ts";
export { type ExportParts, openExport } from "./export.ts";
export { toSubgraph } from "./federation.ts";
export { fromGlobalId, type NodeRef, toGlobalId, useIdKeys } from "./global-id.ts";
export { createKindGuard } from "./kind-guard.ts";
export { printOrderedSchema } from "./print.ts";
export { createSchema } from "./schema.ts";
export { eventIdOf } from "./subscription.ts";
