import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import { InputError } from "#domain";
import { RefusalError, toErrorResponse } from "../errors/index.ts";
import type { AnswerType } from "./media-type.ts";

/** Headers of one answer. */
export type ReplyHeaders = Readonly<Record<string, string>>;

/** Answers one HTTP request; never rejects. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Who may work when: the client at the other end of a connection. */
export interface AnsweringTurns {
  turn(): Promise<void>;
}

const turnsOf = new WeakMap<Duplex, AnsweringTurns>();

/** What is refused on this connection, and large files, wait for such turns from now on, whatever route answers. */
export function answerInTurns(socket: Duplex, turns: AnsweringTurns): void {
  turnsOf.set(socket, turns);
}

/** The turn in which a request on this connection is refused: who is refused again and again must not keep others waiting. */
export async function turnOn(socket: Duplex): Promise<void> {
  await turnsOf.get(socket)?.turn();
}

const LEAST_REFUSAL = 400;
const LARGE_BYTES = 524_288;

/**
 * Sends a whole answer, a refusal in a turn; false where the client has gone or has already got one.
 * @param isRefusal also of an answer whose status does not say so
 */
export async function send(
  response: ServerResponse,
  status: number,
  headers: ReplyHeaders,
  body: string,
  isRefusal = status >= LEAST_REFUSAL,
): Promise<boolean> {
  if (isRefusal) await turnOn(response.req.socket);
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

// The system takes so much in some hundredths of a millisecond. Of a whole file it takes megabytes at once.
const PIECE_BYTES = 65_536;

/** Sends the bytes of a file: if it is large, each piece in a turn of its own. */
export async function sendFile(response: ServerResponse, headers: ReplyHeaders, body: Buffer): Promise<void> {
  const length = String(body.byteLength);
  response.writeHead(200, { "x-content-type-options": "nosniff", ...headers, "content-length": length });
  const end = response.req.method === "HEAD" ? 0 : body.byteLength;
  for (let at = 0; at < end; at += PIECE_BYTES) {
    if (end > PIECE_BYTES) await turnOn(response.req.socket);
    if (response.destroyed) return;
    response.write(body.subarray(at, at + PIECE_BYTES));
  }
  response.end();
}

/** Sends a line of text. */
export async function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: ReplyHeaders = {},
): Promise<void> {
  await send(response, status, { "content-type": "text/plain; charset=utf-8", ...headers }, `${text}\n`);
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
