import type { Admission, Clients, EdgeAccess } from "../admission/index.ts";
import type { Gate } from "../documents/index.ts";
import type { Executor, TransportOptions } from "../execution/index.ts";
import type { Readers } from "../http/index.ts";
import type { OperationMetrics } from "../telemetry/index.ts";

/** What transports that may answer more than once are told. */
export interface LiveOptions extends TransportOptions {
  /** The executor of all transports. */
  readonly execute: Executor;
  /** Whether the schema is told, by introspection or by suggestions of names. */
  readonly introspection: boolean;
  /** The id that event streams give an event of a subscription, one line of text; null for none. No event has one if absent. */
  readonly eventIdOf?: (event: unknown) => string | null;
  /** Most WebSockets at the same time; the limit's own default if absent. */
  readonly maxWebSockets?: number;
}

/** What they share with all other transports. */
export interface LiveParts {
  readonly gate: Gate;
  readonly metrics: OperationMetrics;
  readonly clients: Clients;
  readonly access: EdgeAccess;
  readonly admission: Admission;
  readonly readers: Readers;
  /** Aborts when the server drains. */
  readonly draining: AbortSignal;
}
