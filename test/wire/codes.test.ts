import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import {
  CODE_FAMILIES,
  type CodeMeaning,
  explainCode,
  type RetryKind,
  UPSTREAM_CODES,
} from "../../src/wire/call/codes.ts";

const classOf = (code: string | null, status: number) => {
  const { code: errorClass, retryKind } = explainCode(code, status);
  return [errorClass, retryKind];
};

describe("upstream codes", () => {
  it.each(Object.entries(UPSTREAM_CODES))(
    "%s means the same with every HTTP status and in any case",
    (code, meaning) => {
      const found = [400, 403, 404, 429, 500, 503].flatMap((status) => [
        explainCode(code, status),
        explainCode(code.toLowerCase(), status),
      ]);
      expect(found).toEqual(found.map(() => meaning));
    },
  );

  it.each([
    ["Throttling.Something.New", "THROTTLED", "wait"],
    ["Request.Throttling", "THROTTLED", "wait"],
    ["MissingParameter.RegionId", "BAD_REQUEST", "none"],
    ["MissingParam.InstanceId", "BAD_REQUEST", "none"],
    ["InvalidParam.pageNumber", "BAD_REQUEST", "none"],
    ["InvalidParameter.Tag", "BAD_REQUEST", "none"],
    ["InvalidSomething.Malformed", "BAD_REQUEST", "none"],
    ["NumberExceed.Other", "BAD_REQUEST", "none"],
    ["InvalidApi.Other", "NOT_SUPPORTED", "none"],
    ["InvalidActionName.NotFound", "NOT_SUPPORTED", "none"],
    ["Any.NotSupportedEndpoint", "NOT_SUPPORTED", "none"],
    ["InvalidSecurityToken.Other", "UNAUTHENTICATED", "renewKeys"],
    ["InvalidAccessKeyId.Disabled", "UNAUTHENTICATED", "renewedKeys"],
    ["InvalidRegionId.Other", "NOT_SUPPORTED", "none"],
    ["Forbidden.Other", "FORBIDDEN", "none"],
    ["Some.Forbidden", "FORBIDDEN", "none"],
    ["InternalError.Other", "UNAVAILABLE", "few"],
  ])("%s is of its family, though no row names it", (code, errorClass, retryKind) => {
    expect(classOf(code, 400)).toEqual([errorClass, retryKind]);
  });

  it.each([
    ["Brand.New", 400, "UNKNOWN", "none"],
    ["Brand.New", 401, "UNAUTHENTICATED", "none"],
    ["Brand.New", 403, "FORBIDDEN", "none"],
    ["Brand.New.NotFound", 404, "UNKNOWN", "none"],
    ["Brand.New", 429, "THROTTLED", "wait"],
    ["Brand.New", 500, "UNAVAILABLE", "backoff"],
    ["Brand.New", 200, "UNKNOWN", "none"],
    [null, 302, "BAD_RESPONSE", "none"],
    [null, 400, "UNKNOWN", "none"],
    [null, 401, "UNAUTHENTICATED", "none"],
    [null, 403, "FORBIDDEN", "none"],
    [null, 429, "THROTTLED", "wait"],
    [null, 502, "UNAVAILABLE", "backoff"],
  ])("where the code says nothing the HTTP status does: %s %i", (code, status, errorClass, retryKind) => {
    expect(classOf(code, status)).toEqual([errorClass, retryKind]);
  });
});

describe("what is read as an empty answer", () => {
  it("is named code by code: run, command, server, resource group", () => {
    const gone = Object.entries(UPSTREAM_CODES).filter(([, { code }]) => code === "NOT_FOUND");
    expect(gone.map(([code]) => code).sort()).toEqual([
      "EntityNotExist.ResourceGroup",
      "InvalidCmdId.NotFound",
      "InvalidCommand.NotFound",
      "InvalidCommandId.NotFound",
      "InvalidInstance.NotFound",
      "InvalidInstanceId.NotFound",
      "InvalidInvokeId.NotFound",
      "InvalidResourceGroup.NotFound",
      "InvalidResourceGroupId.NotFound",
      "NotFoundInstance",
    ]);
    expect(CODE_FAMILIES.filter(({ meaning }) => meaning.code === "NOT_FOUND")).toEqual([]);
  });
});

describe("docs/errors.md", () => {
  const rows = new Set(readFileSync("docs/errors.md", "utf8").split("\n"));

  it("has a row for every upstream code and every family, as the tables have them", () => {
    const expected = [
      ...Object.entries(UPSTREAM_CODES).map(([code, meaning]) => toRow(code, meaning)),
      ...CODE_FAMILIES.map(({ pattern, meaning }) => toRow(pattern, meaning)),
    ];
    expect(expected.filter((row) => !rows.has(row))).toEqual([]);
  });
});

const RETRIES: Readonly<Record<RetryKind, string>> = {
  none: "no",
  backoff: "yes, after a pause",
  few: "yes, at most twice",
  wait: "yes, when the upstream allows",
  resign: "yes, at once",
  renewKeys: "once, with keys read anew",
  renewedKeys: "once, if the keys have changed",
  correctClock: "once, after the clock is set",
};

/** Classes that have no code of their own in GraphQL. */
const GRAPHQL_CODES: Readonly<Record<string, string>> = {
  NOT_FOUND: "UPSTREAM_BAD_RESPONSE",
  UNKNOWN: "UPSTREAM_UNAVAILABLE",
};

function toRow(code: string, { code: errorClass, retryKind, says }: CodeMeaning): string {
  const graphqlCode = GRAPHQL_CODES[errorClass] ?? `UPSTREAM_${errorClass}`;
  return `| \`${code}\` | ${errorClass} | \`${graphqlCode}\` | ${RETRIES[retryKind]} | ${says} |`;
}
