import type { GraphQLSchema } from "graphql";

import type { AnswerLife, Clock, Operation } from "#domain";
import type { Asking, Client, OperationRules } from "../admission/index.ts";
import type { GatewayTelemetry, Logger } from "../telemetry/index.ts";

/** What resolvers get; the edge itself only looks at the operation. */
export interface OperationContext {
  readonly operation: Operation;
}

/** What every transport needs to run operations. */
export interface TransportOptions {
  readonly schema: GraphQLSchema;
  /** What resolvers get, made anew for each operation. */
  createContext(operation: Operation, asking: Asking): OperationContext;
  /** From the first byte of a request to the abort of all its waits; an answer goes out at most 250 ms later. */
  readonly operationDeadlineMs: number;
  /** Most upstream calls of one operation. */
  readonly operationCallBudget: number;
  /** Origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
  /** Made by `createTelemetry` with the same logger and registry. */
  readonly telemetry: GatewayTelemetry;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** How the operations of this client are run. */
export function rulesOf(
  {
    clock,
    operationDeadlineMs,
    operationCallBudget,
  }: Pick<TransportOptions, "clock" | "operationDeadlineMs" | "operationCallBudget">,
  client: Client,
  life?: AnswerLife,
): OperationRules {
  return { clock, deadlineMs: operationDeadlineMs, callBudget: operationCallBudget, client, life };
}
