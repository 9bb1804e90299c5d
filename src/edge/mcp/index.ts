/** Queries as tools for programs: the Model Context Protocol over HTTP. */

export { createMcpRoute } from "./route.ts";
export type { ToolOptions } from "./tools.ts";
