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

import type { Client } from "./clients.ts";
import { logInternal } from "./engine.ts";
import { toErrorResponse } from "./errors.ts";
import { withoutRepeats } from "./executor.ts";
import type { Freshness } from "./freshness.ts";
import { type RunningOperation, startOperation } from "./operation.ts";
import type { ServerOptions } from "./options.ts";
import { createStop, type Stop } from "./stop.ts";

/** Who asks, and what is shared with all others. */
export interface Asker {
  readonly client: Client;
  readonly freshness: Freshness;
  /** The connection that the request was made on, as {@link Freshness.begin} takes it. */
  readonly socket: Socket | null;
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
  const source = await openSource(options, live, running);
  try {
    if (!(Symbol.asyncIterator in source)) {
      yield source;
      return;
    }
    const events = source[Symbol.asyncIterator]();
    try {
      yield* answerEach(options, live, { events, asker, stop });
    } finally {
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

// Messages of one connection arrive together; a round of the event loop for each keeps their answers from being in memory together.
async function takeTurn({ client }: Asker, { rows }: LiveOperation): Promise<void> {
  await (client.enter(rows) ?? client.turn());
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
    await takeTurn(asker, live);
    return await answerOnce(options, live, { running, rootValue: undefined, stop });
  } finally {
    freshness.end();
  }
}

async function* answerEach(
  options: ServerOptions,
  live: LiveOperation,
  { events, asker, stop }: { readonly events: AsyncIterator<unknown>; readonly asker: Asker; readonly stop: Stop },
): AsyncGenerator<FormattedExecutionResult, void> {
  for (;;) {
    const next = events.next().catch((error: unknown) => ({ done: false, error }) as const);
    const event = await stop.or(next);
    if (event === null || event.done === true) return;
    if ("error" in event) {
      yield toFailure(options, live, event.error);
      return;
    }
    // An event brings what was just read for it, so it has no bound of its own; it is one for whoever asks after it.
    const running = startOperation(live.requestId, rulesOf(options, asker));
    await takeTurn(asker, live);
    const answer = await answerOnce(options, live, { running, rootValue: event.value, stop });
    asker.freshness.noteEvent();
    yield answer;
  }
}

async function openSource(
  options: ServerOptions,
  live: LiveOperation,
  running: RunningOperation,
): Promise<AsyncIterable<unknown> | FormattedExecutionResult> {
  try {
    const source = await createSourceEventStream(toArguments(options, live, running, undefined));
    return Symbol.asyncIterator in source ? source : format(options, live, source, null);
  } catch (error) {
    return toFailure(options, live, error);
  }
}

interface Answering {
  readonly running: RunningOperation;
  /** The event, where there is one. */
  readonly rootValue: unknown;
  readonly stop: Stop;
}

async function answerOnce(
  options: ServerOptions,
  live: LiveOperation,
  { running, rootValue, stop }: Answering,
): Promise<FormattedExecutionResult> {
  stop.signal.addEventListener("abort", running.abandon, { once: true });
  try {
    const executed = (async () => execute(toArguments(options, live, running, rootValue)))();
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

function toArguments(
  options: ServerOptions,
  live: LiveOperation,
  running: RunningOperation,
  rootValue: unknown,
): ExecutionArgs {
  return {
    schema: options.schema,
    document: live.document,
    rootValue,
    contextValue: options.createContext(running.operation),
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

function rulesOf({ clock, operationDeadlineMs, operationCallBudget }: ServerOptions, { client }: Asker) {
  return { clock, client, deadlineMs: operationDeadlineMs, callBudget: operationCallBudget };
}
