import type { ErrorForm, Fault } from "../support/emulator/index.ts";
import type { RigOptions } from "./rig.ts";
import { CANARIES, createHurriedClock } from "./rig.ts";
import { answered, type Failure, type FaultRow, type FaultSection } from "./row.ts";

const ecs = (fault: Fault, limits: { readonly times?: number } = {}): RigOptions => ({
  faults: [{ product: "ecs", ...limits, fault }],
});

interface Refusal {
  readonly code: string;
  readonly form?: ErrorForm;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
}

/** A code that comes every time, and is shown the same for the page and for the run. */
function always(refusal: Refusal, failure: Failure, calls: FaultRow["calls"], remark?: string): FaultRow {
  const form = refusal.form === undefined ? "" : `, written as ${refusal.form}`;
  return {
    fault: `\`${refusal.code}\`${refusal.status === undefined ? "" : ` with HTTP ${refusal.status}`}${form}`,
    options: ecs({ kind: "error", ...refusal }),
    list: failure,
    one: failure,
    calls,
    ...(remark === undefined ? {} : { remark }),
  };
}

/** A code that comes once, and that users do not get to see. */
function once(refusal: Refusal, remark?: string): FaultRow {
  return {
    fault: `\`${refusal.code}\`, once`,
    options: ecs({ kind: "error", ...refusal }, { times: 1 }),
    list: null,
    one: null,
    calls: [2, 0],
    ...(remark === undefined ? {} : { remark }),
  };
}

const throttled = answered("THROTTLED", "too many requests (Throttling.User)", "Throttling.User", 400, true);
const stillThrottled: Failure = {
  ...throttled,
  says: "too many requests, as the upstream said a moment ago (Throttling.User)",
  httpStatus: null,
  hasId: false,
};
const refusedAsWrong = (code: string): Failure =>
  answered("BAD_REQUEST", `the request was refused as wrong (${code})`, code, 400);
const forbidden = answered(
  "FORBIDDEN",
  "the account may not do this (Forbidden.RAM); check its RAM policy",
  "Forbidden.RAM",
  403,
);

