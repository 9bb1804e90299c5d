import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult } from "graphql";

import type { Caller } from "#access";
import type { Operation } from "#domain";
import {
  type AskedOperation,
  type Asking,
  beginAsking,
  type Client,
  type EdgeAccess,
  isLarge,
  type RunningOperation,
  takeTurn,
} from "../admission/index.ts";
import { nameOf, type PreparedOperation } from "../documents/index.ts";
import { logInternal, toErrorResponse } from "../errors/index.ts";
import type { Readers } from "../http/index.ts";
import type { LiveOptions } from "./live-parts.ts";
import type { Stop } from "./stop.ts";

/** Who asks, and what is shared with all others. */
export interface Asker {
  readonly client: Client;
  readonly access: EdgeAccess;
  readonly readers: Pick<Readers, "room">;
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
  /** Resolves once its connection can take an answer; null if it can now. Absent if one waits for the other there anyway. */
  room?(): Promise<void> | null;
}

/** One answer on its way. */
export interface Answering {
  readonly running: RunningOperation;
  readonly asker: Asker;
  readonly asking: Asking;
  /** The event, where there is one. */
  readonly rootValue: unknown;
  readonly stop: Stop;
}

/** Executes once, in its turn and within the deadline. Never rejects: what fails is told as errors. Ends the operation, but not its audit. */
export async function answerOnce(
  options: LiveOptions,
  live: PreparedOperation,
  answering: Answering,
): Promise<FormattedExecutionResult> {
  const { running, asker, asking, rootValue, stop } = answering;
  const forget = stop.onStop(running.abandon);
  const { weight } = live.size;
  // Messages of one connection arrive together; a turn for each keeps their answers from being in memory together.
  const begin = () => running.begin(weight) ?? asker.client.pass();
  const room = () => asker.room?.() ?? (isLarge(weight) ? asker.readers.room(asker.address) : null);
  try {
    const executed = takeTurn(running, begin, room).then(() => {
      const contextValue = options.createContext(running.operation, asking);
      return options.execute({ ...live, contextValue, rootValue });
    });
    const late = running.late.then(() => {
      throw running.operation.signal.reason;
    });
    const result = format(options, live, await Promise.race([executed, late]), running);
    // Nothing else is waited for from here to the answer's text.
    await running.write();
    return result;
  } catch (error) {
    return toFailure(options, live, error);
  } finally {
    forget();
    running.end();
  }
}

/** Resolves once the connection can take an answer, or the operation is stopped; null if it can now. */
export function untilRoom({ room }: Pick<Asker, "room">, stop: Stop): Promise<unknown> | null {
  const full = room?.() ?? null;
  return full === null ? null : stop.or(full);
}

/** What the GraphQL library subscribes to. */
export function toSubscription(
  options: LiveOptions,
  { document, operationName, variables }: PreparedOperation,
  { operation, asking }: { readonly operation: Operation; readonly asking: Asking },
): ExecutionArgs {
  const contextValue = options.createContext(operation, asking);
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
