import type { IncomingMessage, ServerResponse } from "node:http";

import { InputError } from "#domain";
import { RefusalError, toErrorResponse } from "../errors/index.ts";
import type { AnswerType } from "./media-type.ts";

/** Headers of one answer. */
export type ReplyHeaders = Readonly<Record<string, string>>;

/** Answers one HTTP request; never rejects. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const LARGE_BYTES = 524_288;

/** Sends a whole answer; false where the client has gone or has already got one. */
export function send(response: ServerResponse, status: number, headers: ReplyHeaders, body: string): boolean {
  if (response.headersSent || response.destroyed) return false;
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, { "x-content-type-options": "nosniff", ...headers, "content-length": String(bytes) });
  // One byte a character means plain ASCII, which latin1 writes without looking at each of them.
  const encoding = bytes === body.length ? "latin1" : "utf8";
  // While a reader is slow, Node holds a text twice: itself and what of it waits in the system's queue.
  if (bytes > LARGE_BYTES) response.end(Buffer.from(body, encoding));
  else response.end(body, encoding);
  return true;
}

/** Sends bytes as they are. */
export function sendBytes(response: ServerResponse, status: number, headers: ReplyHeaders, body: Buffer): void {
  if (response.headersSent || response.destroyed) return;
  const length = String(body.byteLength);
  response.writeHead(status, { "x-content-type-options": "nosniff", ...headers, "content-length": length });
  response.end(body);
}

/** Sends a line of text. */
export function sendText(response: ServerResponse, status: number, text: string, headers: ReplyHeaders = {}): void {
  send(response, status, { "content-type": "text/plain; charset=utf-8", ...headers }, `${text}\n`);
}

/** A GraphQL answer that is all errors. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: string;
  readonly codes: readonly string[];
}

/** Anything thrown outside the GraphQL engine as an answer of the media type. */
export function toErrorAnswer(error: unknown, type: AnswerType): ErrorAnswer {
  const { formatted } = toErrorResponse(error);
  const refused = error instanceof RefusalError ? error : null;
  return {
    status: refused?.status ?? (isLate(error) ? LATE_STATUS[type] : 500),
    headers: { "content-type": contentTypeOf(type), ...refused?.headers },
    body: `${JSON.stringify({ errors: [formatted] })}\n`,
    codes: [String(formatted.extensions?.code)],
  };
}

// The request could be read, and was begun (GraphQL over HTTP, 6.4).
const LATE_STATUS: Readonly<Record<AnswerType, number>> = {
  "application/json": 200,
  "application/graphql-response+json": 504,
};

function isLate(error: unknown): boolean {
  return error instanceof InputError && error.code === "DEADLINE_EXCEEDED";
}

/** The header's value for a media type of ours. */
export function contentTypeOf(type: AnswerType): string {
  return `${type}; charset=utf-8`;
}

/** Headers of every page: nothing may frame it, guess its type, or run what the policy does not name. */
export function htmlHeaders(policy: string): ReplyHeaders {
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
}
