import { type ExecutionArgs, type ExecutionResult, type FormattedExecutionResult, GraphQLError } from "graphql";

import type { Caller } from "#access";
import {
  type AskedOperation,
  type Asking,
  beginAsking,
  type Client,
  type EdgeAccess,
  type RunningOperation,
} from "../admission/index.ts";
import { nameOf, type PreparedOperation } from "../documents/index.ts";
import { logInternal, toErrorResponse } from "../errors/index.ts";
import type { LiveOptions } from "./live-parts.ts";
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
  options: LiveOptions,
  live: PreparedOperation,
  { running, asking, rootValue, stop }: Answering,
): Promise<FormattedExecutionResult> {
  stop.signal.addEventListener("abort", running.abandon, { once: true });
  try {
    const contextValue = options.createContext(running.operation, asking);
    const executed = options.execute({ ...live, contextValue, rootValue });
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

/** What the GraphQL library subscribes to. */
export function toSubscription(
  options: LiveOptions,
  { document, operationName, variables }: PreparedOperation,
  { running, asking }: Pick<Answering, "running" | "asking">,
): ExecutionArgs {
  const contextValue = options.createContext(running.operation, asking);
  return { schema: options.schema, document, operationName, variableValues: variables, contextValue };
}

/** A result as clients get it; what nobody foresaw goes to the log. */
export function format(
  options: LiveOptions,
  live: PreparedOperation,
  result: ExecutionResult,
  running: RunningOperation | null,
): FormattedExecutionResult {
  for (const error of result.errors ?? []) logInternal(options.logger, live.requestId, error);
  const errors = result.errors?.map((error) => toErrorResponse(error).formatted);
  return {
    ...(errors === undefined ? {} : { errors }),
    ...(result.data === undefined ? {} : { data: result.data }),
    ...(running === null || result.data === undefined ? {} : { extensions: { ...running.extensions() } }),
  };
}

/** Anything thrown as a result. */
export function toFailure(options: LiveOptions, live: PreparedOperation, error: unknown): FormattedExecutionResult {
  logInternal(options.logger, live.requestId, error);
  return { errors: [toErrorResponse(error).formatted] };
}

/** Begins to note what one answer hands out. */
export function askingOf(
  live: PreparedOperation,
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
