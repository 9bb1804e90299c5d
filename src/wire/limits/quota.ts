import type { Clock, Operation } from "#domain";
import type { QuotaHint } from "../transport/index.ts";
import { SHORTEST_ATTEMPT_MS } from "../wait.ts";
import { createAllowance } from "./allowance.ts";
import { createFairQueue } from "./fair-queue.ts";
import type { QuotaEntry } from "./quota-table.ts";
import { createSlidingWindow, type Slot, WINDOW_MS } from "./sliding-window.ts";
import { createSpread, shareOf } from "./spread.ts";

/** Why a call may not be made within its time. */
export interface QuotaRefusal {
  readonly kind: "refused";
  readonly waitMs: number;
  /** True if the gateway's own count is to blame; false if the upstream asked for a pause. */
  readonly isOwn: boolean;
  /** The upstream's own code; null if it said none. */
  readonly upstreamCode: string | null;
}

/** When one action of one source may be called: the calls a minute, and the pauses that the upstream asked for. */
export interface Quota {
  /**
   * Reserves a call. Refreshes never wait; other calls wait, fairly between operations, if their deadline allows it.
   * Null when the operation's signal aborted first.
   */
  reserve(operation: Operation, isRetry: boolean): Promise<Slot | QuotaRefusal | null>;
  isPaused(): boolean;
  /** Learns from the headers of any answer. */
  note(hint: QuotaHint): void;
  /** Lets nobody through for so long, since the upstream refused a call; `isLimit` is false for a crowd of the moment. */
  noteThrottle(ms: number, upstreamCode: string | null, isLimit: boolean): void;
}

interface Waiter {
  readonly deadline: number;
  settle(outcome: Slot | QuotaRefusal | null): void;
}

/** Starts unused. */
export function createQuota(entry: QuotaEntry, clock: Clock): Quota {
  const allowance = createAllowance(entry, clock);
  const all = createSlidingWindow(clock);
  const singles = createSlidingWindow(clock);
  const spread = createSpread(createSlidingWindow(clock), all, clock);
  const queue = createFairQueue<Waiter>();
  let refreshAskedAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let pausedBy: string | null = null;
  let alarm: { readonly due: number; readonly off: AbortController } | null = null;

  const pauseMs = () => Math.max(0, pausedUntil - clock.elapsed());
  const budgetMs = (others: number) => {
    const limit = allowance.limit();
    const isShared = clock.elapsed() - refreshAskedAt < WINDOW_MS;
    return Math.max(all.msUntilFree(limit, others), isShared ? singles.msUntilFree(shareOf(limit), others) : 0);
  };
  const refuse = (ownMs: number): QuotaRefusal => {
    const isOwn = ownMs > pauseMs();
    return { kind: "refused", waitMs: Math.max(ownMs, pauseMs()), isOwn, upstreamCode: isOwn ? null : pausedBy };
  };
  const waitMs = (others = 0) => Math.max(pauseMs(), budgetMs(others));
  const isTooLate = (deadline: number, others = 0) => clock.elapsed() + waitMs(others) + SHORTEST_ATTEMPT_MS > deadline;
  const take = (own: { take(): Slot }): Slot => {
    const slots = [all.take(), own.take()];
    const giveBack = (how: "end" | "cancel") => () => {
      for (const slot of slots) slot[how]();
      serve();
    };
    return { end: giveBack("end"), cancel: giveBack("cancel") };
  };

  function serve(): void {
    if (queue.isEmpty) return;
    for (const waiter of queue.takeAll(({ deadline }) => isTooLate(deadline))) waiter.settle(refuse(budgetMs(0)));
    while (!queue.isEmpty && waitMs() === 0) queue.take()?.settle(take(singles));
    setAlarm();
  }

  function setAlarm(): void {
    const due = clock.elapsed() + waitMs();
    if (!queue.isEmpty && alarm !== null && alarm.due <= due) return;
    alarm?.off.abort();
    alarm = null;
    if (queue.isEmpty) return;
    const off = new AbortController();
    alarm = { due, off };
    void clock.sleep(due - clock.elapsed(), off.signal).then(() => {
      if (off.signal.aborted) return;
      alarm = null;
      serve();
    });
  }

  function wait({ meter, signal, deadline }: Operation): Promise<Slot | QuotaRefusal | null> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        deadline,
        settle(outcome) {
          signal.removeEventListener("abort", leave);
          resolve(outcome);
        },
      };
      const leave = () => {
        // Calls that operations share have an operation object of their own, but the meter of who began them.
        queue.remove(meter, waiter);
        setAlarm();
        resolve(null);
      };
      signal.addEventListener("abort", leave, { once: true });
      queue.add(meter, waiter);
      setAlarm();
    });
  }

  return {
    async reserve(operation, isRetry) {
      if (operation.pace === "refresh") {
        refreshAskedAt = clock.elapsed();
        const dueMs = spread.msUntilDue(allowance.limit(), isRetry);
        return dueMs > 0 || pauseMs() > 0 ? refuse(dueMs) : take(spread);
      }
      const ahead = queue.countAhead(operation.meter);
      if (queue.isEmpty && waitMs() === 0) return take(singles);
      return isTooLate(operation.deadline, ahead) ? refuse(budgetMs(ahead)) : wait(operation);
    },
    isPaused: () => pauseMs() > 0,
    note({ callsPerMinute, exhaustedMs }) {
      if (callsPerMinute !== undefined) allowance.note(callsPerMinute);
      if (exhaustedMs !== undefined) pause(exhaustedMs, null);
      serve();
    },
    noteThrottle(ms, upstreamCode, isLimit) {
      // Calls that were under way together are refused together: they teach once.
      if (isLimit && pauseMs() === 0) allowance.lower(all.used());
      pause(ms, upstreamCode);
      serve();
    },
  };

  function pause(ms: number, upstreamCode: string | null): void {
    const until = clock.elapsed() + ms;
    if (until <= pausedUntil) return;
    pausedUntil = until;
    pausedBy = upstreamCode;
  }
}
