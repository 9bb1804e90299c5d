import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type OperationTypeNode,
} from "graphql";

import type { Caller } from "#access";
import { type AskedOperation, type Asking, beginAsking, type EdgeAccess } from "./asking.ts";
import type { Client } from "./clients.ts";
import { logInternal } from "./engine.ts";
import { toErrorResponse } from "./errors.ts";
import { withoutRepeats } from "./executor.ts";
import { nameOf } from "./live-record.ts";
import type { RunningOperation } from "./operation.ts";
import type { ServerOptions } from "./options.ts";
import type { Stop } from "./stop.ts";

/** Who asks, and what is shared with all others. */
export interface Asker {
  readonly client: Client;
  readonly access: EdgeAccess;
  /** As known when the operation came. */
  readonly caller: Caller;
  /**
   * Who the credential stands for now.
   * @throws RefusalError once it is no good any more
   */
  recognise(): Promise<Caller>;
  readonly address: AskedOperation["address"];
  readonly transport: AskedOperation["transport"];
  /** As in {@link Asking}. */
  readonly lastEventId?: string;
}

/** An operation that was found good, by whatever transport it came. */
export interface LiveOperation {
  readonly type: OperationTypeNode;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly requestId: string;
  /** How many rows one answer can hold at most. */
  readonly rows: number;
}

/** One answer on its way. */
export interface Answering {
  readonly running: RunningOperation;
  readonly asking: Asking;
  /** The event, where there is one. */
  readonly rootValue: unknown;
  readonly stop: Stop;
}

/** Executes once, within the deadline. Never rejects: what fails is told as errors. Ends the operation, but not its audit. */
export async function answerOnce(
  options: ServerOptions,
  live: LiveOperation,
  { running, asking, rootValue, stop }: Answering,
): Promise<FormattedExecutionResult> {
  stop.signal.addEventListener("abort", running.abandon, { once: true });
  try {
    const executed = (async () => execute(toArguments(options, live, { running, asking, rootValue })))();
    const late = running.late.then(() => {
      throw new GraphQLError(`The operation did not end within ${options.operationDeadlineMs} ms.`, {
        extensions: { code: "DEADLINE_EXCEEDED" },
      });
    });
    return format(options, live, await Promise.race([executed, late]), running);
  } catch (error) {
    return toFailure(options, live, error);
  } finally {
    stop.signal.removeEventListener("abort", running.abandon);
    running.end();
  }
}

/** What the GraphQL library executes. */
export function toArguments(
  options: ServerOptions,
  live: LiveOperation,
  { running, asking, rootValue }: Omit<Answering, "stop">,
): ExecutionArgs {
  return {
    schema: options.schema,
    document: live.document,
    rootValue,
    contextValue: options.createContext(running.operation, asking),
    variableValues: live.variables,
    operationName: live.operationName,
  };
}

/** A result as clients get it; what nobody foresaw goes to the log. */
export function format(
  options: ServerOptions,
  live: LiveOperation,
  result: ExecutionResult,
  running: RunningOperation | null,
): FormattedExecutionResult {
  const kept = result.errors && withoutRepeats(result.errors);
  for (const error of kept ?? []) logInternal(options.logger, live.requestId, error);
  const errors = kept?.map((error) => toErrorResponse(error).formatted);
  return {
    ...(errors === undefined ? {} : { errors }),
    ...(result.data === undefined ? {} : { data: result.data }),
    ...(running === null || result.data === undefined ? {} : { extensions: { ...running.extensions() } }),
  };
}

/** Anything thrown as a result. */
export function toFailure(options: ServerOptions, live: LiveOperation, error: unknown): FormattedExecutionResult {
  logInternal(options.logger, live.requestId, error);
  return { errors: [toErrorResponse(error).formatted] };
}

/** Begins to note what one answer hands out. */
export function askingOf(
  live: LiveOperation,
  { access, address, transport, lastEventId }: Asker,
  caller: Caller,
): Asking {
  const { requestId, document } = live;
  const text = document.loc?.source.body ?? "";
  const asking = beginAsking(access, caller, {
    transport,
    requestId,
    address,
    operationName: nameOf(live),
    document: text,
  });
  return lastEventId === undefined ? asking : { ...asking, lastEventId };
}

/** How the operations of this asker are run. */
export function rulesOf({ clock, operationDeadlineMs, operationCallBudget }: ServerOptions, { client }: Asker) {
  return { clock, client, deadlineMs: operationDeadlineMs, callBudget: operationCallBudget };
}
