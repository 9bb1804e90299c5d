import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { Credential, CredentialSource } from "#wire";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, failureOf, KEYS, OK, REQUEST } from "./rig.ts";

/** A source whose answers come when the test says so. */
function createSlowSource() {
  const waiting: { resolve(keys: Credential): void; reject(error: Error): void }[] = [];
  let reads = 0;
  const read = () => {
    reads += 1;
    return new Promise<Credential>((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const source: CredentialSource = { read, renew: read };
  const settle = async (end: (one: { resolve(keys: Credential): void; reject(error: Error): void }) => void) => {
    for (const one of waiting.splice(0)) end(one);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    source,
    reads: () => reads,
    give: (keys: Credential) => settle(({ resolve }) => resolve(keys)),
    fail: (error: Error) => settle(({ reject }) => reject(error)),
  };
}

const NEWER: Credential = { ...KEYS, accessKeyId: "newer-key-id" };
const keyOf = (authorization: string | undefined) => /Credential=([^,]+)/.exec(authorization ?? "")?.[1];

async function rigWith(source: CredentialSource) {
  const clock = createFakeClock();
  const accounts = new Map([["default", source]]);
  const rig = await createRig(() => OK, { accounts, credentialPatienceMs: 20 }, clock);
  const ask = () => failureOf(rig.wire.call(REQUEST, createOperation({ deadline: clock.now() + 10_000 })));
  const keys = () => rig.upstream.received.map(({ headers }) => keyOf(headers.authorization));
  return { ...rig, ask, keys };
}

const LATE = {
  code: "UNAUTHENTICATED",
  retryable: true,
  message:
    "ECS cn-hangzhou DescribeInvocations of account default: its credential source has not answered yet; try again",
};

describe("a credential source that hangs", () => {
  it("costs who waits the patience once, is asked once, and serves as soon as it answers", async () => {
    const slow = createSlowSource();
    const { ask, wire, keys, clock } = await rigWith(slow.source);
    expect([await ask(), await ask(), await wire.ready("default")]).toMatchObject([LATE, LATE, false]);
    expect([slow.reads(), keys()]).toEqual([1, []]);
    await slow.give(KEYS);
    await wire.call(REQUEST, createOperation({ deadline: clock.now() + 10_000 }));
    expect([await wire.ready("default"), slow.reads(), keys()]).toEqual([true, 1, [KEYS.accessKeyId]]);
  });

  it("keeps nobody waiting while it is asked again in the background", async () => {
    const slow = createSlowSource();
    const { wire, keys, clock } = await rigWith(slow.source);
    await slow.give(KEYS);
    const call = () => wire.call(REQUEST, createOperation({ deadline: clock.now() + 10_000 }));
    await clock.advance(60_000);
    await call();
    await call();
    await slow.give(NEWER);
    await call();
    expect([keys(), slow.reads()]).toEqual([[KEYS.accessKeyId, KEYS.accessKeyId, NEWER.accessKeyId], 2]);
  });

  it("is waited for if its keys may have expired meanwhile, and the old ones are tried after that", async () => {
    const slow = createSlowSource();
    const { wire, keys, clock } = await rigWith(slow.source);
    await slow.give(KEYS);
    await clock.advance(3_600_000);
    const first = wire.call(REQUEST, createOperation({ deadline: clock.now() + 10_000 }));
    await new Promise((resolve) => setImmediate(resolve));
    await slow.give(NEWER);
    await first;
    await clock.advance(3_600_000);
    await wire.call(REQUEST, createOperation({ deadline: clock.now() + 10_000 }));
    expect(keys()).toEqual([NEWER.accessKeyId, NEWER.accessKeyId]);
  });
});

describe("a credential source that fails", () => {
  it("is named in the log once, with a code and nothing else of what it said, and again when it is back", async () => {
    const slow = createSlowSource();
    const { ask, notices, clock } = await rigWith(slow.source);
    const refusal = new Error('refresh failed: {"Code":"NoPermission","AccessKeySecret":"canary-secret"}');
    await slow.fail(refusal);
    expect(await ask()).toMatchObject({
      retryable: false,
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: no credentials could be had (NoPermission); check what its credential source reads",
    });
    await clock.advance(5_000);
    const again = ask();
    await slow.fail(refusal);
    await again;
    await clock.advance(5_000);
    const recovered = ask().catch(() => {});
    await slow.give(KEYS);
    await recovered;
    expect(notices).toEqual([
      {
        level: "warn",
        message: "The credential source of account default failed (NoPermission)",
        details: { account: "default", reason: "NoPermission" },
      },
      { level: "info", message: "Account default has credentials again" },
    ]);
  });
});

describe("an address that gives keys", () => {
  let server: Server;
  afterEach(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );

  async function rigOver(play: (response: ServerResponse) => void) {
    server = createServer((_request, response) => play(response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    return createRig(() => OK, { accounts: new Map([["default", { type: "uri" as const, uri }]]) });
  }

  const KEYS_OF_ADDRESS = { AccessKeyId: "id", AccessKeySecret: "canary-secret", SecurityToken: "token" };
  const WHERE = "ECS cn-hangzhou DescribeInvocations of account default:";

  it.each<[string, (response: ServerResponse) => void]>([
    ["HTTP 500", (response) => response.writeHead(500).end("x")],
    ["HTTP 503", (response) => response.writeHead(503).end('{"Code":"ServiceUnavailable"}')],
    ["HTTP 429", (response) => response.writeHead(429).end()],
    ["ECONNRESET", (response) => response.destroy()],
    ["the answer is not JSON", (response) => response.end("<html>canary-secret")],
    [
      "the answer has no SecurityToken",
      (response) => response.end('{"AccessKeyId":"i","AccessKeySecret":"canary-secret"}'),
    ],
    ["the answer has no Expiration", (response) => response.end(JSON.stringify(KEYS_OF_ADDRESS))],
    ["Failed", (response) => response.end('{"Code":"Failed","Message":"canary-secret"}')],
  ])("can be asked again if it cannot be read, and the log says why: %s", async (reason, play) => {
    const rig = await rigOver(play);
    const failure = await failureOf(rig.wire.call(REQUEST, createOperation()));
    expect([failure, rig.notices]).toMatchObject([
      {
        code: "UNAVAILABLE",
        retryable: true,
        message: `${WHERE} its credential source (uri) cannot be read (${reason}); try again, and check it if this lasts`,
      },
      [
        {
          level: "warn",
          message: `The credential source of account default failed (${reason})`,
          details: { account: "default", type: "uri", reason },
        },
      ],
    ]);
    expect(JSON.stringify([failure, rig.notices])).not.toMatch(/canary|127\.0/);
  });

  it.each<[string, string]>([
    ["HTTP 404", "nothing here"],
    ["NoPermission", '{"Code":"NoPermission"}'],
  ])("is to be checked if it refuses: %s", async (reason, body) => {
    const rig = await rigOver((response) => response.writeHead(404).end(body));
    expect(await failureOf(rig.wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "UNAUTHENTICATED",
      retryable: false,
      message: `${WHERE} no credentials could be had (${reason}); check what its credential source reads`,
    });
  });

  it("serves as soon as it is back", async () => {
    let isDown = true;
    const keys = JSON.stringify({ ...KEYS_OF_ADDRESS, Expiration: "2099-01-01T00:00:00Z" });
    const rig = await rigOver((response) => response.writeHead(isDown ? 500 : 200).end(keys));
    expect(await failureOf(rig.wire.call(REQUEST, createOperation()))).toMatchObject({ code: "UNAVAILABLE" });
    isDown = false;
    await rig.clock.advance(5_000);
    await rig.wire.call(REQUEST, createOperation());
    expect(rig.notices.slice(1)).toEqual([{ level: "info", message: "Account default has credentials again" }]);
  });

  it("gives up an answer without an end after 64 KB", async () => {
    let sent = 0;
    let finish = () => {};
    const closed = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const rig = await rigOver((response) => {
      const write = () => {
        while (response.write("x".repeat(65_536))) sent += 65_536;
        response.once("drain", write);
      };
      response.once("close", finish);
      write();
    });
    expect(await failureOf(rig.wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("cannot be read (TOO_LARGE)"),
    });
    await closed;
    expect([sent < 16_777_216, rig.upstream.received.length]).toEqual([true, 0]);
  });

  it("is believed if it answers in time", async () => {
    const keys = { AccessKeyId: "uri-id", AccessKeySecret: "uri-secret", SecurityToken: "uri-token" };
    const rig = await rigOver((response) =>
      response.end(JSON.stringify({ ...keys, Expiration: "2099-01-01T00:00:00Z" })),
    );
    await rig.wire.call(REQUEST, createOperation());
    expect(rig.upstream.received.map(({ headers }) => headers["x-acs-security-token"])).toEqual(["uri-token"]);
  });
});
