import { createSourceEventStream, type FormattedExecutionResult, GraphQLError, OperationTypeNode } from "graphql";

import type { Caller } from "#access";
import type { Operation } from "#domain";
import { type Client, LastingOperation, startOperation } from "../admission/index.ts";
import type { PreparedOperation } from "../documents/index.ts";
import { rulesOf } from "../execution/index.ts";
import { type Asker, answerOnce, askingOf, format, toFailure, toSubscription, untilRoom } from "./answer.ts";
import { createExpiry, type Expiry, refuseEnded } from "./expiry.ts";
import type { LiveOptions } from "./live-parts.ts";
import { nameQuestion, shareAnswer, type WrittenAnswer, writeAnswer } from "./shared-answers.ts";
import type { Stop } from "./stop.ts";

/** A result, ready to be sent, and the event that it answers; undefined for none. */
export interface Told {
  readonly answer: WrittenAnswer;
  readonly event?: unknown;
}

/** Who gets the results of a live operation. */
export interface Receiver {
  /** Ends the operation at once, also while a result is awaited. Nothing is sent from then on. */
  readonly stop: Stop;
  /** Sends one result; no other is made until what it returns resolves, if that is a promise. A result may weigh some megabytes: take what is needed and keep nothing. */
  send(told: Told): Promise<void> | null;
}

/**
 * Runs an operation that may answer more than once: a query once, a subscription once an event. Each answer has a context, a
 * deadline and a budget of its own, so that nothing is answered from what an earlier one loaded. Resolves once all is sent. Never rejects unless
 * sending does: what fails is told as a result with errors, after which nothing follows.
 */
export async function runLive(
  options: LiveOptions,
  live: PreparedOperation,
  asker: Asker,
  receiver: Receiver,
): Promise<void> {
  if (live.type === OperationTypeNode.SUBSCRIPTION) return new Subscription(options, live, asker, receiver).run();
  const result = await answerRequest(options, live, asker, receiver.stop);
  if (!receiver.stop.hasCome) await receiver.send({ answer: writeAnswer(result, options.logger) });
}

interface Answered extends Told {
  readonly isLast?: true;
}

/** Thousands may wait for their next event: what waits holds as little as can be, and none of the results that were sent. */
class Subscription {
  private readonly question: string;

  constructor(
    private readonly options: LiveOptions,
    private readonly live: PreparedOperation,
    private readonly asker: Asker,
    private readonly receiver: Receiver,
  ) {
    this.question = nameQuestion(live.document, live.operationName, live.variables);
  }

  async run(): Promise<void> {
    const leave = enlist(this.asker.client);
    if (typeof leave !== "function") {
      await this.tell(this.toLast(leave));
      return;
    }
    const { clock, operationCallBudget: callBudget } = this.options;
    const operation = new LastingOperation(this.live.requestId, { callBudget, client: this.asker.client });
    const expiry = createExpiry(clock, this.asker.caller);
    this.receiver.stop.onStop(() => operation.abandon());
    expiry.onStop(() => operation.abandon());
    try {
      const source = await openSource(this.options, this.live, { operation, asker: this.asker });
      if (!(Symbol.asyncIterator in source)) {
        await this.tell({ answer: writeAnswer(source, this.options.logger) });
        return;
      }
      await this.follow(source[Symbol.asyncIterator](), operation, expiry);
    } finally {
      expiry.ignore();
      leave();
      operation.abandon();
    }
  }

  /** Sends a result an event until nothing follows. */
  private async follow(events: AsyncIterator<unknown>, { signal }: Operation, expiry: Expiry): Promise<void> {
    const end = () => void events.return?.().catch(() => {});
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    try {
      while (await this.tellNext(events, expiry));
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  }

  /** Sends the result of the next event; false once nothing follows. */
  private async tellNext(events: AsyncIterator<unknown>, expiry: Expiry): Promise<boolean> {
    // Of what changes meanwhile, only the newest state is told then.
    const full = untilRoom(this.asker, this.receiver.stop);
    if (full !== null) await full;
    const told = await this.answerNext(events, expiry).catch((error: unknown) => this.toLast(error));
    if (told === null) return false;
    const sent = this.tell(told);
    if (sent !== null) await sent;
    return told.isLast !== true;
  }

  private async answerNext(events: AsyncIterator<unknown>, expiry: Expiry): Promise<Answered | null> {
    const { done, value: event } = await events.next();
    if (this.receiver.stop.hasCome) return null;
    if (expiry.hasCome) throw refuseEnded();
    if (done === true) return null;
    const answer = this.answer(event, await this.asker.recognise());
    return { answer: answer instanceof Promise ? await answer : answer, event };
  }

  private answer(event: unknown, caller: Caller): Promise<WrittenAnswer> | WrittenAnswer {
    const { options, live, asker, receiver } = this;
    const { stop } = receiver;
    const asking = askingOf(live, asker, caller);
    const asked = { event, question: this.question, asker: { ...asking, client: asker.client, stop } };
    const answer = shareAnswer(asked, options, (audit) => {
      const running = startOperation(live.requestId, rulesOf(options, asker.client));
      return answerOnce(options, live, { running, asker, asking: { ...asking, audit }, rootValue: event, stop });
    });
    if (answer instanceof Promise) return answer.finally(() => asking.audit.end());
    asking.audit.end();
    return answer;
  }

  private toLast(error: unknown): Answered {
    const answer = writeAnswer(toFailure(this.options, this.live, error), this.options.logger);
    return { answer, isLast: true };
  }

  private tell(told: Told): Promise<void> | null {
    return this.receiver.stop.hasCome ? null : this.receiver.send(told);
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

async function openSource(
  options: LiveOptions,
  live: PreparedOperation,
  { operation, asker }: { readonly operation: Operation; readonly asker: Asker },
): Promise<AsyncIterable<unknown> | FormattedExecutionResult> {
  const asking = askingOf(live, asker, asker.caller);
  try {
    const source = await createSourceEventStream(toSubscription(options, live, { operation, asking }));
    return Symbol.asyncIterator in source ? source : format(options, live, source, null);
  } catch (error) {
    return toFailure(options, live, error);
  } finally {
    asking.audit.end();
  }
}
