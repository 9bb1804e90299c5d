import type { Product } from "../http/index.ts";

/** How an error's body is written. */
export type ErrorForm = "asked" | "json" | "xml" | "lower-case" | "html" | "empty";

type Headers = Readonly<Record<string, string>>;

/** What can be wrong with an answer, by kind. */
export interface Faults {
  /** An error of the API; status and text follow from the code unless told otherwise. */
  readonly error: {
    readonly code: string;
    readonly status?: number;
    readonly message?: string;
    readonly headers?: Headers;
    readonly form?: ErrorForm;
  };
  /** The headers come at once, the body later. */
  readonly "slow-body": { readonly ms: number };
  /** The body comes in pieces of so many bytes, one every so many milliseconds. */
  readonly dribble: { readonly bytes: number; readonly everyMs: number };
  /** Never answers; what hangs ends when the connection does. */
  readonly hang: object;
  /** The connection breaks: without a byte, or in the middle of the body. */
  readonly reset: { readonly where: "before" | "body" };
  readonly redirect: { readonly location: string; readonly status?: number };
  /** A small gzip body that inflates to so many bytes. */
  readonly "gzip-bomb": { readonly bytes: number };
  /** A body that goes on up to so many bytes. */
  readonly endless: { readonly bytes: number };
  /** The true answer, spoilt on its way. */
  readonly malformed: object;
  readonly truncated: object;
  readonly bom: object;
  readonly gzip: object;
  readonly empty: object;
  readonly "content-type": { readonly value: string };
  /** HTTP 200 with an error object. */
  readonly "error-in-200": { readonly code: string };
  /** Any answer at all. */
  readonly answer: { readonly status?: number; readonly headers?: Headers; readonly body: string | Uint8Array };
}

/** A fault that changes an answer or how it is sent. */
export type Damage = { [Kind in keyof Faults]: { readonly kind: Kind } & Faults[Kind] }[keyof Faults];

/** What can go wrong with a call. */
export type Fault =
  | Damage
  /** More calls than this in a minute of the clock, per key, action and region, are answered with `Throttling.User`. */
  | { readonly kind: "throttle"; readonly perMinute: number; readonly withHeaders?: boolean }
  /** The whole answer comes later; goes together with other faults. */
  | { readonly kind: "latency"; readonly ms: number };

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
