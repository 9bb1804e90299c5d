import { describe, expect, it } from "@jest/globals";
import { InputError } from "#domain";
import { createStaticCredentials } from "#wire";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, failureOf, KEYS, OK, REQUEST, SOURCE } from "./rig.ts";
import { errorReply } from "./upstream-server.ts";

describe("a call", () => {
  it("posts everything in the query with an empty body, signed", async () => {
    const { wire, upstream, clock } = await createRig(() => OK);
    const answer = await wire.call(
      { ...REQUEST, parameters: { CommandName: "a b*", Tag: [{ Key: "x" }] } },
      createOperation(),
    );

    expect(answer).toEqual({ body: OK.body, requestId: "REQ-OK" });
    expect(upstream.received).toEqual([
      {
        method: "POST",
        path: "/",
        query: { CommandName: "a b*", "Tag.1.Key": "x" },
        headers: {
          host: new URL(upstream.url).host,
          "x-acs-action": "DescribeInvocations",
          "x-acs-version": "2014-05-26",
          "x-acs-date": `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
          "x-acs-signature-nonce": "nonce-1",
          "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          authorization: expect.stringMatching(
            /^ACS3-HMAC-SHA256 Credential=canary-key-id,SignedHeaders=host;[a-z0-9;-]+,Signature=[0-9a-f]{64}$/,
          ),
          accept: "application/json",
          "user-agent": "cloud-assistant-gateway",
          "content-length": "0",
          connection: "keep-alive",
        },
      },
    ]);
  });

  it("goes to the endpoint of its product, in the path that the endpoint has", async () => {
    const { wire, upstream } = await createRig(() => OK);
    await wire.call({ ...REQUEST, source: { ...SOURCE, provider: "SWAS" }, version: "2020-06-01" }, createOperation());
    expect(upstream.received.map(({ path, headers }) => [path, headers["x-acs-version"]])).toEqual([
      ["/swas", "2020-06-01"],
    ]);
  });

  it("keeps its connection for the next one", async () => {
    const { wire, upstream } = await createRig(() => OK);
    for (let count = 0; count < 5; count += 1) await wire.call(REQUEST, createOperation());
    expect([upstream.received.length, upstream.connections()]).toEqual([5, 1]);
  });

  it("is charged before each attempt and told of after it", async () => {
    const { wire, attempts } = await createRig((_, count) =>
      count === 1 ? errorReply(503, "ServiceUnavailable") : OK,
    );
    const operation = createOperation();
    await wire.call(REQUEST, operation);
    expect(operation.spent).toEqual(["ECS cn-hangzhou DescribeInvocations", "ECS cn-hangzhou DescribeInvocations"]);
    expect(attempts).toEqual([
      {
        source: SOURCE,
        action: "DescribeInvocations",
        outcome: "UNAVAILABLE",
        attempt: 1,
        durationMs: 0,
        httpStatus: 503,
        upstreamCode: "ServiceUnavailable",
        upstreamRequestId: "REQ-1",
        requestId: "test-request",
      },
      {
        source: SOURCE,
        action: "DescribeInvocations",
        outcome: "ok",
        attempt: 2,
        durationMs: 0,
        httpStatus: 200,
        upstreamCode: null,
        upstreamRequestId: "REQ-OK",
        requestId: "test-request",
      },
    ]);
  });

  it("that nobody waits for any longer is told of as cancelled, and not as too slow", async () => {
    const { wire, upstream, attempts } = await createRig(() => () => {});
    const left = new AbortController();
    const call = failureOf(wire.call(REQUEST, createOperation({ signal: left.signal })));
    await upstream.waitFor(1);
    left.abort();
    expect(await call).toMatchObject({ code: "TIMEOUT" });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(["CANCELLED"]);
  });

  it("is not made where the operation's budget is used up, and keeps no turn", async () => {
    const { wire, upstream } = await createRig(() => OK, { concurrency: 1 });
    const refusal = new InputError("COST_LIMIT_EXCEEDED", "no more calls");
    const meter = {
      spend: () => {
        throw refusal;
      },
      addCached: () => {},
    };
    await expect(wire.call(REQUEST, createOperation({ meter }))).rejects.toBe(refusal);
    await wire.call(REQUEST, createOperation());
    expect(upstream.received.length).toBe(1);
  });

  it("fails for an account without keys, and only for that one", async () => {
    const { wire, upstream } = await createRig(() => OK);
    const request = { ...REQUEST, source: { ...SOURCE, account: "other" } };
    expect(await failureOf(wire.call(request, createOperation()))).toEqual({
      name: "UpstreamError",
      code: "UNAUTHENTICATED",
      message: "ECS cn-hangzhou DescribeInvocations of account other: no such account; check the settings",
      source: request.source,
      action: "DescribeInvocations",
      upstreamCode: null,
      httpStatus: null,
      requestId: null,
      retryable: false,
      retryAfterMs: null,
    });
    await wire.call(REQUEST, createOperation());
    expect([upstream.received.length, await wire.ready("other"), await wire.ready("default")]).toEqual([
      1,
      false,
      true,
    ]);
  });

  it.each([
    ["id", { accessKeyId: "key\n" }],
    ["secret", { accessKeySecret: "sec ret" }],
    ["token", { securityToken: "t\u00f6ken" }],
  ])("fails for keys whose %s no header carries, instead of looking for the network", async (_name, part) => {
    const accounts = new Map([["default", createStaticCredentials({ ...KEYS, ...part })]]);
    const { wire, upstream } = await createRig(() => OK, { accounts });
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "UNAUTHENTICATED",
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: its keys hold characters that no header carries, such as a line feed; mend its access key",
      retryable: false,
    });
    expect(upstream.received).toEqual([]);
  });

  it("is not sent for a region id that could change the host", async () => {
    const { wire, upstream } = await createRig(() => OK);
    const request = { ...REQUEST, source: { ...SOURCE, regionId: "x.example.com/" } };
    expect(await failureOf(wire.call(request, createOperation()))).toMatchObject({
      code: "NOT_SUPPORTED",
      retryable: false,
    });
    expect(upstream.received).toEqual([]);
  });

  it("is not sent once its operation is over", async () => {
    const clock = createFakeClock();
    const { wire, upstream } = await createRig(() => OK, {}, clock);
    const signal = AbortSignal.abort();
    expect(await failureOf(wire.call(REQUEST, createOperation({ signal })))).toMatchObject({
      code: "TIMEOUT",
      message: "ECS cn-hangzhou DescribeInvocations of account default: cancelled",
      retryable: true,
    });
    expect(await failureOf(wire.call(REQUEST, createOperation({ deadline: clock.elapsed() })))).toMatchObject({
      code: "TIMEOUT",
      message: "ECS cn-hangzhou DescribeInvocations of account default: no answer within the operation's time",
      retryable: true,
    });
    expect(upstream.received).toEqual([]);
  });

  it("names the account whose signature was refused, and not its keys", async () => {
    const { wire, upstream } = await createRig(() => ({
      status: 400,
      body: {
        RequestId: "REQ-2",
        Code: "SignatureDoesNotMatch",
        Message: `server string to sign is: ${KEYS.accessKeySecret}`,
      },
    }));
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toEqual({
      name: "UpstreamError",
      code: "UNAUTHENTICATED",
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: the signature was refused (SignatureDoesNotMatch); check the access key secret",
      source: SOURCE,
      action: "DescribeInvocations",
      upstreamCode: "SignatureDoesNotMatch",
      httpStatus: 400,
      requestId: "REQ-2",
      retryable: false,
      retryAfterMs: null,
    });
    expect(upstream.received.length).toBe(1);
  });
});
