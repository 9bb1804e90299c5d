import { createSourceEventStream, type FormattedExecutionResult, OperationTypeNode } from "graphql";
import type { Caller, View } from "#access";
import type { Operation } from "#domain";
import { type Asking, LastingOperation, startOperation } from "../admission/index.ts";
import { heldBy, type PreparedOperation } from "../documents/index.ts";
import { findVariableFaults, rulesOf } from "../execution/index.ts";
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
 * sending does: what fails is told as a result with errors, after which nothing follows. A subscription whose caller has got other rights is
 * opened anew with them, behind the last event that was told: what was meant for the rights before is not told.
 */
export async function runLive(
  options: LiveOptions,
  live: PreparedOperation,
  asker: Asker,
  receiver: Receiver,
): Promise<void> {
  if (live.type === OperationTypeNode.SUBSCRIPTION) return new Subscription(options, live, asker, receiver).run();
  const result = await answerRequest(options, live, asker, receiver.stop);
  await tell({ answer: writeAnswer(result, options.logger) }, asker, receiver);
}

/** Sends a result, unless nobody wants it any more: one that tells nothing, as a refusal does not, in a turn. */
function tell(told: Told, { client }: Asker, { stop, send }: Receiver): Promise<unknown> | null {
  if (stop.hasCome) return null;
  return told.answer.isTold ? send(told) : client.turn().then(() => (stop.hasCome ? null : send(told)));
}

interface Answered extends Told {
  readonly isLast?: true;
}

/** Thousands may wait for their next event: what waits holds as little as can be, and none of the results that were sent. */
class Subscription {
  private readonly operation: LastingOperation;
  private readonly expiry: Expiry;
  private question = "";
  private leave = (): void => {};
  private letGo = (): void => {};
  private events: AsyncIterator<unknown> | null = null;
  private view: View;
  /** Where the last event stands that was told. */
  private position: string | null;

  constructor(
    private readonly options: LiveOptions,
    private readonly live: PreparedOperation,
    private readonly asker: Asker,
    private readonly receiver: Receiver,
  ) {
    const { clock, operationCallBudget: callBudget } = options;
    this.operation = new LastingOperation(live.requestId, { callBudget, client: asker.client });
    this.expiry = createExpiry(clock, asker.caller);
    this.view = asker.caller.view;
    this.position = asker.lastEventId ?? null;
    receiver.stop.onStop(() => this.end());
    this.expiry.onStop(() => this.end());
  }

  async run(): Promise<void> {
    try {
      this.events = await this.begin();
      // It may have been stopped meanwhile.
      if (this.operation.signal.aborted) this.end();
      while (await this.tellNext());
    } finally {
      this.expiry.ignore();
      this.leave();
      this.letGo();
      this.end();
    }
  }

  private async begin(): Promise<AsyncIterator<unknown> | null> {
    const { live, asker } = this;
    try {
      this.leave = asker.client.watch();
      this.letGo = asker.client.hold(heldBy(live));
      this.question = nameQuestion(live.document, live.operationName, live.variables);
      // Each may read the beginning of another list; thousands may be asked for at once.
      await asker.client.turn();
      if (this.receiver.stop.hasCome) return null;
      return await this.open(asker.caller);
    } catch (error) {
      await tell(this.toLast(error), asker, this.receiver);
    }
    return null;
  }

  /** Null if it cannot be opened, once that is told. */
  private async open(caller: Caller): Promise<AsyncIterator<unknown> | null> {
    const { options, live, operation, asker, position } = this;
    const asking = askingOf(live, position === null ? asker : { ...asker, lastEventId: position }, caller);
    const source = await openSource(options, live, { operation, asking });
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    await tell({ answer: writeAnswer(source, options.logger) }, asker, this.receiver);
    return null;
  }

  /** Sends the result of the next event; false once nothing follows. */
  private async tellNext(): Promise<boolean> {
    // Of what changes meanwhile, only the newest state is told then.
    const full = untilRoom(this.asker, this.receiver.stop);
    if (full !== null) await full;
    let told: Answered | null;
    try {
      const event = await this.next();
      told = event === null ? null : await this.answer(event);
    } catch (error) {
      told = this.toLast(error);
    }
    const sent = told === null ? null : tell(told, this.asker, this.receiver);
    if (sent !== null) await sent;
    return told !== null && told.isLast !== true;
  }

  /** The next event that the caller's rights of now give, and who asks now; null once nothing is to be answered. */
  private async next(): Promise<{ readonly event: unknown; readonly caller: Caller } | null> {
    for (;;) {
      const next = await this.events?.next();
      if (next === undefined || this.receiver.stop.hasCome) return null;
      if (this.expiry.hasCome) throw refuseEnded();
      if (next.done === true) return null;
      const caller = await this.asker.recognise();
      if (caller.view.key === this.view.key) return { event: next.value, caller };
      await this.events?.return?.();
      this.view = caller.view;
      this.events = await this.open(caller);
    }
  }

  private async answer({ event, caller }: { readonly event: unknown; readonly caller: Caller }): Promise<Told> {
    const { options, live, asker, receiver, question } = this;
    const { stop } = receiver;
    const asking = askingOf(live, asker, caller);
    const asked = { event, question, asking, client: asker.client, stop };
    try {
      const answer = shareAnswer(asked, options, (audit) => {
        const running = startOperation(live.requestId, rulesOf(options, asker.client));
        return answerOnce(options, live, { running, asker, asking: { ...asking, audit }, rootValue: event, stop });
      });
      const made = answer instanceof Promise ? await this.expiry.or(answer) : answer;
      if (made === null) throw refuseEnded();
      // Sealing takes as long as a part of the answer; without an access file rights never change.
      if (made.isTold && caller.knownBy !== "open") this.position = options.eventIdOf?.(event) ?? this.position;
      return { answer: made, event };
    } finally {
      asking.audit.end();
    }
  }

  private toLast(error: unknown): Answered {
    const answer = writeAnswer(toFailure(this.options, this.live, error), this.options.logger);
    return { answer, isLast: true };
  }

  /** Every wait on the road ends, that for the next event too. */
  private end(): void {
    this.operation.abandon();
    void this.events?.return?.().catch(() => {});
  }
}

/** Answers a query within its deadline and while its credential lasts. Never rejects: what fails is told as errors. */
export async function answerRequest(
  options: LiveOptions,
  live: PreparedOperation,
  asker: Asker,
  stop: Stop,
): Promise<FormattedExecutionResult> {
  let letGo = (): void => {};
  try {
    letGo = asker.client.hold(heldBy(live));
    return await answerHeld(options, live, asker, stop);
  } catch (error) {
    return toFailure(options, live, error);
  } finally {
    letGo();
  }
}

async function answerHeld(
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
  { operation, asking }: { readonly operation: Operation; readonly asking: Asking },
): Promise<AsyncIterable<unknown> | FormattedExecutionResult> {
  try {
    const errors = findVariableFaults(options.schema, live, options.introspection);
    if (errors.length > 0) return format(options, live, { errors }, null);
    const source = await createSourceEventStream(toSubscription(options, live, { operation, asking }));
    return Symbol.asyncIterator in source ? source : format(options, live, source, null);
  } catch (error) {
    return toFailure(options, live, error);
  } finally {
    asking.audit.end();
  }
}
