import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { type Answer, ApiError, type Call, encodeError, sendWhole } from "../http/index.ts";
import type { Damage, Faults } from "./faults.ts";

const CHUNK = Buffer.alloc(65_536, " ");

/** What each damage makes of the true answer. */
const EFFECTS: {
  readonly [Kind in keyof Faults]: (answer: Answer, damage: Faults[Kind], call: Call) => Answer;
} = {
  error: (_, { code, status, message, headers, form = "asked" }, call) => {
    const answer = inForm(form, new ApiError(code, { status, message }), call);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  },
  "error-in-200": (_, { code }, call) => ({
    ...encodeError({ ...call, format: "json" }, new ApiError(code)),
    status: 200,
  }),
  malformed: (answer) => ({
    ...answer,
    body: Buffer.from(Buffer.from(answer.body).toString("utf8").replace(/"/, "“")),
  }),
  truncated: (answer) => ({ ...answer, body: answer.body.subarray(0, Math.floor(answer.body.length / 2)) }),
  empty: (answer) => ({ ...answer, body: new Uint8Array() }),
  bom: (answer) => ({ ...answer, body: Buffer.concat([Buffer.from("\ufeff"), answer.body]) }),
  gzip: (answer) => zipped(answer, answer.body),
  "gzip-bomb": (answer, { bytes }) => zipped(answer, Buffer.alloc(bytes, " ")),
  "content-type": (answer, { value }) => ({ ...answer, headers: { ...answer.headers, "content-type": value } }),
  redirect: (answer, { location, status = 302 }) => ({
    ...answer,
    status,
    headers: { location },
    body: new Uint8Array(),
  }),
  answer: (answer, { status = 200, headers = {}, body }) => ({ ...answer, status, headers, body: Buffer.from(body) }),
  hang: (answer) => ({ ...answer, deliver: () => {} }),
  reset: (answer, { where }) => ({ ...answer, deliver: where === "before" ? breakOff : breakInBody }),
  "slow-body": (answer, { ms }) => ({
    ...answer,
    deliver(response, { body }) {
      writeHead(response, answer);
      response.flushHeaders();
      after(response, ms, () => response.end(body));
    },
  }),
  dribble: (answer, { bytes, everyMs }) => ({
    ...answer,
    deliver(response, { body }) {
      writeHead(response, answer);
      dribble(response, body, bytes, everyMs);
    },
  }),
  endless: (answer, { bytes }) => ({
    ...answer,
    deliver(response, { status, headers }) {
      response.writeHead(status, headers);
      pour(response, bytes);
    },
  }),
};

/** The answer that a damage makes of the true one. */
export function spoil(answer: Answer, damage: Damage, call: Call): Answer {
  const effect = EFFECTS[damage.kind] as (answer: Answer, damage: Damage, call: Call) => Answer;
  const outcome = "code" in damage ? damage.code : damage.kind;
  return { ...effect(answer, damage, call), outcome };
}

/** The same answer, so many milliseconds later. */
export function delay(answer: Answer, ms: number): Answer {
  const { deliver = sendWhole } = answer;
  return ms === 0 ? answer : { ...answer, deliver: (response) => after(response, ms, () => deliver(response, answer)) };
}

function inForm(form: NonNullable<Faults["error"]["form"]>, error: ApiError, call: Call): Answer {
  const { status, code: outcome, message } = error;
  switch (form) {
    case "asked":
      return encodeError(call, error);
    case "json":
    case "xml":
      return encodeError({ ...call, format: form }, error);
    case "lower-case": {
      const body = JSON.stringify({ code: outcome, message, requestId: call.requestId });
      return {
        status,
        outcome,
        headers: { "content-type": "application/json;charset=utf-8" },
        body: Buffer.from(body),
      };
    }
    case "html": {
      const body = `<html><head><title>${status}</title></head><body></body></html>`;
      return { status, outcome, headers: { "content-type": "text/html" }, body: Buffer.from(body) };
    }
    case "empty":
      return { status, outcome, headers: {}, body: new Uint8Array() };
  }
}

function zipped(answer: Answer, body: Uint8Array): Answer {
  return { ...answer, headers: { ...answer.headers, "content-encoding": "gzip" }, body: gzipSync(body) };
}

function writeHead(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, "content-length": String(body.length) });
}

function breakOff(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function breakInBody(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer);
  response.write(answer.body.subarray(0, Math.ceil(answer.body.length / 2)), () => breakOff(response));
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
