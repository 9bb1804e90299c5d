import type { GraphQLSchema } from "graphql";
import type { Registry } from "prom-client";

import type { Clock, Operation } from "#domain";
import type { Asking, EdgeAccess } from "./admission/asking.ts";
import type { ClientLimits } from "./admission/clients.ts";
import type { PersistedDocumentsOptions } from "./documents/persisted-documents.ts";
import type { OperationContext } from "./execution/engine.ts";
import type { OpenExport } from "./export-route.ts";
import type { PageOptions } from "./page.ts";
import type { Logger } from "./telemetry/log.ts";
import type { GatewayTelemetry } from "./telemetry/upstream-telemetry.ts";

/** Which explorer a browser gets at /graphql. */
export type ExplorerName = "sandbox" | "offline" | "none";

/** An operation that explorers offer. */
export interface ExampleOperation {
  readonly document: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Queries that programs call by their names. */
export interface ToolOptions {
  /** Version of this program. */
  readonly version: string;
  /** Documents whose queries are the tools. */
  readonly documents: readonly string[];
}

/** Everything a server is made of. */
export interface ServerOptions {
  readonly schema: GraphQLSchema;
  /** What resolvers get, made anew for each operation. */
  createContext(operation: Operation, asking: Asking): OperationContext;
  /** The id that event streams give an event of a subscription, one line of text; null for none. No event has one if absent. */
  readonly eventIdOf?: (event: unknown) => string | null;
  /** Begins what is written at /export; there is no such address if absent. */
  readonly openExport?: OpenExport;
  /** What is offered at /mcp; there is no such address if absent. */
  readonly tools?: ToolOptions;
  /**
   * Another number after every change of what was read. If given, answers are kept as long as nothing changes, and serve all who ask
   * the same: so only if everybody may see the same.
   */
  readonly revision?: () => number;
  /** Who may come in, how much they may use, what is written down; everybody, everything and nothing if absent. */
  readonly access?: EdgeAccess;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly introspection: boolean;
  /** Port of /livez, /readyz and /metrics, which are then no longer on `port`; 0 takes a free one. */
  readonly adminPort?: number;
  /** Names that `Host` may have besides those of this machine; none if absent. */
  readonly allowedHosts?: readonly string[];
  /** Milliseconds for which /readyz says 503 before new connections are refused; 0 if absent. */
  readonly drainMs?: number;
  /** What one client may do; the limits' own defaults if absent. */
  readonly clientLimits?: ClientLimits;
  /** The page for people; none if absent. */
  readonly page?: PageOptions;
  /** `none` turns `/explorer` off as well. */
  readonly explorer: ExplorerName;
  readonly examples: readonly ExampleOperation[];
  /** Origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
  /** From the first byte of a request to the abort of all its waits; an answer goes out at most 250 ms later. */
  readonly operationDeadlineMs: number;
  /** Most upstream calls of one operation. */
  readonly operationCallBudget: number;
  /** Most WebSockets at the same time; the limit's own default where absent. */
  readonly maxWebSockets?: number;
  /** True where traffic can be taken: credentials can be had. A rejection counts as false. */
  isReady(): Promise<boolean>;
  /** What /readyz says beneath its answer; nothing for null. */
  readonly readyRemark?: () => string | null;
  /** Made by `createTelemetry` with the same logger and registry. */
  readonly telemetry: GatewayTelemetry;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly clock: Clock;
  /** Which documents may be asked for; `off` where absent. */
  readonly persistedDocuments?: PersistedDocumentsOptions;
  /** `compiled` turns documents that come again into functions; `reference` is the GraphQL library's own executor. */
  readonly executor?: "compiled" | "reference";
}
