import type { Operation, Source } from "#domain";
import type { PageLimit, Paging, Reader } from "#upstreams";
import type { Call, CallRequest } from "#wire";
import type { TimedProbe } from "./timed-probe.ts";

/** The API version that every call names. */
export const VERSION = "2014-05-26";

/** The business parameters of a call. */
export type Parameters = CallRequest["parameters"];

/** What one adapter works with and remembers. */
export interface Desk {
  readonly source: Source;
  readonly reader: Reader;
  readonly runLimit: PageLimit;
  readonly runPaging: Paging;
  readonly timedProbe: TimedProbe;
  readonly resultLimit: PageLimit;
  ask(action: string, parameters: Parameters, operation: Operation): ReturnType<Call>;
}
