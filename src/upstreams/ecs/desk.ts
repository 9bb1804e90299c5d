import type { Operation, Source } from "#domain";
import type { PageLimit, Reader } from "#upstreams";
import type { Call, CallRequest } from "#wire";

/** The API version that every call names. */
export const VERSION = "2014-05-26";

/** The business parameters of a call. */
export type Parameters = CallRequest["parameters"];

/** What one adapter works with and remembers. */
export interface Desk {
  readonly source: Source;
  readonly reader: Reader;
  readonly runLimit: PageLimit;
  readonly resultLimit: PageLimit;
  ask(action: string, parameters: Parameters, operation: Operation): ReturnType<Call>;
}
