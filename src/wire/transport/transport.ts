import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { got, TimeoutError } from "got";
import type { SourceErrorCode } from "#domain";
import { paceSocket } from "./paced-socket.ts";
import { type Agents, readProxyRefusal } from "./proxies.ts";

/** How long the parts of one attempt may take, in milliseconds. */
export interface AttemptTimeouts {
  readonly attemptTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly firstByteTimeoutMs: number;
}

/** An answer, inflated: a whole one, or the beginning of an error. */
export interface HttpAnswer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Why there is none. Nothing of the request is in it. */
export interface HttpFailure {
  readonly kind: "failure";
  readonly code: SourceErrorCode;
  /** Continues "ECS cn-hangzhou DescribeInvocations of account default: …". */
  readonly says: string;
  readonly isRetryable: boolean;
  /** True if less of the same could have been read. */
  readonly isTooLarge: boolean;
  /** False where what came is to blame and not the way there. */
  readonly isOutage: boolean;
}

/** The request was given up because its signal aborted. */
interface HttpAborted {
  readonly kind: "aborted";
}

/** One signed POST with an empty body. */
export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: AttemptTimeouts;
  readonly signal: AbortSignal;
}

/** Sends requests over kept-alive connections. Never rejects, never repeats, follows no redirect. */
export interface Transport {
  send(request: HttpRequest): Promise<HttpAnswer | HttpFailure | HttpAborted>;
  close(): void;
}

/** Bytes of an error's body that are read: its code usually stands in the first few hundred. */
const MAX_ERROR_BYTES = 65_536;

/**
 * @param maxAnswerBytes counts what came, and also what it inflates to; a body that exceeds it is not read on. Of an error the
 *   beginning counts.
 */
export function createTransport(maxAnswerBytes: number, agents: Agents): Transport {
  const client = got.extend({
    method: "POST",
    decompress: false,
    followRedirect: false,
    http2: false,
    responseType: "buffer",
    retry: { limit: 0 },
    throwHttpErrors: false,
  });
  const says = `the answer was larger than the ${maxAnswerBytes} bytes allowed`;
  const tooLarge: HttpFailure = { ...badResponse(says), isTooLarge: true };
  const maxErrorBytes = Math.min(MAX_ERROR_BYTES, maxAnswerBytes);
  return {
    async send({ url, headers, timeouts, signal }) {
      const controller = new AbortController();
      const abort = () => controller.abort();
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
      let refusal: ErrorStart | null = null;
      let isEnough = false;
      const { agent, isProxied } = agents.agentsFor(url);
      try {
        const promise = client(url, { agent, headers, signal: controller.signal, timeout: toGotTimeouts(timeouts) });
        // got hands on a whole body or none, and tells of its own response only then.
        promise.on("request", (sent: ClientRequest) => {
          sent.once("socket", paceSocket);
          sent.prependOnceListener("response", (received: IncomingMessage) => {
            if (isError(received.statusCode)) refusal = noteError(received);
          });
        });
        promise.on("downloadProgress", ({ transferred, total = 0 }) => {
          const isOver = refusal === null ? Math.max(transferred, total) > maxAnswerBytes : transferred > maxErrorBytes;
          if (!isOver) return;
          isEnough = true;
          abort();
        });
        const { statusCode: status, headers: received, rawBody } = await promise;
        if (isError(status)) return await toError({ status, headers: received, chunks: [rawBody] }, maxErrorBytes);
        const raw = Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
        const body = await inflate(raw, received["content-encoding"], maxAnswerBytes);
        return body.length > maxAnswerBytes ? tooLarge : { kind: "answer", status, headers: received, body };
      } catch (error) {
        if (isEnough) return refusal === null ? tooLarge : await toError(refusal, maxErrorBytes);
        return signal.aborted ? { kind: "aborted" } : explainError(error, isProxied);
      } finally {
        signal.removeEventListener("abort", abort);
      }
    },
    close: () => agents.destroy(),
  };
}

function toGotTimeouts({ attemptTimeoutMs, connectTimeoutMs, firstByteTimeoutMs }: AttemptTimeouts) {
  return {
    request: attemptTimeoutMs,
    lookup: Math.min(connectTimeoutMs, attemptTimeoutMs),
    connect: Math.min(connectTimeoutMs, attemptTimeoutMs),
    secureConnect: Math.min(connectTimeoutMs, attemptTimeoutMs),
    response: Math.min(firstByteTimeoutMs, attemptTimeoutMs),
  };
}

/** Makes what inflates a whole body. */
const WHOLE: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Makes what inflates a body that may be cut off anywhere. */
const CUT: typeof WHOLE = {
  gzip: () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }),
  "x-gzip": () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }),
  deflate: () => createInflate({ finishFlush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};

/** Inflates until the body has more than `maxBytes`, and returns what there is by then. */
async function inflate(raw: Buffer, encoding = "", maxBytes: number, inflaters = WHOLE): Promise<Buffer> {
  const create = inflaters[encoding.trim().toLowerCase()];
  if (create === undefined || raw.length === 0) return raw;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of create().end(raw)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

/** The beginning of an error, as far as it came. */
interface ErrorStart {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly chunks: Uint8Array[];
}

function isError(status = 0): boolean {
  return status < 200 || status >= 300;
}

function noteError(received: IncomingMessage): ErrorStart {
  const chunks: Uint8Array[] = [];
  received.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  return { status: received.statusCode ?? 0, headers: received.headers, chunks };
}

/** An error counts with the beginning of its body, however much its body is; without, if that cannot be inflated. */
async function toError({ status, headers, chunks }: ErrorStart, maxBytes: number): Promise<HttpAnswer> {
  const raw = Buffer.concat(chunks).subarray(0, maxBytes);
  const body = await inflate(raw, headers["content-encoding"], maxBytes, CUT).catch(() => Buffer.alloc(0));
  return { kind: "answer", status, headers, body: body.subarray(0, maxBytes) };
}

const TIMEOUT_PHASES: Readonly<Record<string, string>> = {
  lookup: "its name was not resolved in time",
  connect: "no connection in time",
  secureConnect: "no secure connection in time",
  response: "no answer began in time",
  request: "no whole answer in time",
};

/** Errors that asking again does not mend: a name or a certificate that is wrong. */
const LASTING = /^(ENOTFOUND|EPROTO|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED.*|HOSTNAME_MISMATCH)$/;

function explainError(error: unknown, isProxied: boolean): HttpFailure {
  if (error instanceof TimeoutError) {
    const says = TIMEOUT_PHASES[error.event] ?? "no answer in time";
    return { kind: "failure", code: "TIMEOUT", says, isRetryable: true, isTooLarge: false, isOutage: true };
  }
  const code = toErrorCode(error);
  if (/^(Z_|ERR_ZLIB|ERR_BROTLI|ERR__ERROR)/.test(code)) return badResponse("the answer could not be inflated");
  if (code.startsWith("HPE_")) return badResponse("the answer was no HTTP");
  const refusal = readProxyRefusal(error);
  if (refusal !== null) return unreachable(`the proxy refused the connection (${refusal})`, refusal >= 500);
  return unreachable(`it could not be reached${isProxied ? " through the proxy" : ""} (${code})`, !LASTING.test(code));
}

function unreachable(says: string, isRetryable: boolean): HttpFailure {
  return { kind: "failure", code: "UNREACHABLE", says, isRetryable, isTooLarge: false, isOutage: true };
}

function badResponse(says: string): HttpFailure {
  return { kind: "failure", code: "BAD_RESPONSE", says, isRetryable: false, isTooLarge: false, isOutage: false };
}

function toErrorCode(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : "no connection";
}
