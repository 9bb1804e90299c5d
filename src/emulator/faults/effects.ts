import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { type Answer, ApiError, type Call, encodeError, regionIdOf, sendWhole, writeHead } from "../http/index.ts";

/** What a fault makes of the answer that there would be. */
export type Effect = (answer: Answer, call: Call) => Answer;

type Headers = Answer["headers"];

const CHUNK = Buffer.alloc(65_536, " ");
const MINUTE = 60_000;

/** An error of the API; its status follows from the code unless told otherwise. */
export function failing(code: string, status?: number, headers: Headers = {}): Effect {
  return (answer, call) => {
    const error = encodeError(call, new ApiError(code, { status }));
    return { ...answer, ...error, headers: { ...error.headers, ...headers } };
  };
}

/**
 * More calls than this in a minute of the clock, per key, action and region, are answered with `Throttling.User`, and with
 * the vendor's header that tells when the minute ends.
 */
export function throttling(perMinute: number): Effect {
  const quota = new Map<string, { readonly minute: number; readonly used: number }>();
  return (answer, call) => {
    const name = `${call.key.accessKeyId} ${call.product} ${call.action} ${regionIdOf(call)}`;
    const minute = Math.floor(call.at / MINUTE);
    const known = quota.get(name);
    const used = known?.minute === minute ? known.used + 1 : 1;
    quota.set(name, { minute, used });
    if (used <= perMinute) return answer;
    const leftMs = (minute + 1) * MINUTE - call.at;
    const header = `Limit:${perMinute},Remain:0,TimeLeft:${leftMs},Reset:${minute + 1}`;
    return failing("Throttling.User", undefined, { "x-ratelimit-user-api": header })(answer, call);
  };
}

/** A web page, as a load balancer sends it. */
export function webPage(status: number): Effect {
  const body = Buffer.from(`<html><head><title>${status}</title></head><body></body></html>`);
  return (answer) => ({ ...answer, status, headers: { "content-type": "text/html" }, body });
}

/** A status and nothing else. */
export function bare(status: number, headers: Headers = {}): Effect {
  return (answer) => ({ ...answer, status, headers, body: new Uint8Array() });
}

/** JSON with typographic quotation marks. */
export const malformed: Effect = (answer) => ({
  ...answer,
  body: Buffer.from(Buffer.from(answer.body).toString("utf8").replace(/"/, "“")),
});

/** The first half of the body. */
export const truncated: Effect = (answer) => ({ ...answer, body: answer.body.subarray(0, answer.body.length >> 1) });

/** A gzip body, though nobody asked for it: the true one, or one that inflates to so many bytes. */
export function zipped(bytes?: number): Effect {
  return (answer) => ({
    ...answer,
    headers: { ...answer.headers, "content-encoding": "gzip" },
    body: gzipSync(bytes === undefined ? answer.body : Buffer.alloc(bytes, " ")),
  });
}

/** The whole answer comes later. */
export function late(ms: number): Effect {
  return (answer) => ({
    ...answer,
    deliver: (response, sent) => after(response, ms, () => (answer.deliver ?? sendWhole)(response, sent)),
  });
}

/** The headers come at once, the body later. */
export function slowBody(ms: number): Effect {
  return delivered((response, answer) => {
    writeHead(response, answer);
    response.flushHeaders();
    after(response, ms, () => response.end(answer.body));
  });
}

/** The body comes in pieces of so many bytes, one every so many milliseconds. */
export function dribbling(bytes: number, everyMs: number): Effect {
  return delivered((response, answer) => {
    writeHead(response, answer);
    dribble(response, answer.body, bytes, everyMs);
  });
}

/** A body that goes on up to so many bytes. */
export function endless(bytes: number): Effect {
  return delivered((response, { status, headers }) => {
    response.writeHead(status, headers);
    pour(response, bytes);
  });
}

/** Never answers; what hangs ends when the connection does. */
export const hanging: Effect = delivered(() => {});

/** The connection breaks without a byte. */
export const broken: Effect = delivered((response) => response.socket?.resetAndDestroy());

/** The connection breaks in the middle of the body. */
export const brokenInBody: Effect = delivered((response, answer) => {
  writeHead(response, answer);
  const half = answer.body.subarray(0, Math.ceil(answer.body.length / 2));
  response.write(half, () => response.socket?.resetAndDestroy());
});

function delivered(deliver: NonNullable<Answer["deliver"]>): Effect {
  return (answer) => ({ ...answer, deliver });
}

function dribble(response: ServerResponse, body: Uint8Array, bytes: number, everyMs: number): void {
  response.write(body.subarray(0, bytes));
  const rest = body.subarray(bytes);
  if (rest.length === 0) response.end();
  else after(response, everyMs, () => dribble(response, rest, bytes, everyMs));
}

function pour(response: ServerResponse, bytes: number): void {
  if (response.destroyed) return;
  if (bytes <= 0) response.end();
  else response.write(CHUNK.subarray(0, bytes), () => pour(response, bytes - CHUNK.length));
}

/** Runs later, unless the connection has gone by then. */
function after(response: ServerResponse, ms: number, run: () => void): void {
  const cancel = () => clearTimeout(timer);
  const timer = setTimeout(() => {
    response.off("close", cancel);
    run();
  }, ms);
  response.once("close", cancel);
}
