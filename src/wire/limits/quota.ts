import type { Clock, Operation } from "#domain";
import type { QuotaHint } from "../transport/index.ts";
import { SHORTEST_ATTEMPT_MS } from "../wait.ts";
import { createAllowance } from "./allowance.ts";
import { createCollectShare } from "./collect-share.ts";
import { createPause } from "./pause.ts";
import type { QuotaEntry } from "./quota-table.ts";
import { createSlidingWindow, type Slot, WINDOW_MS } from "./sliding-window.ts";
import { createSpread, shareOf } from "./spread.ts";
import { createWaitingLine, type WaitingLine } from "./waiting-line.ts";

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
   * Reserves a call. Refreshes never wait; collecting waits for its share and lets everybody else go first; other calls wait, fairly
   * between operations, if their deadline allows it.
   * Null when the operation's signal aborted first.
   */
  reserve(operation: Operation, isRetry: boolean): Promise<Slot | QuotaRefusal | null>;
  isPaused(): boolean;
  /** Learns from the headers of any answer. */
  note(hint: QuotaHint): void;
  /** Lets nobody through for so long, since the upstream refused a call; `isLimit` is false for a crowd of the moment. */
  noteThrottle(ms: number, upstreamCode: string | null, isLimit: boolean): void;
}

/** Collecting lets those who wait go first, and looks again after so long. */
const GIVE_WAY_MS = 1_000;

/** Starts unused. @param collectShare share of it that collecting may use: above 0, at most 1 */
export function createQuota(entry: QuotaEntry, clock: Clock, collectShare: number): Quota {
  const allowance = createAllowance(entry, clock);
  const pause = createPause(clock);
  const windows = createWindows(clock, collectShare);

  const msUntilFree = (others: number) => windows.msUntilFree(allowance.limit(), others);
  const refuse = (ownMs: number): QuotaRefusal => {
    const isOwn = ownMs > pause.leftMs();
    return {
      kind: "refused",
      waitMs: Math.max(ownMs, pause.leftMs()),
      isOwn,
      upstreamCode: isOwn ? null : pause.cause(),
    };
  };
  const refuseLate = (deadline: number, others: number): QuotaRefusal | null => {
    const refusal = refuse(msUntilFree(others));
    return clock.elapsed() + refusal.waitMs + SHORTEST_ATTEMPT_MS > deadline ? refusal : null;
  };
  const line: WaitingLine<Slot | QuotaRefusal> = createWaitingLine<Slot | QuotaRefusal>(
    {
      msUntilFree: () => Math.max(pause.leftMs(), msUntilFree(0)),
      take: () => windows.takeSingle(line.serve),
      refuse: (deadline) => refuseLate(deadline, 0),
    },
    clock,
  );

  async function waitForShare(operation: Operation, isRetry: boolean): Promise<Slot | QuotaRefusal | null> {
    while (operation.pace === "collect" && !operation.signal.aborted) {
      const dueMs = windows.msUntilCollect(allowance.limit(), isRetry);
      const refusal = refuse(line.isEmpty ? dueMs : Math.max(dueMs, GIVE_WAY_MS));
      if (refusal.waitMs === 0) return windows.takeCollect(line.serve);
      if (clock.elapsed() + refusal.waitMs + SHORTEST_ATTEMPT_MS > operation.deadline) return refusal;
      await sleepUnlessHurried(clock, refusal.waitMs, operation);
    }
    return operation.signal.aborted ? null : reserve(operation, isRetry);
  }

  async function reserve(operation: Operation, isRetry: boolean): Promise<Slot | QuotaRefusal | null> {
    if (operation.pace === "collect") return waitForShare(operation, isRetry);
    if (operation.pace === "refresh") {
      const dueMs = windows.msUntilRefresh(allowance.limit(), isRetry);
      return dueMs > 0 || pause.leftMs() > 0 ? refuse(dueMs) : windows.takeRefresh(line.serve);
    }
    const isFree = line.isEmpty && refuse(msUntilFree(0)).waitMs === 0;
    if (isFree) return windows.takeSingle(line.serve);
    return refuseLate(operation.deadline, line.countAhead(operation)) ?? line.wait(operation);
  }

  return {
    reserve,
    isPaused: () => pause.leftMs() > 0,
    note({ callsPerMinute, exhaustedMs }) {
      if (callsPerMinute !== undefined) allowance.note(callsPerMinute);
      if (exhaustedMs !== undefined) pause.extend(exhaustedMs, null);
      line.serve();
    },
    noteThrottle(ms, upstreamCode, isLimit) {
      // Calls that were under way together are refused together: they teach once.
      if (isLimit && pause.leftMs() === 0) allowance.lower(windows.used());
      pause.extend(ms, upstreamCode);
      line.serve();
    },
  };
}

/** The calls of the last 60 s, together and by kind. */
function createWindows(clock: Clock, collectShare: number) {
  const all = createSlidingWindow(clock);
  const singles = createSlidingWindow(clock);
  const collects = createSlidingWindow(clock);
  const collecting = createCollectShare(collectShare, collects, all, clock);
  const spread = createSpread(createSlidingWindow(clock), all, clock, () => collects.used());
  let refreshAskedAt = Number.NEGATIVE_INFINITY;

  const take = (own: { take(): Slot }, onGivenBack: () => void): Slot => {
    const slots = [all.take(), own.take()];
    const giveBack = (how: "end" | "cancel") => () => {
      for (const slot of slots) slot[how]();
      onGivenBack();
    };
    return { end: giveBack("end"), cancel: giveBack("cancel") };
  };

  return {
    used: () => all.used(),
    /** Until a single read may be made, others having come before; leaves room for refreshes while there are any. */
    msUntilFree(limit: number, others: number) {
      const isShared = clock.elapsed() - refreshAskedAt < WINDOW_MS;
      return Math.max(all.msUntilFree(limit, others), isShared ? singles.msUntilFree(shareOf(limit), others) : 0);
    },
    msUntilRefresh(limit: number, isRetry: boolean) {
      refreshAskedAt = clock.elapsed();
      return spread.msUntilDue(limit, isRetry);
    },
    msUntilCollect: collecting.msUntilDue,
    takeCollect: (onGivenBack: () => void) => take(collecting, onGivenBack),
    takeSingle: (onGivenBack: () => void) => take(singles, onGivenBack),
    takeRefresh: (onGivenBack: () => void) => take(spread, onGivenBack),
  };
}

async function sleepUnlessHurried(clock: Clock, ms: number, { signal, hurry }: Operation): Promise<void> {
  const woken = new AbortController();
  const wake = (): void => woken.abort();
  signal.addEventListener("abort", wake, { once: true });
  void hurry?.then(wake);
  await clock.sleep(ms, woken.signal);
  signal.removeEventListener("abort", wake);
}
