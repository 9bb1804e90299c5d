import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createRawServer } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { createRig, failureOf, OK, REQUEST, systemClock } from "./rig.ts";
import type { Play } from "./upstream-server.ts";

const ONCE = { retry: { maxAttempts: 1, maxAttemptsAfterTimeout: 1 } };
const SHORT = { ...ONCE, timeouts: { attemptTimeoutMs: 150, connectTimeoutMs: 100, firstByteTimeoutMs: 100 } };
const LIMIT = { ...ONCE, maxAnswerBytes: 10_000 };

const JSON_TEXT = JSON.stringify({ RequestId: "REQ-OK", TotalCount: 0 });
/** Nothing makes it shorter. */
const NOISE = createHash("shake256", { outputLength: 200_000 }).update("noise").digest("base64");
const BOMB = gzipSync(Buffer.alloc(1_000_000, " "));

/** A body that begins so and never ends. */
const endlessly = (status: number, begin: string) => (response: ServerResponse) => {
  response.writeHead(status);
  response.write(begin);
  const more = () => {
    if (!response.destroyed) response.write(" ".repeat(1_000), more);
  };
  more();
};

const endless =
  (status: number): Play =>
  () =>
    endlessly(status, "");

describe("what comes back", () => {
  it.each([
    ["gzip", gzipSync(JSON_TEXT)],
    ["deflate", deflateSync(JSON_TEXT)],
    ["br", brotliCompressSync(JSON_TEXT)],
  ])("is inflated where %s is announced", async (encoding, body) => {
    const { wire } = await createRig(() => ({ headers: { "content-encoding": encoding }, body }));
    expect(await wire.call(REQUEST, createOperation())).toEqual({ body: OK.body, requestId: "REQ-OK" });
  });

  it.each<[string, Play, object, object]>([
    [
      "a redirect",
      () => ({ status: 302, headers: { location: "http://127.0.0.1:9/" } }),
      ONCE,
      { code: "BAD_RESPONSE", says: "the answer was a redirect, which is not followed (HTTP 302); check the endpoint" },
    ],
    [
      "an endless body",
      endless(200),
      LIMIT,
      { code: "BAD_RESPONSE", says: "the answer was larger than the 10000 bytes allowed" },
    ],
    [
      "a body that says it is too long",
      () => ({ body: "x".repeat(20_000) }),
      LIMIT,
      { code: "BAD_RESPONSE", says: "the answer was larger than the 10000 bytes allowed" },
    ],
    [
      "a gzip bomb",
      () => ({ headers: { "content-encoding": "gzip" }, body: BOMB }),
      LIMIT,
      { code: "BAD_RESPONSE", says: "the answer was larger than the 10000 bytes allowed" },
    ],
    [
      "something else than the gzip announced",
      () => ({ headers: { "content-encoding": "gzip" }, body: JSON_TEXT }),
      ONCE,
      { code: "BAD_RESPONSE", says: "the answer could not be inflated" },
    ],
    [
      "a reset before the answer",
      () => (response) => void response.destroy(),
      ONCE,
      { code: "UNREACHABLE", retryable: true, says: "it could not be reached (ECONNRESET)" },
    ],
    [
      "a reset inside the body",
      () => cut,
      ONCE,
      { code: "UNREACHABLE", retryable: true, says: "it could not be reached (ECONNRESET)" },
    ],
    ["nothing at all", () => () => {}, SHORT, { code: "TIMEOUT", retryable: true, says: "no answer began in time" }],
    [
      "a body that only dribbles",
      () => dribble,
      SHORT,
      { code: "TIMEOUT", retryable: true, says: "no whole answer in time" },
    ],
  ])("may be %s", async (_name, play, options, expected) => {
    const { wire } = await createRig(play, options, systemClock);
    const { says, ...rest } = expected as { says: string };
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      retryable: false,
      ...rest,
      message: `ECS cn-hangzhou DescribeInvocations of account default: ${says}`,
    });
  });

  it.each<[string, Play]>([
    ["that never ends", endless(502)],
    ["that says it is too long", () => ({ status: 502, body: "x".repeat(65_537) })],
    ["that inflates to too much", () => ({ status: 502, headers: { "content-encoding": "gzip" }, body: BOMB })],
  ])("may be an error with a body %s, which counts by its status", async (_name, play) => {
    const { wire, upstream } = await createRig((received, count) => (count === 1 ? play(received, count) : OK));
    await wire.call(REQUEST, createOperation());
    const lost = await createRig(play, ONCE);
    expect(await failureOf(lost.wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "UNAVAILABLE",
      httpStatus: 502,
      retryable: true,
    });
    expect([upstream.received.length, lost.upstream.received.length]).toEqual([2, 1]);
  });

  const LONG = "m".repeat(100_000);
  const IN_JSON = `{"RequestId":"R-1","HostId":"h","Code":"Forbidden.RAM","Message":"${LONG}"}`;
  const IN_XML = `<?xml version="1.0"?><Error><RequestId>R-1</RequestId><Code>Forbidden.RAM</Code><Message>${LONG}</Message></Error>`;

  it.each<[string, Play]>([
    ["in JSON", () => ({ status: 400, body: IN_JSON })],
    ["in XML", () => ({ status: 400, body: IN_XML })],
    ["beyond the limit of whole answers", () => ({ status: 400, body: IN_JSON.padEnd(20_000_000, "m") })],
    ["in pieces", () => endlessly(400, IN_JSON.slice(0, 1_000))],
    ["within gzip", () => ({ status: 400, headers: { "content-encoding": "gzip" }, body: gzipSync(IN_JSON) })],
    ["within brotli", () => ({ status: 400, headers: { "content-encoding": "br" }, body: brotliCompressSync(IN_XML) })],
    [
      "within gzip that is too long itself",
      () => ({ status: 400, headers: { "content-encoding": "gzip" }, body: gzipSync(IN_JSON + NOISE) }),
    ],
  ])("may be an error that is too long to be read whole, %s, and counts by its code", async (_name, play) => {
    const { wire, upstream } = await createRig(play);
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "FORBIDDEN",
      upstreamCode: "Forbidden.RAM",
      requestId: "R-1",
      httpStatus: 400,
    });
    expect(upstream.received.length).toBe(1);
  });

  it("may be an error whose code lies beyond what is read, which counts by its status", async () => {
    const body = `{"Message":"${LONG}","RequestId":"R-1","Code":"Forbidden.RAM"}`;
    const { wire } = await createRig(() => ({ status: 429, headers: { "x-acs-request-id": "R-2" }, body }), ONCE);
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "THROTTLED",
      upstreamCode: null,
      requestId: "R-2",
    });
  });

  it("is cut off where it becomes too long: the socket is closed", async () => {
    let isClosed: Promise<void> = Promise.resolve();
    const { wire } = await createRig(
      (received, count) => (response) => {
        isClosed = new Promise((resolve) => response.on("close", resolve));
        const reply = endless(502)(received, count);
        if (typeof reply === "function") reply(response);
      },
      ONCE,
    );
    await failureOf(wire.call(REQUEST, createOperation()));
    await isClosed;
  });

  it("is looked through once where it is cut off within the long name of a tag", async () => {
    const body = `<E><RequestId>R-1</RequestId><Code>NoPermission</Code><${"a".repeat(65_000)}`;
    const { wire } = await createRig(() => ({ status: 403, body }), ONCE);
    for (let call = 1; call <= 2; call += 1) {
      expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
        code: "FORBIDDEN",
        upstreamCode: "NoPermission",
        requestId: "R-1",
      });
    }
  });

  it("may be more records than any page has", async () => {
    const { wire } = await createRig(() => ({ body: { RequestId: "R-1", I: Array(40_000).fill({}) } }), ONCE);
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "BAD_RESPONSE",
      retryable: false,
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: the answer held more than 2000 members in one list or object",
    });
  });

  it("may be no HTTP", async () => {
    const sockets: Socket[] = [];
    const server = createRawServer((socket) => {
      sockets.push(socket);
      socket.end("SSH-2.0-OpenSSH_9.6\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { wire } = await createRig(() => OK, { ...ONCE, endpoints: { ECS: url, SWAS: null } });
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "BAD_RESPONSE",
      message: "ECS cn-hangzhou DescribeInvocations of account default: the answer was no HTTP",
    });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it("may be nobody who listens, which is tried again", async () => {
    const { wire, attempts } = await createRig(() => OK, { endpoints: { ECS: "http://127.0.0.1:9", SWAS: null } });
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "UNREACHABLE",
      retryable: true,
      message: "ECS cn-hangzhou DescribeInvocations of account default: it could not be reached (ECONNREFUSED)",
    });
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      "UNREACHABLE",
      "UNREACHABLE",
      "UNREACHABLE",
      "UNREACHABLE",
    ]);
  });

  it("may be a name that does not exist, which is not tried again", async () => {
    const { wire, attempts } = await createRig(() => OK, {
      endpoints: { ECS: "https://upstream.invalid", SWAS: null },
    });
    const failure = await failureOf(wire.call(REQUEST, createOperation()));
    expect(failure).toMatchObject({ code: "UNREACHABLE" });
    // A machine without any resolver says EAI_AGAIN, which may pass.
    expect(attempts.length).toBe((failure as { retryable: boolean }).retryable ? 4 : 1);
  });
});

