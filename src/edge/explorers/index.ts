/** What a browser is shown in place of GraphQL: Apollo Sandbox, and Hive Laboratory without the internet. */

export { createExplorers, type ExplorerOptions } from "./explorers.ts";
export type { ExampleOperation } from "./sandbox.ts";
