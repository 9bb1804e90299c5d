import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { GraphQLError } from "graphql";

import { InputError, type SourceErrorCode, UpstreamError } from "#domain";
import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const CANARY = "canary-5up3r-53cr3t";
const source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;

function upstreamError(code: SourceErrorCode): UpstreamError {
  return new UpstreamError({
    code,
    message: "The upstream said no.",
    source,
    action: "DescribeInvocations",
    upstreamCode: "Some.Code",
    httpStatus: 400,
    requestId: "upstream-request",
    retryable: true,
    retryAfterMs: 1_000,
  });
}

const thrown: Readonly<Record<string, () => unknown>> = {
  error: () => new Error(`${CANARY} at /srv/app/node_modules/x.js`),
  typeError: () => new TypeError(`Cannot read properties of ${CANARY}`),
  text: () => CANARY,
  nothing: () => undefined,
  coded: () => Object.assign(new Error(CANARY), { extensions: { code: "STOLEN", canary: CANARY } }),
  uncoded: () => new GraphQLError(CANARY),
  graphql: () => new GraphQLError("No such thing.", { extensions: { code: "NOT_FOUND", stacktrace: [CANARY] } }),
  input: () => new InputError("BAD_USER_INPUT", "first: expected at most 100, got 101", "first"),
  cursor: () => new InputError("INVALID_CURSOR", "after: not a cursor of this list", "after"),
  cost: () => new InputError("COST_LIMIT_EXCEEDED", "too much"),
  THROTTLED: () => upstreamError("THROTTLED"),
  NOT_FOUND: () => upstreamError("NOT_FOUND"),
  UNKNOWN: () => upstreamError("UNKNOWN"),
};

const schema = stubSchema("type Query { fail(how: String!): String must: String! wrong: Int }", {
  Query: {
    fail: ({ how }) => {
      throw thrown[String(how)]?.();
    },
    must: () => null,
    wrong: () => CANARY,
  },
});

describe.each(["compiled", "reference"] as const)("errors of the %s executor", (executor) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ schema, executor });
  });
  afterAll(() => gateway.stop());

  const internal = { message: "Internal error", extensions: { code: "INTERNAL_SERVER_ERROR" } };
  const upstream = (code: string) => ({
    message: "The upstream said no.",
    extensions: {
      code,
      provider: "ECS",
      account: "default",
      regionId: "cn-hangzhou",
      upstreamCode: "Some.Code",
      requestId: "upstream-request",
      retryable: true,
    },
  });

  it.each([
    ["error", internal],
    ["typeError", internal],
    ["text", internal],
    ["nothing", internal],
    ["coded", internal],
    ["uncoded", internal],
    ["graphql", { message: "No such thing.", extensions: { code: "NOT_FOUND" } }],
    [
      "input",
      { message: "first: expected at most 100, got 101", extensions: { code: "BAD_USER_INPUT", argument: "first" } },
    ],
    [
      "cursor",
      { message: "after: not a cursor of this list", extensions: { code: "INVALID_CURSOR", argument: "after" } },
    ],
    ["cost", { message: "too much", extensions: { code: "COST_LIMIT_EXCEEDED" } }],
    ["THROTTLED", upstream("UPSTREAM_THROTTLED")],
    ["NOT_FOUND", upstream("UPSTREAM_BAD_RESPONSE")],
    ["UNKNOWN", upstream("UPSTREAM_UNAVAILABLE")],
  ])("tells what a client may know of %s, at its place", async (how, expected) => {
    for (let round = 0; round < 4; round += 1) {
      const { status, body } = await gateway.ask({
        query: "query ($how: String!) { it: fail(how: $how) }",
        variables: { how },
      });
      const { data, errors } = body as { data: unknown; errors: unknown };
      expect({ status, data, errors }).toEqual({
        status: 200,
        data: { it: null },
        errors: [{ ...expected, path: ["it"], locations: [{ line: 1, column: 25 }] }],
      });
    }
  });

  it("tells nothing of values that break the schema", async () => {
    for (const query of ["{ must }", "{ wrong }"]) {
      for (let round = 0; round < 4; round += 1) {
        const { body } = await gateway.ask({ query });
        expect((body as { errors: unknown }).errors).toEqual([
          { ...internal, path: [query.slice(2, -2)], locations: [{ line: 1, column: 3 }] },
        ]);
      }
    }
  });

  it("writes what it hides to the log, with the request's id", async () => {
    await gateway.ask({ query: '{ fail(how: "error") }' }, { "x-request-id": "my-request" });
    const line = gateway.log.find(({ msg, requestId }) => msg === "internal error" && requestId === "my-request");
    expect(line).toMatchObject({ level: "error", path: "fail", err: { type: "Error" } });
  });

  it("names code and place where variables do not fit", async () => {
    for (let round = 0; round < 4; round += 1) {
      const { status, body } = await gateway.ask({
        query: "query ($how: String!) { fail(how: $how) }",
        variables: { how: 1 },
      });
      expect({ status, body }).toEqual({
        status: 200,
        body: {
          errors: [
            {
              message: 'Variable "$how" got invalid value 1; String cannot represent a non string value: 1',
              locations: [{ line: 1, column: 8 }],
              extensions: { code: "BAD_USER_INPUT" },
            },
          ],
        },
      });
    }
  });

  it("names the first five of many variables that do not fit", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `how${index}`);
    const query = `query (${names.map((name) => `$${name}: String!`).join(" ")}) { ${names
      .map((name) => `${name}: fail(how: $${name})`)
      .join(" ")} }`;
    const variables = Object.fromEntries(names.map((name) => [name, 1]));
    for (let round = 0; round < 8; round += 1) {
      const { status, body } = await gateway.ask({ query, variables });
      const { errors } = body as { errors: readonly { message: string; extensions: unknown }[] };
      expect({ status, told: errors.map(({ message, extensions }) => [message.split(" got")[0], extensions]) }).toEqual(
        {
          status: 200,
          told: names.slice(0, 5).map((name) => [`Variable "$${name}"`, { code: "BAD_USER_INPUT" }]),
        },
      );
    }
  });

  it("cuts messages that repeat a long value", async () => {
    const { body } = await gateway.ask({
      query: "query ($how: Int) { wrong fail(how: $how) }",
      variables: { how: "x".repeat(90_000) },
    });
    expect(JSON.stringify(body).length).toBeLessThan(3_000);
  });
});
