/** What the upstreams answer, in all its shapes, becomes the words of the domain. */
export { canBeBase64, fromBase64 } from "./base64.ts";
export { type FoundById, foundOf, joinFound, type PartById, readInParts } from "./by-ids.ts";
export { decodeBase64Field, readBase64Output } from "./content.ts";
export {
  type EnvelopeSpec,
  findOnly,
  keepItems,
  type PageShape,
  RESULT_ENVELOPE,
  RUN_ENVELOPE,
  readPage,
  readWhole,
  toEmptyPage,
  unwrap,
} from "./envelope.ts";
export { type Surroundings, toInstanceInvocation, toResult } from "./execution.ts";
export {
  type Fields,
  isFields,
  isNothing,
  pick,
  readBoolean,
  readCount,
  readId,
  readText,
  readTexts,
  readTime,
} from "./fields.ts";
export { arrangeExecutions, latestOfEach, nameResults } from "./history.ts";
export { isNotFound, orNotFound } from "./not-found.ts";
export { chunk, mapBounded } from "./parallel.ts";
export { COMMAND_TYPE_WORDS, listKey, singleStatus } from "./query.ts";
export { badResponse, createReader, type Reader, type Reading } from "./reading.ts";
export { type OwnOfRun, toRun } from "./run.ts";
export { type AgentShape, listRegions, SERVER_ENVELOPE, type ServerShape } from "./servers.ts";
export { type ExecutionShape, type NamedRun, type RunShape, readExecution, readNamedRun, readRun } from "./shapes.ts";
export { RUN_STATUS_FIELDS, statusOfRun } from "./status.ts";
export { DEFAULT_ZONES, toInstant, type ZonePolicy } from "./time.ts";
