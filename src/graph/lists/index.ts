/** How lists are asked for and shown: filters and pages. */
export {
  Connection,
  connect,
  declareConnection,
  declareFields,
  PAGE_ARGUMENTS,
  PageArgs,
  rowsOf,
} from "./connection.ts";
export {
  InvocationFilter,
  InvocationResultFilter,
  type Optional,
  present,
  toInvocationFilter,
  toResultFilter,
} from "./filter.ts";
export { compareText, cutPage, listByName, type MemoryList, openPage } from "./memory-page.ts";
