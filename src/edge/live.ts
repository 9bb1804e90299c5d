import type { Socket } from "node:net";
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  OperationTypeNode,
} from "graphql";

import type { Caller } from "#access";
import { type AskedOperation, type Asking, beginAsking, type EdgeAccess } from "./asking.ts";
import type { Client } from "./clients.ts";
import { logInternal } from "./engine.ts";
import { toErrorResponse } from "./errors.ts";
import { withoutRepeats } from "./executor.ts";
import { createExpiry, type Expiry, refuseEnded } from "./expiry.ts";
import type { Freshness } from "./freshness.ts";
import { nameOf } from "./live-record.ts";
import { type RunningOperation, startOperation } from "./operation.ts";
import type { ServerOptions } from "./options.ts";
import { createStop, type Stop } from "./stop.ts";

/** Who asks, and what is shared with all others. */
export interface Asker {
  readonly client: Client;
  readonly freshness: Freshness;
  /** The connection that the request was made on, as {@link Freshness.begin} takes it. */
  readonly socket: Socket | null;
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

/** Results of a live operation, ready to be sent. Returning it stops the operation at once, also while a result is awaited. */
export interface LiveResults extends AsyncIterableIterator<FormattedExecutionResult> {
  return(): Promise<IteratorResult<FormattedExecutionResult>>;
}

/**
 * Runs an operation that may answer more than once: a query once, a subscription once an event. Each answer has a context, a
 * deadline and a budget of its own, so that nothing is answered from what an earlier one loaded. Never throws: what fails is told
 * as a result with errors, after which nothing follows.
 */
export function runLive(options: ServerOptions, live: LiveOperation, asker: Asker): LiveResults {
  const stop = createStop();
  const results = produce(options, live, asker, stop);
  return {
    next: () => results.next(),
    return: () => {
      stop.now();
      return results.return(undefined);
    },
    throw: (error) => {
      stop.now();
      return results.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* produce(
  options: ServerOptions,
  live: LiveOperation,
  asker: Asker,
  stop: Stop,
): AsyncGenerator<FormattedExecutionResult, undefined> {
  if (live.type !== OperationTypeNode.SUBSCRIPTION) {
    yield await answerRequest(options, live, asker, stop);
    return undefined;
  }
  yield* watchEvents(options, live, asker, stop);
  return undefined;
}

async function* watchEvents(
  options: ServerOptions,
  live: LiveOperation,
  asker: Asker,
  stop: Stop,
): AsyncGenerator<FormattedExecutionResult, void> {
  const leave = enlist(asker.client);
  if (typeof leave !== "function") {
    yield toFailure(options, live, leave);
    return;
  }
  const running = startOperation(live.requestId, { ...rulesOf(options, asker), deadlineMs: null });
  stop.signal.addEventListener("abort", running.abandon, { once: true });
  const source = await openSource(options, live, { running, asker });
  try {
    if (!(Symbol.asyncIterator in source)) {
      yield source;
      return;
    }
    const events = source[Symbol.asyncIterator]();
    const expiry = createExpiry(options, asker.caller);
    try {
      yield* answerEach(options, live, { events, asker, stop, expiry });
    } finally {
      expiry.ignore();
      await events.return?.();
    }
  } finally {
    leave();
    running.abandon();
    running.end();
  }
}

function enlist(client: Client): (() => void) | Error {
  try {
    return client.watch();
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

async function answerRequest(
  options: ServerOptions,
  live: LiveOperation,
  asker: Asker,
  stop: Stop,
): Promise<FormattedExecutionResult> {
  const { freshness, socket } = asker;
  const running = startOperation(live.requestId, rulesOf(options, asker), freshness.begin(socket));
  try {
    await asker.client.enter(live.rows);
    const asking = askingOf(live, asker, asker.caller);
    return await answerOnce(options, live, { running, asking, rootValue: undefined, stop });
  } finally {
    freshness.end();
  }
}

interface Watching {
  readonly events: AsyncIterator<unknown>;
  readonly asker: Asker;
  readonly stop: Stop;
  readonly expiry: Expiry;
}

async function* answerEach(
  options: ServerOptions,
  live: LiveOperation,
  { events, asker, stop, expiry }: Watching,
): AsyncGenerator<FormattedExecutionResult, void> {
  for (;;) {
    const next = events.next().catch((error: unknown) => ({ done: false, error }) as const);
    const event = await expiry.or(stop.or(next));
    if (event === null && expiry.hasCome()) {
      yield toFailure(options, live, refuseEnded());
      return;
    }
    if (event === null || event.done === true) return;
    if ("error" in event) {
      yield toFailure(options, live, event.error);
      return;
    }
    const caller = await asker.recognise().catch((error: unknown) => toError(error));
    if (caller instanceof Error) {
      yield toFailure(options, live, caller);
      return;
    }
    // An event brings what was just read for it, so it has no bound of its own; it is one for whoever asks after it.
    const running = startOperation(live.requestId, rulesOf(options, asker));
    await asker.client.enter(live.rows);
    const asking = askingOf(live, asker, caller);
    const answer = await answerOnce(options, live, { running, asking, rootValue: event.value, stop });
    asker.freshness.noteEvent();
    yield answer;
  }
}

async function openSource(
  options: ServerOptions,
  live: LiveOperation,
  { running, asker }: { readonly running: RunningOperation; readonly asker: Asker },
): Promise<AsyncIterable<unknown> | FormattedExecutionResult> {
  try {
    const asking = askingOf(live, asker, asker.caller);
    const source = await createSourceEventStream(toArguments(options, live, { running, asking, rootValue: undefined }));
    return Symbol.asyncIterator in source ? source : format(options, live, source, null);
  } catch (error) {
    return toFailure(options, live, error);
  }
}

interface Answering {
  readonly running: RunningOperation;
  readonly asking: Asking;
  /** The event, where there is one. */
  readonly rootValue: unknown;
  readonly stop: Stop;
}

async function answerOnce(
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
    asking.audit.end();
  }
}

function toArguments(
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

function format(
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

function toFailure(options: ServerOptions, live: LiveOperation, error: unknown): FormattedExecutionResult {
  logInternal(options.logger, live.requestId, error);
  return { errors: [toErrorResponse(error).formatted] };
}

function askingOf(live: LiveOperation, { access, address, transport }: Asker, caller: Caller): Asking {
  const { requestId, document } = live;
  const text = document.loc?.source.body ?? "";
  return beginAsking(access, caller, {
    transport,
    requestId,
    address,
    operationName: nameOf(live),
    document: text,
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error("The caller cannot be recognised.", { cause: error });
}

function rulesOf({ clock, operationDeadlineMs, operationCallBudget }: ServerOptions, { client }: Asker) {
  return { clock, client, deadlineMs: operationDeadlineMs, callBudget: operationCallBudget };
}
