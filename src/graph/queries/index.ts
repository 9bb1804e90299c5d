/** The root fields of queries. */
export { LookupQueries } from "./lookup.ts";
export { NodeQueries } from "./nodes.ts";
export { SearchQueries } from "./output-matches.ts";
export { readEach } from "./read-nodes.ts";
export { RunQueries } from "./runs.ts";
export { SourceQueries } from "./sources.ts";
export { StatisticsQueries } from "./statistics.ts";
export { ViewerQueries } from "./viewer.ts";
