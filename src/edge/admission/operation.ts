import { setMaxListeners } from "node:events";
import { type AnswerLife, ClientGoneError, type Clock, InputError, type Operation } from "#domain";
import type { Client } from "./clients.ts";
import { type Cost, OperationMeter } from "./operation-meter.ts";

/** What every answer tells beside its data. */
export interface AnswerExtensions {
  readonly cost: Cost;
}

/** An operation under way, with what its transport has to know of it. */
export interface RunningOperation {
  readonly operation: Operation;
  /**
   * Resolves shortly after the deadline, when an answer can be waited for no longer: the signal's reason then says so to the client. Also
   * resolves once the operation has ended.
   */
  readonly late: Promise<void>;
  cost(): Cost;
  extensions(): AnswerExtensions;
  /** The turn before one whose answer can weigh as much as so many leaf values begins, or goes on after a pause; null if it may at once. */
  begin(weight: number): Promise<void> | null;
  /** Gives its turn to others until it begins again. */
  pause(): void;
  /** The turn in which its answer is to be written; null if that takes no time to speak of. */
  write(): Promise<void> | null;
  /** The client is gone: every wait on the road ends. */
  abandon(): void;
  /** Done; lets go of its turn and its timers. */
  end(): void;
}

/** How operations are run. */
export interface OperationRules {
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** Most upstream calls of one operation. */
  readonly callBudget: number;
  /** Who asks. */
  readonly client: Client;
  /** How long the answer lives; absent if no answers are kept. */
  readonly life?: AnswerLife | undefined;
}

// Making the usual reason, a DOMException with its stack, costs more than all else about an operation's end. What is cut off by it
// is no fault of ours.
const ENDED = new ClientGoneError();

// To write so much takes a millisecond.
const MOST_LIGHT_BYTES = 262_144;

const NOTHING = (): void => {};

// What is cut off at the deadline needs a moment to become an answer; 250 ms after the deadline it has to be out.
const GRACE_MS = 100;

/** One that lasts, as subscriptions do: it has no deadline and ends when its client goes. Thousands may be held. */
export class LastingOperation implements Operation {
  readonly signal: AbortSignal;
  readonly deadline = Number.POSITIVE_INFINITY;
  readonly meter: OperationMeter;
  readonly turn: Client["turn"];
  readonly pass: Client["pass"];
  private readonly controller = new AbortController();

  constructor(
    readonly requestId: string,
    { callBudget, client }: Pick<OperationRules, "callBudget" | "client">,
  ) {
    this.signal = this.controller.signal;
    this.meter = new OperationMeter({ callBudget, client, pause: NOTHING });
    this.turn = client.turn;
    this.pass = client.pass;
  }

  /** The client is gone: every wait on the road ends. */
  abandon(): void {
    this.controller.abort(ENDED);
  }
}

/** Starts the clock of one operation. */
export function startOperation(requestId: string, rules: OperationRules): RunningOperation {
  const controller = new AbortController();
  // Each list of an operation that waits for its turn listens; Node would warn of a leak from the eleventh on.
  setMaxListeners(0, controller.signal);
  const { deadlineMs, clock, client } = rules;
  const ended = new AbortController();
  const deadline = createDeadline(clock, deadlineMs);
  let leave = NOTHING;
  let hasEnded = false;
  const pause = (): void => {
    leave();
    leave = NOTHING;
  };
  const meter = new OperationMeter({ callBudget: rules.callBudget, client, pause });
  const note = (left: () => void): void => {
    // Who has gone while it waited has no answer made.
    if (hasEnded) left();
    else leave = left;
  };
  return {
    operation: {
      signal: controller.signal,
      get deadline() {
        return deadline.at();
      },
      hold: deadline.hold,
      requestId,
      meter,
      turn: () => client.turn(meter),
      pass: client.pass,
      ...(rules.life === undefined ? {} : { life: rules.life }),
    },
    late: passDeadline(deadline, rules, controller, ended.signal),
    cost: () => meter.cost(),
    extensions: () => ({ cost: meter.cost() }),
    begin(weight) {
      const turn = client.enter(weight, meter);
      return turn === null ? null : turn.then(note);
    },
    pause,
    write: () => (meter.answerBytes > MOST_LIGHT_BYTES ? client.turn() : null),
    abandon: () => controller.abort(ENDED),
    end() {
      hasEnded = true;
      pause();
      ended.abort(ENDED);
    },
  };
}

/**
 * Waits until the operation has begun and there is room for its answer. Only in its turn can be seen whether those before it have
 * filled what there was.
 * @param room resolves once there is room; null if there is
 * @throws the reason of the operation's signal once it has ended
 */
export async function takeTurn(
  { operation: { signal }, late, pause }: RunningOperation,
  begin: () => Promise<void> | null,
  room: () => Promise<void> | null,
): Promise<void> {
  for (;;) {
    await begin();
    signal.throwIfAborted();
    const full = room();
    if (full === null) return;
    pause();
    const left = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([full, late, left]);
  }
}

async function passDeadline(
  deadline: Deadline,
  { clock, deadlineMs }: Pick<OperationRules, "clock" | "deadlineMs">,
  controller: AbortController,
  ended: AbortSignal,
): Promise<void> {
  await deadline.passed(ended);
  if (ended.aborted) return;
  controller.abort(new InputError("DEADLINE_EXCEEDED", `The operation did not end within ${deadlineMs} ms.`));
  await clock.sleep(GRACE_MS, ended);
}

/** When an operation has to be over; it can be put off. */
interface Deadline {
  /** By {@link Clock.elapsed}. */
  at(): number;
  /** Puts it off by a wait, until the returned function is called, which leaves no more than `restMs` if that is said. */
  hold(waitMs: number): (restMs?: number) => void;
  /** Resolves when it has passed, or when the signal aborts. */
  passed(ended: AbortSignal): Promise<void>;
}

/** A deadline so many milliseconds from now. */
function createDeadline(clock: Clock, deadlineMs: number): Deadline {
  let at = clock.elapsed() + deadlineMs;
  let holds = 0;
  let leftMs = 0;
  let nap: AbortController | null = null;
  const move = (to: number): void => {
    at = to;
    nap?.abort(ENDED);
  };
  return {
    at: () => at,
    hold(waitMs) {
      if (holds === 0) leftMs = at - clock.elapsed();
      holds += 1;
      move(Math.max(at, clock.elapsed() + waitMs + leftMs));
      return (restMs = leftMs) => {
        holds -= 1;
        if (holds === 0) move(clock.elapsed() + Math.min(leftMs, restMs));
      };
    },
    async passed(ended) {
      while (!ended.aborted && clock.elapsed() < at) {
        const current = new AbortController();
        nap = current;
        const wake = (): void => current.abort(ENDED);
        ended.addEventListener("abort", wake, { once: true });
        await clock.sleep(at - clock.elapsed(), current.signal);
        ended.removeEventListener("abort", wake);
      }
    },
  };
}
