import type { Clock, Operation } from "#domain";
import { createFairQueue } from "./fair-queue.ts";

/** Operations that wait for something that becomes free with time, served by client in rotation. */
export interface WaitingLine<Outcome> {
  readonly isEmpty: boolean;
  /** How many are served before a call that this operation added now. */
  countAhead(operation: Operation): number;
  /** Null when the operation's signal aborted first. */
  wait(operation: Operation): Promise<Outcome | null>;
  /** To be called when something may have become free, or longer taken than was foreseen. */
  serve(): void;
}

/** What is waited for. */
export interface WaitedFor<Outcome> {
  /** Milliseconds until the next one can be served; 0 means now. */
  msUntilFree(): number;
  take(): Outcome;
  /** What those are told whose deadline comes first; null lets this one wait. */
  refuse(deadline: number): Outcome | null;
}

interface Waiter<Outcome> {
  readonly deadline: number;
  settle(outcome: Outcome | null): void;
}

/** Starts empty. */
export function createWaitingLine<Outcome>(waitedFor: WaitedFor<Outcome>, clock: Clock): WaitingLine<Outcome> {
  const queue = createFairQueue<Waiter<Outcome>>();
  const alarm = createAlarm(clock, serve);

  function serve(): void {
    if (queue.isEmpty) return;
    for (const waiter of queue.takeAll(({ deadline }) => waitedFor.refuse(deadline) !== null)) {
      waiter.settle(waitedFor.refuse(waiter.deadline));
    }
    while (!queue.isEmpty && waitedFor.msUntilFree() === 0) queue.take()?.settle(waitedFor.take());
    rearm();
  }

  function rearm(): void {
    if (queue.isEmpty) alarm.off();
    else alarm.set(waitedFor.msUntilFree());
  }

  return {
    get isEmpty() {
      return queue.isEmpty;
    },
    // Calls that operations share have an operation object of their own, but the meter of who began them.
    countAhead: ({ meter }) => queue.countAhead(meter),
    wait: ({ meter, signal, deadline }) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(null);
        const settle = (outcome: Outcome | null) => {
          signal.removeEventListener("abort", leave);
          resolve(outcome);
        };
        const waiter = { deadline, settle };
        const leave = () => {
          queue.remove(meter, waiter);
          rearm();
          resolve(null);
        };
        signal.addEventListener("abort", leave, { once: true });
        queue.add(meter, waiter);
        rearm();
      }),
    serve,
  };
}

/** One timer: set again, it goes off at the earlier of both times. */
function createAlarm(clock: Clock, goOff: () => void) {
  let armed: { readonly due: number; readonly end: AbortController } | null = null;
  const off = () => {
    armed?.end.abort(null);
    armed = null;
  };
  return {
    off,
    set(ms: number) {
      const due = clock.elapsed() + ms;
      if (armed !== null && armed.due <= due) return;
      off();
      const end = new AbortController();
      armed = { due, end };
      void clock.sleep(ms, end.signal).then(() => {
        if (end.signal.aborted) return;
        armed = null;
        goOff();
      });
    },
  };
}
