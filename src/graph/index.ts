/**
 * The schema: types, fields, descriptions, global ids, look-ahead, paging in memory. Takes data from the services and the
 * loaders of its context; knows no upstream, no transport and no response format.
 */
export { fromGlobalId, type NodeRef, toGlobalId, useIdKeys } from "./declarations/index.ts";
export { type ExportParts, openExport } from "./export/index.ts";
export { toSubgraph } from "./federation.ts";
export type { GraphContext } from "./operation/index.ts";
export { printOrderedSchema } from "./print.ts";
export { createKindGuard } from "./rights/index.ts";
export { createSchema } from "./schema.ts";
export { eventIdOf } from "./subscriptions/index.ts";
