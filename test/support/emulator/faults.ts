import { type Effect, effects } from "../../../src/emulator/faults/index.ts";
import { ApiError, encodeError, type Product } from "../../../src/emulator/http/index.ts";

/** How an error's body is written. */
export type ErrorForm = "asked" | "json" | "xml" | "lower-case" | "html" | "empty";

type Headers = Readonly<Record<string, string>>;

/** What can be wrong with an answer, by kind. */
interface Damages {
  /** An error of the API; status and text follow from the code unless told otherwise. */
  readonly error: {
    readonly code: string;
    readonly status?: number;
    readonly message?: string;
    readonly headers?: Headers;
    readonly form?: ErrorForm;
  };
  /** HTTP 200 with an error object. */
  readonly "error-in-200": { readonly code: string };
  /** More calls than this in a minute of the clock, per key, action and region, are answered with `Throttling.User`. */
  readonly throttle: { readonly perMinute: number };
  /** The whole answer comes later; goes together with other faults. */
  readonly latency: { readonly ms: number };
  readonly "slow-body": { readonly ms: number };
  readonly dribble: { readonly bytes: number; readonly everyMs: number };
  readonly hang: object;
  readonly reset: { readonly where: "before" | "body" };
  readonly redirect: { readonly location: string; readonly status?: number };
  readonly "gzip-bomb": { readonly bytes: number };
  readonly endless: { readonly bytes: number };
  readonly malformed: object;
  readonly truncated: object;
  readonly bom: object;
  readonly gzip: object;
  readonly empty: object;
  readonly "content-type": { readonly value: string };
  /** Any answer at all. */
  readonly answer: { readonly status?: number; readonly headers?: Headers; readonly body: string | Uint8Array };
}

/** What can go wrong with a call. */
export type Fault = { [Kind in keyof Damages]: { readonly kind: Kind } & Damages[Kind] }[keyof Damages];

/** Where and how often a fault strikes. Members that are absent match everything. */
export interface FaultRule {
  readonly product?: Product;
  readonly action?: string;
  readonly regionId?: string;
  /** Of each matching call; always unless told otherwise. */
  readonly probability?: number;
  /** Only the matching call of this number, counted from 1. */
  readonly nth?: number;
  /** Only so many matching calls; then the rule is spent. */
  readonly times?: number;
  readonly fault: Fault;
}

const EFFECTS: { readonly [Kind in keyof Damages]: (damage: Damages[Kind]) => Effect } = {
  error: toErrorEffect,
  "error-in-200":
    ({ code }) =>
    (answer, call) => ({ ...answer, ...encodeError({ ...call, format: "json" }, new ApiError(code)), status: 200 }),
  throttle: ({ perMinute }) => effects.throttling(perMinute),
  latency: ({ ms }) => effects.late(ms),
  "slow-body": ({ ms }) => effects.slowBody(ms),
  dribble: ({ bytes, everyMs }) => effects.dribbling(bytes, everyMs),
  hang: () => effects.hanging,
  reset: ({ where }) => (where === "before" ? effects.broken : effects.brokenInBody),
  redirect: ({ location, status = 302 }) => effects.bare(status, { location }),
  "gzip-bomb": ({ bytes }) => effects.zipped(bytes),
  endless: ({ bytes }) => effects.endless(bytes),
  malformed: () => effects.malformed,
  truncated: () => effects.truncated,
  bom: () => (answer) => ({ ...answer, body: Buffer.concat([Buffer.from("\ufeff"), answer.body]) }),
  gzip: () => effects.zipped(),
  empty: () => (answer) => ({ ...answer, body: new Uint8Array() }),
  "content-type":
    ({ value }) =>
    (answer) => ({ ...answer, headers: { ...answer.headers, "content-type": value } }),
  answer:
    ({ status = 200, headers = {}, body }) =>
    (answer) => ({ ...answer, status, headers, body: Buffer.from(body) }),
};

/** What a fault makes of an answer. The record of calls names the error's code, or the kind of the fault. */
export function toEffect(fault: Fault): Effect {
  const effect = (EFFECTS[fault.kind] as (fault: Fault) => Effect)(fault);
  if (fault.kind === "latency" || fault.kind === "throttle") return effect;
  const outcome = "code" in fault ? fault.code : fault.kind;
  return (answer, call) => ({ ...effect(answer, call), outcome });
}

function toErrorEffect({ code, status, message, headers, form = "asked" }: Damages["error"]): Effect {
  const error = new ApiError(code, { status, message });
  return (answer, call) => {
    const written = inForm(error, form)(answer, call);
    return { ...written, headers: { ...written.headers, ...headers } };
  };
}

function inForm(error: ApiError, form: ErrorForm): Effect {
  const { status, code, message } = error;
  switch (form) {
    case "asked":
      return (answer, call) => ({ ...answer, ...encodeError(call, error) });
    case "json":
    case "xml":
      return (answer, call) => ({ ...answer, ...encodeError({ ...call, format: form }, error) });
    case "lower-case": {
      const headers = { "content-type": "application/json;charset=utf-8" };
      return (answer, { requestId }) => {
        return { ...answer, status, headers, body: Buffer.from(JSON.stringify({ code, message, requestId })) };
      };
    }
    case "html":
      return effects.webPage(status);
    case "empty":
      return effects.bare(status);
  }
}
