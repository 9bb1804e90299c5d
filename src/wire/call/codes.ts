import type { SourceErrorCode } from "#domain";

/**
 * What the wire itself does about a failed attempt. `backoff`: again after a pause; `few`: the same, but fewer times;
 * `wait`: again when the upstream allows; `resign`: again at once; `renewKeys`: again with keys that were read anew;
 * `renewedKeys`: the same, but only where those differ; `correctClock`: again once the clock was set by the upstream's date.
 */
export type RetryKind = "none" | "backoff" | "few" | "wait" | "resign" | "renewKeys" | "renewedKeys" | "correctClock";

/** What a code means to us. */
export interface CodeMeaning {
  readonly code: SourceErrorCode;
  readonly retryKind: RetryKind;
  /** Continues "ECS cn-hangzhou DescribeInvocations of account default: …". */
  readonly says: string;
  /** What a person can do; null where there is nothing. */
  readonly advice: string | null;
  /** True if the code does not tell whether the account or an argument is refused: the HTTP status alone says it, or words that are used for both. */
  readonly isUnspecific?: boolean;
}

/** A family of codes that is open: `match` says what it holds. */
export interface CodeFamily {
  /** As a person would write it, `*` for anything. */
  readonly pattern: string;
  readonly meaning: CodeMeaning;
}

function meaning(code: SourceErrorCode, retryKind: RetryKind, says: string, advice: string | null = null): CodeMeaning {
  return { code, retryKind, says, advice };
}

const badRequest = meaning("BAD_REQUEST", "none", "the request was refused as wrong");
const notSupported = meaning("NOT_SUPPORTED", "none", "the call is not offered there");
const noSuchRegion = meaning("NOT_SUPPORTED", "none", "the region is not known there", "check the list of regions");
const badEndpoint = meaning("NOT_SUPPORTED", "none", "the action is not known there", "check the endpoint");
const badSignature = meaning(
  "UNAUTHENTICATED",
  "renewedKeys",
  "the signature was refused",
  "check the access key secret",
);
const nonceUsed = meaning("UNAVAILABLE", "resign", "the request was taken for a repeated one");
const badClock = meaning(
  "UNAUTHENTICATED",
  "correctClock",
  "the time of the request was refused",
  "check this machine's clock",
);
const badTimeFormat = meaning("UNAUTHENTICATED", "none", "the time of the request was refused");
const badKey = meaning("UNAUTHENTICATED", "renewedKeys", "the access key was refused", "check the access key id");
const badToken = meaning("UNAUTHENTICATED", "renewKeys", "the security token was refused", "renew the temporary keys");
const denied = meaning("FORBIDDEN", "none", "the account may not do this", "check its RAM policy");
const refusedSomehow: CodeMeaning = { ...denied, isUnspecific: true };
const barred = meaning("FORBIDDEN", "none", "the account is barred from this", "check the state of the account");
const notFound = meaning("NOT_FOUND", "none", "what was asked for does not exist");
const throttled = meaning("THROTTLED", "wait", "too many requests");
const unavailable = meaning("UNAVAILABLE", "backoff", "the service is not available");
const internalError = meaning("UNAVAILABLE", "few", "the service met an internal error");
const inProgress = meaning("UNAVAILABLE", "backoff", "an earlier request is still in progress");

/** Every code that the vendor documents for the actions used here, or for every action, in the order of the vendor's themes. */
export const UPSTREAM_CODES: Readonly<Record<string, CodeMeaning>> = {
  MissingParameter: badRequest,
  InvalidParameter: badRequest,
  "InvalidParam.PageNumber": badRequest,
  "InvalidParam.PageSize": badRequest,
  "InvalidParameter.NextToken": badRequest,
  "InvalidParameter.MaxResults": badRequest,
  "MissingParameter.TagKey": badRequest,
  "NumberExceed.Tags": badRequest,
  "Duplicate.TagKey": badRequest,
  "InvalidTagKey.Malformed": badRequest,
  "InvalidTagValue.Malformed": badRequest,
  "InvalidAcceptLanguage.NotFound": badRequest,
  "InvalidCommandType.NotFound": badRequest,
  "InvalidName.LengthLimitExceeded": badRequest,
  "InstanceIds.ExceedLimit": badRequest,
  "RegionId.ApiNotSupported": notSupported,
  UnauthorizedRegion: noSuchRegion,
  "InvalidRegionId.NotFound": noSuchRegion,
  InvalidAction: badEndpoint,
  "InvalidAction.NotFound": badEndpoint,
  InvalidVersion: badEndpoint,
  "InvalidApi.NotFound": badEndpoint,
  "InvalidProduct.NotFound": badEndpoint,
  "InvalidDomain.NotFound": badEndpoint,
  "InvalidOperation.NotSupportedEndpoint": badEndpoint,
  UnsupportedHTTPMethod: notSupported,
  UnsupportedOperation: notSupported,
  IncompleteSignature: badSignature,
  SignatureDoesNotMatch: badSignature,
  SignatureNonceUsed: nonceUsed,
  "InvalidTimeStamp.Expired": badClock,
  "InvalidTimeStamp.Format": badTimeFormat,
  IllegalTimestamp: badClock,
  "InvalidAccessKeyId.NotFound": badKey,
  "InvalidAccessKeyId.Inactive": badKey,
  "InvalidSecurityToken.Expired": badToken,
  "InvalidSecurityToken.Malformed": badToken,
  "InvalidSecurityToken.MismatchWithAccessKey": badToken,
  MissingSecurityToken: badToken,
  "Forbidden.RAM": denied,
  NoPermission: denied,
  Forbidden: denied,
  "Forbidden.AccessKeyDisabled": barred,
  "Forbidden.RiskControl": barred,
  "Forbidden.SubUser": denied,
  "Forbidden.Unauthorized": denied,
  "Forbidden.NotSupportRAM": denied,
  "Operation.Forbidden": refusedSomehow,
  "InvalidInstanceId.NotFound": notFound,
  "InvalidInstance.NotFound": notFound,
  NotFoundInstance: notFound,
  "InvalidInvokeId.NotFound": notFound,
  "InvalidCommandId.NotFound": notFound,
  "InvalidCommand.NotFound": notFound,
  "InvalidCmdId.NotFound": notFound,
  "InvalidResourceGroup.NotFound": notFound,
  "InvalidResourceGroupId.NotFound": notFound,
  "EntityNotExist.ResourceGroup": notFound,
  Throttling: throttled,
  "Throttling.User": throttled,
  "Throttling.Api": throttled,
  "Throttling.Api.Concurrency": throttled,
  "Throttling.System": throttled,
  "Rejected.Throttling": throttled,
  ServiceUnavailable: unavailable,
  InternalError: internalError,
  "InternalError.Dispatch": internalError,
  LastTokenProcessing: inProgress,
  IdempotentProcessing: inProgress,
};