/** What the API answers, by class. */
export const API: FaultSection = {
  title: "API",
  rows: [
    {
      ...always({ code: "Throttling.User" }, throttled, [1, 0], "not asked again before the minute ends"),
      one: stillThrottled,
    },
    {
      fault: "`Throttling.Api` with HTTP 503 and `x-ratelimit-user-api`, 30 s left",
      options: ecs({
        kind: "error",
        code: "Throttling.Api",
        status: 503,
        headers: { "x-ratelimit-user-api": "Limit:1,Remain:0,TimeLeft:30000,Reset:1" },
      }),
      list: answered("THROTTLED", "too many requests (Throttling.Api)", "Throttling.Api", 503, true),
      one: {
        ...answered("THROTTLED", "", "Throttling.Api", 503, true),
        says: "too many requests, as the upstream said a moment ago (Throttling.Api)",
        httpStatus: null,
        hasId: false,
      },
      calls: [1, 0],
      remark: "not asked again before that time",
    },
    once(
      { code: "Throttling.User", headers: { "x-acs-retry-after": "500" } },
      "waits for the half second that `x-acs-retry-after` names",
    ),
    always(
      { code: "ServiceUnavailable" },
      answered("UNAVAILABLE", "the service is not available (ServiceUnavailable)", "ServiceUnavailable", 503, true),
      [4, 1],
      "the fifth failure in a row opens the breaker",
    ),
    once({ code: "ServiceUnavailable" }),
    always(
      { code: "InternalError" },
      answered("UNAVAILABLE", "the service met an internal error (InternalError)", "InternalError", 500, true),
      [3, 2],
      "the fifth failure in a row opens the breaker",
    ),
    once({ code: "InternalError" }),
    once({ code: "SignatureNonceUsed" }, "signed anew, with a new nonce"),
    {
      fault: "`InvalidTimeStamp.Expired`, since the clock of this machine is an hour late",
      options: () => Promise.resolve({ upstreamClock: createHurriedClock(3_600_000) }),
      list: null,
      one: null,
      calls: [2, 0],
      remark:
        "the clock is set once by the upstream's `Date`: calls that are under way cost a retry each, later ones none",
    },
    always(
      { code: "InvalidTimeStamp.Expired" },
      answered(
        "UNAUTHENTICATED",
        "the time of the request was refused (InvalidTimeStamp.Expired); check this machine's clock",
        "InvalidTimeStamp.Expired",
        400,
      ),
      [1, 1],
      "not tried again where the upstream's `Date` shows that the clock is right",
    ),
    always(
      { code: "SignatureDoesNotMatch" },
      answered(
        "UNAUTHENTICATED",
        "the signature was refused (SignatureDoesNotMatch); check the access key secret",
        "SignatureDoesNotMatch",
        400,
      ),
      [1, 1],
      "tried once more only with other keys",
    ),
    always(
      { code: "InvalidAccessKeyId.NotFound" },
      answered(
        "UNAUTHENTICATED",
        "the access key was refused (InvalidAccessKeyId.NotFound); check the access key id",
        "InvalidAccessKeyId.NotFound",
        404,
      ),
      [1, 1],
      "tried once more only with other keys",
    ),
    always(
      { code: "InvalidSecurityToken.Expired" },
      answered(
        "UNAUTHENTICATED",
        "the security token was refused (InvalidSecurityToken.Expired); renew the temporary keys",
        "InvalidSecurityToken.Expired",
        400,
      ),
      [2, 2],
      "tried once more with keys that were read anew",
    ),
    always({ code: "Forbidden.RAM" }, forbidden, [1, 1]),
    always({ code: "Forbidden.RAM", form: "xml" }, forbidden, [1, 1]),
    always({ code: "Forbidden.RAM", form: "lower-case" }, forbidden, [1, 1]),
    {
      fault: "`NoPermission` for DescribeCommandInvocations on SWAS",
      options: { keys: [{ ...CANARIES, denied: ["swas:DescribeCommandInvocations"] }] },
      list: null,
      one: null,
      calls: [1, 0],
      remark: "SWAS is read server by server instead: ListInstances, then DescribeInvocations for each",
    },
    {
      ...always(
        { code: "RegionId.ApiNotSupported" },
        answered(
          "NOT_SUPPORTED",
          "the call is not offered there (RegionId.ApiNotSupported)",
          "RegionId.ApiNotSupported",
          400,
        ),
        [1, 0],
        "the region counts as one without runs: `hasNextPage` and `totalCount` are right",
      ),
      isEmpty: true,
    },
    {
      ...always(
        { code: "InvalidRegionId.NotFound" },
        answered(
          "NOT_SUPPORTED",
          "the region is not known there (InvalidRegionId.NotFound); check the list of regions",
          "InvalidRegionId.NotFound",
          404,
        ),
        [1, 0],
      ),
      isEmpty: true,
    },
    {
      ...always(
        { code: "InvalidAction.NotFound" },
        answered(
          "NOT_SUPPORTED",
          "the action is not known there (InvalidAction.NotFound); check the endpoint",
          "InvalidAction.NotFound",
          404,
        ),
        [1, 0],
      ),
      isEmpty: true,
    },
    {
      ...always(
        { code: "InvalidApi.NotFound" },
        answered(
          "NOT_SUPPORTED",
          "the action is not known there (InvalidApi.NotFound); check the endpoint",
          "InvalidApi.NotFound",
          404,
        ),
        [1, 0],
      ),
      isEmpty: true,
    },
    always({ code: "InvalidTagKey.Malformed" }, refusedAsWrong("InvalidTagKey.Malformed"), [1, 1]),
    {
      fault: "`InvalidInvokeId.NotFound`",
      options: ecs({ kind: "error", code: "InvalidInvokeId.NotFound" }),
      list: answered(
        "NOT_FOUND",
        "what was asked for does not exist (InvalidInvokeId.NotFound)",
        "InvalidInvokeId.NotFound",
        404,
      ),
      one: null,
      calls: [1, 1],
      isGone: true,
      remark: "a run that was asked for is null and no error; a page asked for none",
    },
    always({ code: "InvalidParameter" }, refusedAsWrong("InvalidParameter"), [1, 1]),
    always({ code: "MissingParameter.RegionId" }, refusedAsWrong("MissingParameter.RegionId"), [1, 1]),
    always(
      { code: "Brand.New" },
      {
        ...answered("UNKNOWN", "the request was refused (Brand.New)", "Brand.New", 400),
        graphqlCode: "UPSTREAM_UNAVAILABLE",
      },
      [1, 1],
    ),
    {
      fault: "HTTP 200 with the error object of `ServiceUnavailable`",
      options: ecs({ kind: "error-in-200", code: "ServiceUnavailable" }),
      list: answered(
        "UNAVAILABLE",
        "the service is not available (ServiceUnavailable)",
        "ServiceUnavailable",
        200,
        true,
      ),
      one: answered(
        "UNAVAILABLE",
        "the service is not available (ServiceUnavailable)",
        "ServiceUnavailable",
        200,
        true,
      ),
      calls: [4, 4],
    },
  ],
};
