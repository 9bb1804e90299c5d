/** One list of runs of a source: refreshed at its newest end, extended at its oldest, with what is known of it in between. */
export { stateOf } from "./list-notes.ts";
export { findHole, type KnownList, openKnownLists, recallKnownList } from "./lists.ts";
export type { ListParts } from "./open-list.ts";
