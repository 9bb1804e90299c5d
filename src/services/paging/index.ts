/** How any list is paged: arguments, cursors and their seals, the pages that clients get, and how sources fared. */
export { type PageRequestArguments, readPageArguments } from "./arguments.ts";
export { behind, openPlace, takePage, toPage } from "./assembly.ts";
export { type CursorCodec, createCursorCodec, type PageCursor, type ShownAhead, type SourcePlace } from "./cursor.ts";
export { createByteReader, createByteWriter } from "./place-text.ts";
export { createSealer } from "./sealer.ts";
export { type BackfillOf, createDescribeSource, type DescribeSource, joinStates } from "./source-states.ts";
