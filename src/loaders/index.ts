/**
 * Gathers what one operation asks for by key and hands it to the services in as few calls as there are kinds of reads. Lives
 * as long as one operation; knows no GraphQL type and no upstream.
 */
export { createInOrder } from "./in-order.ts";
export { createLoaders, type Loaders } from "./loaders.ts";
export { countWork, fitsTurn, takeTurn } from "./operation-turns.ts";
