/** The keeper in PostgreSQL, over a server or embedded. */
export { createDatabase, type Database, type DatabaseStore } from "./database.ts";
export type { Forgettable } from "./forget.ts";
export { codeOf, DatabaseProblem, isFull, isUnavailable, toDatabaseProblem } from "./problem.ts";
export type { Retention } from "./prune.ts";