describe("the time of an attempt", () => {
  it("ends with the client: the socket is closed at once", async () => {
    let isClosed: Promise<void> = Promise.resolve();
    const { wire, upstream } = await createRig(
      () => (response) => {
        isClosed = new Promise((resolve) => response.on("close", resolve));
      },
      {},
      systemClock,
    );
    const client = new AbortController();
    const failure = failureOf(wire.call(REQUEST, createOperation({ signal: client.signal })));
    await upstream.waitFor(1);
    client.abort();
    expect(await failure).toMatchObject({
      code: "TIMEOUT",
      message: "ECS cn-hangzhou DescribeInvocations of account default: cancelled",
      retryable: true,
    });
    await isClosed;
  });

  it("is never longer than the operation's", async () => {
    const { wire } = await createRig(() => () => {}, {}, systemClock);
    const startedAt = performance.now();
    const operation = createOperation({ deadline: startedAt + 100 });
    expect(await failureOf(wire.call(REQUEST, operation))).toMatchObject({ code: "TIMEOUT" });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });

  it("is given a second time after a time-out, of at most half of what is left", async () => {
    const { wire, upstream } = await createRig(() => () => {}, { timeouts: { attemptTimeoutMs: 2_000 } }, systemClock);
    const startedAt = performance.now();
    const operation = createOperation({ deadline: startedAt + 4_000 });
    expect(await failureOf(wire.call(REQUEST, operation))).toMatchObject({ code: "TIMEOUT", retryable: true });
    const tookMs = performance.now() - startedAt;
    expect([upstream.received.length, tookMs >= 2_950 && tookMs < 4_000]).toEqual([2, true]);
  });

  it("is not held against the source where it was short because of the operation", async () => {
    const { wire, states } = await createRig(() => () => {}, {}, systemClock);
    for (let count = 0; count < 6; count += 1) {
      await failureOf(wire.call(REQUEST, createOperation({ deadline: performance.now() + 20 })));
    }
    expect(states).toEqual([]);
  });

  it("is held against the source where it was whole", async () => {
    const { wire, states } = await createRig(
      () => () => {},
      { ...ONCE, timeouts: { attemptTimeoutMs: 20 } },
      systemClock,
    );
    for (let count = 0; count < 5; count += 1) await failureOf(wire.call(REQUEST, createOperation()));
    expect(states).toEqual(["open"]);
  });
});

function cut(response: ServerResponse): void {
  response.writeHead(200, { "content-length": "1000" });
  response.write('{"RequestId":', () => response.destroy());
}

function dribble(response: ServerResponse): void {
  response.writeHead(200);
  response.write("{");
  const timer = setInterval(() => response.write(" "), 10);
  response.on("close", () => clearInterval(timer));
}
