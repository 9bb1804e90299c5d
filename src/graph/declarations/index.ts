/** How types are declared, and what all of them are made of: fields, scalars, enums, ids. */
import "reflect-metadata";

export { badInput, checkCount, checkText } from "./bad-input.ts";
export {
  BackfillPhaseEnum,
  CommandTypeEnum,
  enumOf,
  type InstanceInvocationOrder,
  InstanceInvocationOrderEnum,
  InstanceInvocationStatusEnum,
  InvocationOrderEnum,
  InvocationStatusEnum,
  ProviderEnum,
  ScheduleKindEnum,
  SourceErrorCodeEnum,
  StatisticsGroupEnum,
  StatisticsIntervalEnum,
} from "./enums.ts";
export { fromGlobalId, type NodeRef, type ReadId, toGlobalId, useIdKeys } from "./global-id.ts";
export { Base64, DateTime, JsonObject, SafeInt, toInstant } from "./scalars.ts";
export { declareSource, Node, ReadFrom } from "./shared-fields.ts";
export {
  always,
  declareArgs,
  declareInput,
  declareMembers,
  declareReads,
  declareShape,
  LONG_TEXT,
  orNull,
  type ShownMembers,
  Value,
} from "./value.ts";
