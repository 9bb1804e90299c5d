import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { encodeError } from "./encode.ts";
import { ApiError } from "./errors.ts";
import type { Fault, Strike } from "./faults.ts";

/** An answer that is ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What of a request an answer needs to know. */
export interface AnswerContext {
  readonly format: "json" | "xml";
  readonly requestId: string;
  readonly hostId: string;
}

type ErrorFault = Extract<Fault, { kind: "error" }>;
type Sender = (response: ServerResponse, answer: Answer) => void;

const CHUNK = Buffer.alloc(65_536, " ");

/** An answer out of text. */
export function toAnswer(status: number, contentType: string, text: string | Uint8Array): Answer {
  return { status, headers: { "content-type": contentType }, body: Buffer.from(text) };
}

/** An error as the vendor answers it. */
export function toErrorAnswer(error: ApiError, context: AnswerContext): Answer {
  const { contentType, text } = encodeError(context.format, error, context.requestId, context.hostId);
  return toAnswer(error.status, contentType, text);
}

/** The answer that a fault makes of the true one; faults of the network leave it as it is. */
export function spoil(answer: Answer, fault: Strike["fault"], context: AnswerContext): Answer {
  switch (fault?.kind) {
    case "error":
      return toFaultyError(fault, context);
    case "error-in-200":
      return { ...toErrorAnswer(new ApiError(fault.code), { ...context, format: "json" }), status: 200 };
    case "malformed":
      return { ...answer, body: Buffer.from(Buffer.from(answer.body).toString("utf8").replace(/"/, "“")) };
    case "truncated":
      return { ...answer, body: answer.body.subarray(0, Math.floor(answer.body.length / 2)) };
    case "empty":
      return { ...answer, body: new Uint8Array() };
    case "bom":
      return { ...answer, body: Buffer.concat([Buffer.from("\ufeff"), answer.body]) };
    case "gzip":
      return { ...answer, headers: { ...answer.headers, "content-encoding": "gzip" }, body: gzipSync(answer.body) };
    case "gzip-bomb":
      return {
        ...answer,
        headers: { ...answer.headers, "content-encoding": "gzip" },
        body: gzipSync(Buffer.alloc(fault.bytes, " ")),
      };
    case "content-type":
      return { ...answer, headers: { ...answer.headers, "content-type": fault.value } };
    case "redirect":
      return { status: fault.status ?? 302, headers: { location: fault.location }, body: new Uint8Array() };
    case "answer":
      return { status: fault.status ?? 200, headers: { ...fault.headers }, body: Buffer.from(fault.body) };
    default:
      return answer;
  }
}

function toFaultyError(fault: ErrorFault, context: AnswerContext): Answer {
  const error = new ApiError(fault.code, { status: fault.status, message: fault.message });
  const answer = inForm(fault.form ?? "asked", error, context);
  return { ...answer, headers: { ...answer.headers, ...fault.headers } };
}

function inForm(form: NonNullable<ErrorFault["form"]>, error: ApiError, context: AnswerContext): Answer {
  switch (form) {
    case "asked":
      return toErrorAnswer(error, context);
    case "json":
    case "xml":
      return toErrorAnswer(error, { ...context, format: form });
    case "lower-case": {
      const body = { code: error.code, message: error.message, requestId: context.requestId };
      return toAnswer(error.status, "application/json;charset=utf-8", JSON.stringify(body));
    }
    case "html":
      return toAnswer(
        error.status,
        "text/html",
        `<html><head><title>${error.status}</title></head><body></body></html>`,
      );
    case "empty":
      return { status: error.status, headers: {}, body: new Uint8Array() };
  }
}

/** Sends an answer the way that a fault of the network lets it through; what hangs ends when the connection does. */
export function send(response: ServerResponse, answer: Answer, fault: Strike["fault"]): void {
  senderOf(fault)(response, answer);
}

function senderOf(fault: Strike["fault"]): Sender {
  switch (fault?.kind) {
    case "hang":
      return () => {};
    case "reset":
      return fault.where === "before" ? (response) => response.socket?.resetAndDestroy() : resetInBody;
    case "slow-body":
      return (response, answer) => {
        writeHead(response, answer, answer.body.length);
        response.flushHeaders();
        after(response, fault.ms, () => response.end(answer.body));
      };
    case "dribble":
      return (response, answer) => {
        writeHead(response, answer, answer.body.length);
        dribble(response, answer.body, fault.bytes, fault.everyMs);
      };
    case "endless":
      return (response, answer) => {
        writeHead(response, answer, null);
        pour(response, fault.bytes);
      };
    default:
      return (response, answer) => {
        writeHead(response, answer, answer.body.length);
        response.end(answer.body);
      };
  }
}

function writeHead(response: ServerResponse, answer: Answer, length: number | null): void {
  const lengthHeader = length === null ? {} : { "content-length": String(length) };
  response.writeHead(answer.status, { ...answer.headers, ...lengthHeader });
}

function resetInBody(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer, answer.body.length);
  response.write(answer.body.subarray(0, Math.ceil(answer.body.length / 2)), () => response.socket?.resetAndDestroy());
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
export function after(response: ServerResponse, ms: number, run: () => void): void {
  const cancel = () => clearTimeout(timer);
  const timer = setTimeout(() => {
    response.off("close", cancel);
    run();
  }, ms);
  response.once("close", cancel);
}

/** The status that a fault ends with, for the record of calls. */
export function outcomeOf(fault: Strike["fault"]): string {
  if (fault === null) return "ok";
  return fault.kind === "error" || fault.kind === "error-in-200" ? fault.code : fault.kind;
}
