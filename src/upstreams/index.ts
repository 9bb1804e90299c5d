/**
 * What a product must be able to do, and what the adapters share: reading what the upstreams answer, in all its shapes,
 * once. May know the wire's `Call`; may not know who asks or why.
 */
export { type AgentShape, readAgents } from "./agents.ts";
export { type AllItems, readAllPages } from "./all-pages.ts";
export { canBeBase64, fromBase64 } from "./base64.ts";
export { decodeBase64Field } from "./content.ts";
export { DeadPlaceError } from "./dead-place.ts";
export {
  EMPTY_PAGE,
  type EnvelopeSpec,
  keepItems,
  type PageShape,
  RESULT_ENVELOPE,
  RUN_ENVELOPE,
  readPage,
  readWhole,
  unwrap,
} from "./envelope.ts";
export { type Surroundings, toInstanceInvocation, toResult } from "./execution.ts";
export {
  type Fields,
  isFields,
  isNothing,
  pick,
  readBoolean,
  readId,
  readInteger,
  readText,
  readTexts,
  readTime,
} from "./fields.ts";
export { arrangeExecutions } from "./history.ts";
export { createListReader, createRunListReader } from "./list-reader.ts";
export { isNotFound, orNotFound } from "./not-found.ts";
export { askAgain, createPaging, type Paging, type PagingParameters } from "./paging.ts";
export { chunk, mapBounded } from "./parallel.ts";
export type {
  ActionDescription,
  OutputEncodingSetting,
  Product,
  ProductDescription,
  UpstreamOptions,
} from "./product.ts";
export { COMMAND_TYPE_WORDS, listKey, singleStatus } from "./query.ts";
export { badResponse, createReader, type Reader, type Reading } from "./reading.ts";
export { isRefusal, orWhenRefused } from "./refusal.ts";
export { type ExecutionShape, type RunShape, readExecution, readRun } from "./shapes.ts";
export { RUN_STATUS_FIELDS, statusOfRun } from "./status.ts";
export { createStatusFilter, isStatusRefusal, type StatusFilter, type StatusWords } from "./status-filter.ts";
export { DEFAULT_ZONES, toInstant, type ZonePolicy } from "./time.ts";
export type {
  FirstPage,
  KnownRun,
  ListedOutputs,
  Place,
  RecalledRun,
  ResultList,
  ResultListQuery,
  ResultQuery,
  RunList,
  RunListPage,
  Upstream,
} from "./upstream.ts";
