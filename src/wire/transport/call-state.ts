import type { Operation } from "#domain";
import type { CallRequest } from "../call/index.ts";
import type { Credential } from "../keys/index.ts";
import type { Endpoint } from "./endpoint.ts";

/** State of one call between its attempts. */
export interface CallState {
  readonly request: CallRequest;
  readonly operation: Operation;
  readonly endpoint: Endpoint;
  /** Encoded and sorted; the same for every attempt. */
  readonly query: string;
  credential: Credential;
  /** Attempts made so far. */
  attempt: number;
  /** What the last attempt's date was moved by, in milliseconds. */
  clockOffsetMs: number;
  hasTimedOut: boolean;
  hasRenewedKeys: boolean;
  hasCorrectedClock: boolean;
}
