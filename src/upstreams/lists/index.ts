/** Reads lists by tokens and by pages alike, and narrows those that an upstream cannot narrow. */
export { type AllItems, type Lack, readAllPages } from "./all-pages.ts";
export { createListReader, createRunListReader } from "./list-reader.ts";
export { askAgain, createPaging, type Paging, type PagingParameters } from "./paging.ts";
export { toListedServers } from "./server-list.ts";
export { createStatusFilter, isStatusRefusal, type StatusFilter, type StatusWords } from "./status-filter.ts";
