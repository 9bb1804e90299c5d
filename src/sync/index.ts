/**
 * Keeps the store true: reads lists on, at both ends, follows what is unfinished, shares one reading among all who wait for it.
 * Knows upstreams and the store; may not know who asks or why.
 */
export * from "./collect/index.ts";
export type { KnownList } from "./lists/index.ts";
export * from "./readers/index.ts";
export {
  findSourceAmong,
  type SourceBook,
  type SourceFailure,
  type SourceState,
  toSourceFailure,
} from "./sources/index.ts";
