import type { ClientRequest } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { got, TimeoutError } from "got";
import type { SourceErrorCode } from "#domain";
import { type Agents, readProxyRefusal } from "./proxies.ts";

/** How long the parts of one attempt may take, in milliseconds. */
export interface AttemptTimeouts {
  readonly attemptTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly firstByteTimeoutMs: number;
}

/** A whole answer, inflated. */
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

/** Bytes of an error's body that are read: its code stands in the first few hundred. */
const MAX_ERROR_BYTES = 65_536;

/** @param maxAnswerBytes counts what came, and also what it inflates to; a body that exceeds it is not read on. */
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
  return {
    async send({ url, headers, timeouts, signal }) {
      const controller = new AbortController();
      const abort = () => controller.abort();
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
      let head: Head | null = null;
      let maxBytes = maxAnswerBytes;
      let isTooLarge = false;
      const { agent, isProxied } = agents.agentsFor(url);
      try {
        const promise = client(url, { agent, headers, signal: controller.signal, timeout: toGotTimeouts(timeouts) });
        // got tells of its own response once the body is whole; the limit has to be known before.
        promise.on("request", (sent: ClientRequest) => {
          sent.once("response", ({ statusCode = 0, headers: received }) => {
            head = { status: statusCode, headers: received };
            if (isError(head)) maxBytes = Math.min(MAX_ERROR_BYTES, maxAnswerBytes);
          });
        });
        promise.on("downloadProgress", ({ transferred, total }) => {
          if (Math.max(transferred, total ?? 0) <= maxBytes) return;
          isTooLarge = true;
          abort();
        });
        const response = await promise;
        const body = await inflateBody(response.rawBody, response.headers["content-encoding"], maxBytes);
        return { kind: "answer", status: response.statusCode, headers: response.headers, body };
      } catch (error) {
        if (isTooLarge || toErrorCode(error) === "ERR_BUFFER_TOO_LARGE") return toExceeded(head, maxBytes);
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

const INFLATERS: Readonly<Record<string, (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>>> =
  {
    gzip: promisify(gunzip),
    "x-gzip": promisify(gunzip),
    deflate: promisify(inflate),
    br: promisify(brotliDecompress),
  };

async function inflateBody(raw: Uint8Array, encoding: string | undefined, maxOutputLength: number): Promise<Buffer> {
  const body = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const inflater = encoding === undefined ? undefined : INFLATERS[encoding.trim().toLowerCase()];
  return inflater === undefined || body.length === 0 ? body : await inflater(body, { maxOutputLength });
}

type Head = Pick<HttpAnswer, "status" | "headers">;

function isError({ status }: Head): boolean {
  return status < 200 || status >= 300;
}

/** An error counts by its status and headers, however much its body is. */
function toExceeded(head: Head | null, maxBytes: number): HttpAnswer | HttpFailure {
  if (head !== null && isError(head)) return { kind: "answer", ...head, body: Buffer.alloc(0) };
  return badResponse(`the answer was larger than the ${maxBytes} bytes allowed`);
}

const TIMEOUT_PHASES: Readonly<Record<string, string>> = {
  lookup: "its name was not resolved in time",
  connect: "no connection in time",
  secureConnect: "no secure connection in time",
  response: "no answer began in time",
  request: "no whole answer in time",
};

/** Errors that asking again does not cure: a name or a certificate that is wrong. */
const LASTING = /^(ENOTFOUND|EPROTO|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED.*|HOSTNAME_MISMATCH)$/;

function explainError(error: unknown, isProxied: boolean): HttpFailure {
  if (error instanceof TimeoutError) {
    const says = TIMEOUT_PHASES[error.event] ?? "no answer in time";
    return { kind: "failure", code: "TIMEOUT", says, isRetryable: true, isOutage: true };
  }
  const code = toErrorCode(error);
  if (/^(Z_|ERR_ZLIB|ERR_BROTLI|ERR__ERROR)/.test(code)) return badResponse("the answer could not be inflated");
  if (code.startsWith("HPE_")) return badResponse("the answer was no HTTP");
  const refusal = readProxyRefusal(error);
  if (refusal !== null) return unreachable(`the proxy refused the connection (${refusal})`, refusal >= 500);
  return unreachable(`it could not be reached${isProxied ? " through the proxy" : ""} (${code})`, !LASTING.test(code));
}

function unreachable(says: string, isRetryable: boolean): HttpFailure {
  return { kind: "failure", code: "UNREACHABLE", says, isRetryable, isOutage: true };
}

function badResponse(says: string): HttpFailure {
  return { kind: "failure", code: "BAD_RESPONSE", says, isRetryable: false, isOutage: false };
}

function toErrorCode(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : "no connection";
}
