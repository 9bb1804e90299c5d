/** The keeper in memory: runs in the total order, as many bytes of them as it may hold. */
export { createMemoryStore, type MemoryStoreOptions } from "./memory.ts";
