import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { createStaticCredentials, type WireOptions } from "#wire";
import { createOperation } from "../support/operation.ts";
import { createRig, REQUEST, systemClock } from "./rig.ts";
import type { Play } from "./upstream-server.ts";

const KEYS = {
  accessKeyId: "canary-key-id",
  accessKeySecret: "canary-secret",
  securityToken: "canary-token",
};

/** Everything that must not be told: keys, the signature of any request, the parameters' values, the upstream's own words. */
const CANARY = /canary|ACS3-HMAC|[0-9a-f]{64}|Signature=|authorization/i;

const PARAMETERS = { RegionId: "cn-hangzhou", CommandName: "canary-parameter" };

/** An upstream that says back all that it was told, wherever it can. */
const echo =
  (status: number, code: string): Play =>
  ({ headers, query }) => ({
    status,
    headers: { "x-acs-request-id": String(headers.authorization) },
    body: {
      RequestId: `sent ${headers.authorization}`,
      Code: code,
      Message: `string to sign: ${JSON.stringify({ ...headers, ...query })}`,
      Recommend: JSON.stringify(headers),
      AccessDeniedDetail: { EncodedDiagnosticMessage: "canary-diagnosis" },
    },
  });

const echoText =
  (status: number): Play =>
  ({ headers, query }) => ({ status, body: `<p>${JSON.stringify({ ...headers, ...query })}` });

const PATHS: readonly [string, Play, Partial<WireOptions>][] = [
  ["a refused signature", echo(400, "SignatureDoesNotMatch"), {}],
  ["an unknown key", echo(404, "InvalidAccessKeyId.NotFound"), {}],
  ["an expired token", echo(400, "InvalidSecurityToken.Expired"), {}],
  ["a wrong clock", echo(400, "InvalidTimeStamp.Expired"), {}],
  ["a missing right", echo(403, "Forbidden.RAM"), {}],
  ["a throttle", echo(400, "Throttling.User"), {}],
  ["a new code", echo(400, "Brand.New"), {}],
  ["a code that is none", echo(400, "Signature=canary-secret, authorization"), {}],
  ["an error with status 200", echo(200, "ServiceUnavailable"), {}],
  ["a web page", echoText(502), {}],
  ["a web page with status 200", echoText(200), {}],
  ["a redirect", ({ headers }) => ({ status: 302, headers: { location: `/${headers.authorization}` } }), {}],
  ["a reset", () => (response) => void response.destroy(), {}],
  ["nobody there", () => ({}), { endpoints: { ECS: "http://127.0.0.1:9", SWAS: null } }],
  ["no such name", () => ({}), { endpoints: { ECS: "https://canary.invalid", SWAS: null } }],
  ["silence", () => () => {}, { timeouts: { attemptTimeoutMs: 30 }, retry: { maxAttemptsAfterTimeout: 1 } }],
  [
    "no keys",
    () => ({}),
    { accounts: new Map([["default", { read: () => Promise.reject(KEYS), renew: () => Promise.reject(KEYS) }]]) },
  ],
];

/** What a failed call leaves behind for everybody to see. */
async function tracesOf(play: Play, options: Partial<WireOptions>): Promise<string> {
  const accounts = new Map([["default", createStaticCredentials(KEYS)]]);
  const { wire, attempts, notices } = await createRig(play, { accounts, ...options }, systemClock);
  // The deadline keeps the throttled path from waiting for the next minute.
  const operation = createOperation({ deadline: performance.now() + 2_000 });
  const error = await wire.call({ ...REQUEST, parameters: PARAMETERS }, operation).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "UpstreamError" });
  return [
    JSON.stringify(error),
    inspect(error, { depth: null, showHidden: true, getters: true }),
    String(error),
    JSON.stringify([attempts, notices]),
  ].join("\n");
}

describe("what is told of a failure", () => {
  it.each(PATHS)("holds no secret: %s", async (_name, play, options) => {
    const traces = await tracesOf(play, options);
    expect(traces.split("\n").filter((line) => CANARY.test(line))).toEqual([]);
  });

  it("holds no secret: a certificate of another name, which is not tried again", async () => {
    const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
    const server = createServer({ key: read("other-name.key.pem"), cert: read("other-name.cert.pem") });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoints = { ECS: `https://localhost:${(server.address() as AddressInfo).port}`, SWAS: null };
    const traces = await tracesOf(() => ({}), { endpoints });
    await new Promise((resolve) => server.close(resolve));
    expect(traces).toContain("it could not be reached (DEPTH_ZERO_SELF_SIGNED_CERT)");
    expect(traces).toContain('"retryable":false');
    expect(traces.split("\n").filter((line) => CANARY.test(line))).toEqual([]);
  });

  it("would be seen by this test", async () => {
    const leaks = [...Object.values(KEYS), "f".repeat(64), "ACS3-HMAC-SHA256 Credential=x"];
    expect(leaks.filter((leak) => !CANARY.test(leak))).toEqual([]);
  });
});
