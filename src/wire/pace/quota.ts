import type { Clock, Operation, QuotaShare, QuotaUse } from "#domain";
import { SHORTEST_ATTEMPT_MS } from "../call/index.ts";
import type { QuotaHint } from "../transport/index.ts";
import { createAllowance } from "./allowance.ts";
import { createCallWindows } from "./call-windows.ts";
import { createPause } from "./pause.ts";
import { createPlaces, SHARED_WAIT_MS, WHOLE } from "./places.ts";
import type { QuotaEntry } from "./quota-table.ts";
import { type Slot, WINDOW_MS } from "./sliding-window.ts";
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

/** Who uses a quota beside those who ask. */
export interface QuotaUsers {
  /** Share of it that collecting may use: above 0, at most 1. */
  readonly collectShare: number;
  /** The quota as it is shared with other gateways; alone if absent. */
  readonly openShare?: ((use: QuotaUse) => QuotaShare) | undefined;
}

/** Collecting lets those who wait go first, and looks again after so long. */
const GIVE_WAY_MS = 1_000;

/** Starts unused. */
export function createQuota(entry: QuotaEntry, clock: Clock, users: QuotaUsers): Quota {
  const { collectShare, openShare = () => WHOLE } = users;
  const allowance = createAllowance(entry, clock);
  const pause = createPause(clock);
  const windows = createCallWindows(clock, collectShare);
  const share = openShare({
    used: windows.used,
    limit: allowance.limit,
    learn({ callsPerMinute, loweredTo, pausedMs, cause }) {
      if (callsPerMinute !== null) allowance.note(callsPerMinute);
      if (loweredTo !== null) allowance.lowerTo(loweredTo);
      if (pausedMs > 0) pause.extend(pausedMs, cause);
      line.serve();
    },
    onFreed: () => line.serve(),
  });
  const places = createPlaces(windows, share, allowance.limit);

  const msUntilFree = (others: number) => windows.msUntilFree(places.limit(), others);
  const refuse = (ownMs: number): QuotaRefusal => {
    const isOwn = ownMs > pause.leftMs();
    return {
      kind: "refused",
      // Others may hold the whole quota: no count of our own says for how long.
      waitMs: Math.max(Number.isFinite(ownMs) ? ownMs : WINDOW_MS, pause.leftMs()),
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
      msUntilFree: () => Math.max(pause.leftMs(), msUntilFree(0)) || places.msUntilHeld(line.serve),
      take: () => windows.takeSingle(line.serve),
      refuse: (deadline) => refuseLate(deadline, 0),
    },
    clock,
  );

  async function reserveRefresh(isRetry: boolean): Promise<Slot | QuotaRefusal> {
    const dueMs = (): number => windows.msUntilRefresh(places.limit(), isRetry);
    if (pause.leftMs() === 0 && dueMs() === 0) await places.ask();
    // Others who asked may have been faster.
    const waitMs = dueMs() || (places.isHeld() ? 0 : SHARED_WAIT_MS);
    return waitMs > 0 || pause.leftMs() > 0 ? refuse(waitMs) : windows.takeRefresh(line.serve);
  }

  async function reserveCollect(operation: Operation, isRetry: boolean): Promise<Slot | QuotaRefusal | null> {
    const dueMs = (): number => windows.msUntilCollect(places.limit(), isRetry);
    while (operation.pace === "collect" && !operation.signal.aborted) {
      if (pause.leftMs() === 0 && line.isEmpty && dueMs() === 0) await places.ask();
      const waitMs = dueMs() || (places.isHeld() ? 0 : SHARED_WAIT_MS);
      const refusal = refuse(line.isEmpty ? waitMs : Math.max(waitMs, GIVE_WAY_MS));
      if (refusal.waitMs === 0) return windows.takeCollect(line.serve);
      if (clock.elapsed() + refusal.waitMs + SHORTEST_ATTEMPT_MS > operation.deadline) return refusal;
      await sleepUnlessHurried(clock, refusal.waitMs, operation);
    }
    return operation.signal.aborted ? null : reserve(operation, isRetry);
  }

  async function reserveSingle(operation: Operation): Promise<Slot | QuotaRefusal | null> {
    const isFree = (): boolean => line.isEmpty && refuse(msUntilFree(0)).waitMs === 0;
    if (isFree()) await places.ask();
    if (isFree() && places.isHeld()) return windows.takeSingle(line.serve);
    return refuseLate(operation.deadline, line.countAhead(operation)) ?? line.wait(operation);
  }

  async function reserve(operation: Operation, isRetry: boolean): Promise<Slot | QuotaRefusal | null> {
    if (operation.pace === "collect") return reserveCollect(operation, isRetry);
    return operation.pace === "refresh" ? reserveRefresh(isRetry) : reserveSingle(operation);
  }

  return {
    reserve,
    isPaused: () => pause.leftMs() > 0,
    note({ callsPerMinute = null, exhaustedMs = null }) {
      const before = allowance.limit();
      if (callsPerMinute !== null) allowance.note(callsPerMinute);
      if (exhaustedMs !== null) pause.extend(exhaustedMs, null);
      if (allowance.limit() !== before || exhaustedMs !== null)
        share.teach({ callsPerMinute, loweredTo: null, pausedMs: exhaustedMs ?? 0, cause: null });
      line.serve();
    },
    noteThrottle(ms, upstreamCode, isLimit) {
      // Calls that were under way together are refused together: they teach once.
      const isLesson = isLimit && pause.leftMs() === 0;
      const loweredTo = isLesson ? allowance.lower(windows.used() + share.others()) : null;
      pause.extend(ms, upstreamCode);
      share.teach({ callsPerMinute: null, loweredTo, pausedMs: ms, cause: upstreamCode });
      line.serve();
    },
  };
}

async function sleepUnlessHurried(clock: Clock, ms: number, { signal, hurry }: Operation): Promise<void> {
  if (signal.aborted) return;
  const woken = new AbortController();
  const wake = (): void => woken.abort();
  signal.addEventListener("abort", wake, { once: true });
  void hurry?.then(wake);
  await clock.sleep(ms, woken.signal);
  signal.removeEventListener("abort", wake);
}
