import type { Members } from "./call.ts";

/** What the vendor answers to a request it does not carry out: HTTP status and text by code (common errors, and those of each action). */
const ERRORS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  InvalidParameter: [400, "The specified parameter is not valid."],
  "InvalidParam.PageNumber": [400, "The specified parameter PageNumber is not valid."],
  "InvalidParam.PageSize": [400, "The specified parameter PageSize is not valid."],
  "InvalidParameter.NextToken": [400, "The specified parameter NextToken is not valid."],
  "InvalidParameter.MaxResults": [400, "The specified parameter MaxResults is not valid."],
  "RegionId.ApiNotSupported": [400, "The api is not supported in this region."],
  "InvalidRegionId.NotFound": [404, "The RegionId provided does not exist in our records."],
  "InvalidAcceptLanguage.NotFound": [404, "The specified AcceptLanguage is not found."],
  "InvalidApi.NotFound": [404, "Specified api is not found, please check your url and method."],
  "InvalidAction.NotFound": [404, "Specified api is not found, please check your url and method."],
  InvalidVersion: [400, "Specified parameter Version is not valid."],
  UnsupportedHTTPMethod: [404, "This http method is not supported."],
  IncompleteSignature: [400, "The request signature does not conform to Aliyun standards."],
  SignatureDoesNotMatch: [400, "Specified signature is not matched with our calculation."],
  SignatureNonceUsed: [400, "Specified signature nonce was used already."],
  "InvalidTimeStamp.Expired": [400, "Specified time stamp or date value is expired."],
  "InvalidTimeStamp.Format": [400, "Specified time stamp or date value is not well formatted."],
  "InvalidAccessKeyId.NotFound": [404, "Specified access key is not found."],
  "InvalidSecurityToken.Expired": [400, "Specified SecurityToken is expired."],
  "InvalidSecurityToken.MismatchWithAccessKey": [400, "Specified SecurityToken mismatch with the AccessKey."],
  MissingSecurityToken: [400, "SecurityToken is required for this action."],
  "Forbidden.RAM": [403, "User not authorized to operate on the specified resource, or this API doesn't support RAM."],
  NoPermission: [403, "You are not authorized to do this action."],
  "InvalidInstance.NotFound": [404, "The specified instance does not exist."],
  "InvalidInstanceId.NotFound": [404, "The specified InstanceId does not exist."],
  "InvalidInvokeId.NotFound": [404, "The specified InvokeId does not exist."],
  "InstanceIds.ExceedLimit": [403, "The number of instance IDs exceeds the limit."],
  "NumberExceed.Tags": [400, "The maximum number of tags is exceeded."],
  "MissingParameter.TagKey": [400, "The parameter Tag.n.Key is not supplied."],
  "Duplicate.TagKey": [400, "The Tag.N.Key contains duplicate keys."],
  Throttling: [400, "Request was denied due to request throttling."],
  "Throttling.User": [400, "Request was denied due to user flow control."],
  "Throttling.Api": [400, "Request was denied due to api flow control."],
  ServiceUnavailable: [503, "The request has failed due to a temporary failure of the server."],
  InternalError: [500, "The request processing has failed due to some unknown error, exception or failure."],
};

const UNLISTED = [400, "The request was refused."] as const;

/** A request that is answered with an error. A code that the table does not hold has status 400 unless told otherwise. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly status: number;
  /** Further members of the body, as `AccessDeniedDetail`. */
  readonly extras: Members;

  constructor(
    code: string,
    options: {
      readonly status?: number | undefined;
      readonly message?: string | undefined;
      readonly extras?: Members;
    } = {},
  ) {
    const [status, message] = Object.hasOwn(ERRORS, code) ? (ERRORS[code] ?? UNLISTED) : UNLISTED;
    super(options.message ?? message);
    this.code = code;
    this.status = options.status ?? status;
    this.extras = options.extras ?? {};
  }
}

/** A mandatory parameter is absent. */
export function missingParameter(name: string): ApiError {
  const message = `The input parameter "${name}" that is mandatory for processing this request is not supplied.`;
  return new ApiError(`MissingParameter.${name}`, { message });
}

/** A parameter has a value that its action does not take. */
export function invalidParameter(name: string): ApiError {
  return new ApiError("InvalidParameter", { message: `The specified parameter ${name} is not valid.` });
}