/**
 * Families for codes that no row names; the first that matches wins. There is none of `NOT_FOUND`: what is read as an empty
 * answer has to be named by a row, since a missing action, product or domain ends in `.NotFound` too.
 */
export const CODE_FAMILIES: readonly CodeFamily[] = [
  { pattern: "*Throttling*", meaning: throttled },
  { pattern: "MissingParam*", meaning: badRequest },
  { pattern: "InvalidParam*", meaning: badRequest },
  { pattern: "InvalidSecurityToken*", meaning: badToken },
  { pattern: "InvalidAccessKeyId*", meaning: badKey },
  { pattern: "InvalidTimeStamp*", meaning: badClock },
  { pattern: "InvalidRegionId*", meaning: noSuchRegion },
  { pattern: "*ApiNotSupported", meaning: notSupported },
  { pattern: "UnauthorizedRegion*", meaning: noSuchRegion },
  { pattern: "InvalidAction*", meaning: badEndpoint },
  { pattern: "InvalidApi*", meaning: badEndpoint },
  { pattern: "InvalidProduct*", meaning: badEndpoint },
  { pattern: "InvalidDomain*", meaning: badEndpoint },
  { pattern: "InvalidVersion*", meaning: badEndpoint },
  { pattern: "*.NotSupportedEndpoint", meaning: badEndpoint },
  { pattern: "Unsupported*", meaning: notSupported },
  { pattern: "Forbidden*", meaning: refusedSomehow },
  { pattern: "*.Forbidden", meaning: refusedSomehow },
  { pattern: "NoPermission*", meaning: denied },
  { pattern: "NumberExceed*", meaning: badRequest },
  { pattern: "Duplicate.*", meaning: badRequest },
  { pattern: "*.Malformed", meaning: badRequest },
  { pattern: "*.ExceedLimit", meaning: badRequest },
  { pattern: "ServiceUnavailable*", meaning: unavailable },
  { pattern: "InternalError*", meaning: internalError },
];

const BY_FOLDED_CODE = new Map(Object.entries(UPSTREAM_CODES).map(([code, row]) => [code.toLowerCase(), row]));

const FAMILIES = CODE_FAMILIES.map((family) => ({
  test: new RegExp(`^${family.pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`, "i"),
  meaning: family.meaning,
}));

const BY_STATUS: Readonly<Record<number, CodeMeaning>> = {
  401: meaning("UNAUTHENTICATED", "none", "the request was refused as not signed in"),
  403: meaning("FORBIDDEN", "none", "the request was refused"),
  429: throttled,
};

/**
 * What an error answer means: by its code, without regard to case, and only where that says nothing by its HTTP status.
 * @param upstreamCode null where the answer names none that could be read.
 */
export function explainCode(upstreamCode: string | null, httpStatus: number): CodeMeaning {
  if (upstreamCode !== null) {
    const known =
      BY_FOLDED_CODE.get(upstreamCode.toLowerCase()) ??
      FAMILIES.find((family) => family.test.test(upstreamCode))?.meaning;
    if (known !== undefined) return known;
  }
  return { ...explainStatus(httpStatus), isUnspecific: true };
}

function explainStatus(httpStatus: number): CodeMeaning {
  const known = BY_STATUS[httpStatus];
  if (known !== undefined) return known;
  if (httpStatus >= 500) return unavailable;
  if (httpStatus >= 400) return meaning("UNKNOWN", "none", "the request was refused");
  if (httpStatus >= 300)
    return meaning("BAD_RESPONSE", "none", "the answer was a redirect, which is not followed", "check the endpoint");
  return meaning("UNKNOWN", "none", "the answer was an error");
}
