/** Questions about more than a page: other orders, searches, statistics, servers. */
export { unitsToDecode } from "./decoding.ts";
export {
  type LineSearch,
  MAX_CONTEXT_LINES,
  MAX_MATCHES,
  MAX_SEARCH_LENGTH,
  type Matchers,
  type Parts,
  searchLines,
  UNITS_A_TURN,
} from "./line-search.ts";
export { createOrderedRuns } from "./ordered-runs.ts";
export { createOutputMatches } from "./output-matches.ts";
export { createPlaces, type Places } from "./places.ts";
export { createRunScan } from "./scan.ts";
export { createServerPages } from "./servers.ts";
export { createStatistics } from "./statistics.ts";
