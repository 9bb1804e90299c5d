import { createSourceEventStream, type FormattedExecutionResult, GraphQLError, OperationTypeNode } from "graphql";

import type { Caller } from "#access";
import { type Client, type RunningOperation, startOperation } from "../admission/index.ts";
import type { PreparedOperation } from "../documents/index.ts";
import { rulesOf } from "../execution/index.ts";
import { type Asker, answerOnce, askingOf, format, toFailure, toSubscription, untilRoom } from "./answer.ts";
import { createExpiry, type Expiry, refuseEnded } from "./expiry.ts";
import type { LiveOptions } from "./live-parts.ts";
import { nameQuestion, shareAnswer, type WrittenAnswer, writeAnswer } from "./shared-answers.ts";
import { Stop } from "./stop.ts";

/** A result, ready to be sent, and the event that it answers; undefined for none. */
interface Told {
  readonly answer: WrittenAnswer;
  readonly event?: unknown;
}

/**
 * One result, to be taken once: generators that wait for the next one still hold the last that passed through them, and a result may
 * weigh some megabytes. For the same reason take it where it is sent, in a function that does not wait.
 */
export interface LiveResult {
  /** @throws Error if it was taken before */
  take(): Told;
}

/** Results of a live operation. Returning it stops the operation at once, also while a result is awaited. */
export interface LiveResults extends AsyncIterableIterator<LiveResult> {
  return(): Promise<IteratorResult<LiveResult>>;
}

/**
 * Runs an operation that may answer more than once: a query once, a subscription once an event. Each answer has a context, a
 * deadline and a budget of its own, so that nothing is answered from what an earlier one loaded. Never throws: what fails is told
 * as a result with errors, after which nothing follows.
 */
export function runLive(options: LiveOptions, live: PreparedOperation, asker: Asker): LiveResults {
  const stop = new Stop();
  const produce = live.type === OperationTypeNode.SUBSCRIPTION ? watchEvents : answerAlone;
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

async function* answerAlone(
  options: LiveOptions,
  live: PreparedOperation,
  asker: Asker,
  stop: Stop,
): AsyncGenerator<LiveResult, undefined> {
  yield tell(options, await answerRequest(options, live, asker, stop));
}

async function* watchEvents(
  options: LiveOptions,
  live: PreparedOperation,
  asker: Asker,
  stop: Stop,
): AsyncGenerator<LiveResult, undefined> {
  const leave = enlist(asker.client);
  if (typeof leave !== "function") {
    yield tell(options, toFailure(options, live, leave));
    return;
  }
  const running = startOperation(live.requestId, { ...rulesOf(options, asker.client), deadlineMs: null });
  stop.onStop(running.abandon);
  const source = await openSource(options, live, { running, asker });
  try {
    if (!(Symbol.asyncIterator in source)) {
      yield tell(options, source);
      return;
    }
    const events = source[Symbol.asyncIterator]();
    const expiry = createExpiry(options.clock, asker.caller);
    try {
      const question = nameQuestion(live.document, live.operationName, live.variables);
      for (;;) {
        const next = await tellNext(options, live, { events, question, asker, stop, expiry });
        if (next === null) return;
        yield next.result;
        if (next.isLast) return;
      }
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

/** Answers a query within its deadline and while its credential lasts. Never rejects: what fails is told as errors. */
export async function answerRequest(
  options: LiveOptions,
  live: PreparedOperation,
  asker: Asker,
  stop: Stop,
): Promise<FormattedExecutionResult> {
  const running = startOperation(live.requestId, rulesOf(options, asker.client));
  const asking = askingOf(live, asker, asker.caller);
  const expiry = createExpiry(options.clock, asker.caller);
  try {
    const answer = answerOnce(options, live, { running, asker, asking, rootValue: undefined, stop });
    const result = await expiry.or(answer);
    if (result !== null) return result;
    running.abandon();
    return toFailure(options, live, refuseEnded());
  } finally {
    expiry.ignore();
    asking.audit.end();
  }
}

interface Watching {
  readonly events: AsyncIterator<unknown>;
  readonly question: string;
  readonly asker: Asker;
  readonly stop: Stop;
  readonly expiry: Expiry;
}

/** The result of the next event, and whether it ends the subscription; null once nothing follows. */
async function tellNext(
  options: LiveOptions,
  live: PreparedOperation,
  { events, question, asker, stop, expiry }: Watching,
): Promise<{ readonly result: LiveResult; readonly isLast: boolean } | null> {
  const fail = (error: unknown) => ({ result: tell(options, toFailure(options, live, error)), isLast: true });
  // Of what changes meanwhile, only the newest state is told then.
  await untilRoom(asker, stop);
  const next = events.next().catch((error: unknown) => ({ done: false, error }) as const);
  const event = await expiry.or(stop.or(next));
  if (event === null && expiry.hasCome()) return fail(refuseEnded());
  if (event === null || event.done === true) return null;
  if ("error" in event) return fail(event.error);
  const caller = await asker.recognise().catch((error: unknown) => toError(error));
  if (caller instanceof Error) return fail(caller);
  const result = await answerEvent(options, live, { event: event.value, question, asker, caller, stop });
  return { result, isLast: false };
}

interface Answered {
  readonly event: unknown;
  readonly question: string;
  readonly asker: Asker;
  readonly caller: Caller;
  readonly stop: Stop;
}

async function answerEvent(
  options: LiveOptions,
  live: PreparedOperation,
  { event, question, asker, caller, stop }: Answered,
): Promise<LiveResult> {
  const asking = askingOf(live, asker, caller);
  try {
    const answer = await shareAnswer(
      { event, question, asker: { ...asking, client: asker.client, stop } },
      options,
      async (audit) => {
        const running = startOperation(live.requestId, rulesOf(options, asker.client));
        return answerOnce(options, live, { running, asker, asking: { ...asking, audit }, rootValue: event, stop });
      },
    );
    return handOver({ answer, event });
  } finally {
    asking.audit.end();
  }
}

function tell({ logger }: LiveOptions, result: FormattedExecutionResult): LiveResult {
  return handOver({ answer: writeAnswer(result, logger) });
}

function handOver(told: Told): LiveResult {
  let held: Told | null = told;
  return {
    take() {
      const taken = held;
      if (taken === null) throw new Error("A result is taken once.");
      held = null;
      return taken;
    },
  };
}

async function openSource(
  options: LiveOptions,
  live: PreparedOperation,
  { running, asker }: { readonly running: RunningOperation; readonly asker: Asker },
): Promise<AsyncIterable<unknown> | FormattedExecutionResult> {
  const asking = askingOf(live, asker, asker.caller);
  try {
    const source = await createSourceEventStream(toSubscription(options, live, { running, asking }));
    return Symbol.asyncIterator in source ? source : format(options, live, source, null);
  } catch (error) {
    return toFailure(options, live, error);
  } finally {
    asking.audit.end();
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error("The caller cannot be recognised.", { cause: error });
}
