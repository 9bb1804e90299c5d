import type { Operation, Source } from "#domain";

/** Value of one request parameter; undefined and null are left out, arrays become `Name.1`, `Name.2` …, objects `Name.Key`. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };

/** One call of an RPC-style action. */
export interface CallRequest {
  readonly source: Source;
  /** API version, as `2014-05-26`. */
  readonly version: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /**
   * Set for actions that answer `InternalError` where something asked for does not exist: such an answer is then not tried again
   * and no sign of an outage.
   */
  readonly internalErrorIsFinal?: boolean;
}

/** The answer of an action that succeeded. */
export interface CallAnswer {
  /** The body as data, from JSON or XML; not yet checked. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  /** Set if bytes of it were no UTF-8, and no other charset was named: U+FFFD stands in their place. */
  readonly isDamaged?: true;
}

/**
 * Carries one call to the upstream: signs, sends, retries, classifies.
 * @throws UpstreamError for everything that fails; no other error leaves `wire`, except what `operation.meter` throws.
 */
export type Call = (request: CallRequest, operation: Operation) => Promise<CallAnswer>;
