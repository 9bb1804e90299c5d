import type { Clock, Operation, QuotaShare, QuotaUse } from "#domain";
import type { QuotaHint } from "../transport/index.ts";
import { SHORTEST_ATTEMPT_MS } from "../wait.ts";
import { createAllowance } from "./allowance.ts";
import { type CallWindows, createCallWindows } from "./call-windows.ts";
import { createPause } from "./pause.ts";
import type { QuotaEntry } from "./quota-table.ts";
import type { Slot } from "./sliding-window.ts";
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

/** When a place that others hold may have come back: they look every second. */
const SHARED_WAIT_MS = 1_000;

/** Starts unused. @param openShare the quota as it is shared with other gateways; by itself if absent */
export function createQuota(
  entry: QuotaEntry,
  clock: Clock,
  openShare: (use: QuotaUse) => QuotaShare = () => WHOLE,
): Quota {
  const allowance = createAllowance(entry, clock);
  const pause = createPause(clock);
  const windows = createCallWindows(clock);
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

  async function reserveSingle(operation: Operation): Promise<Slot | QuotaRefusal | null> {
    const isFree = (): boolean => line.isEmpty && refuse(msUntilFree(0)).waitMs === 0;
    if (isFree()) await places.ask();
    if (isFree() && places.isHeld()) return windows.takeSingle(line.serve);
    return refuseLate(operation.deadline, line.countAhead(operation)) ?? line.wait(operation);
  }

  return {
    reserve: (operation, isRetry) =>
      operation.pace === "refresh" ? reserveRefresh(isRetry) : reserveSingle(operation),
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

/** The places of this gateway in a quota: a call needs one, and others hold the rest. */
function createPlaces(windows: CallWindows, share: QuotaShare, whole: () => number) {
  let isAsking = false;
  // Without a limit there is nothing to share.
  const isHeld = (): boolean => !Number.isFinite(whole()) || share.held() > windows.used();
  return {
    isHeld,
    /** Calls a minute that others leave. */
    limit: () => (Number.isFinite(whole()) ? Math.max(0, whole() - share.others()) : whole()),
    async ask(): Promise<void> {
      if (!isHeld()) await share.grow();
    },
    /** Milliseconds until a place may be there; 0 means now. Asks for one if there is none, and calls back. */
    msUntilHeld(onHeld: () => void): number {
      if (isHeld()) return 0;
      if (!isAsking) {
        isAsking = true;
        void share.grow().then(() => {
          isAsking = false;
          if (isHeld()) onHeld();
        });
      }
      return SHARED_WAIT_MS;
    },
  };
}

/** A quota that nobody else uses. */
const WHOLE: QuotaShare = {
  others: () => 0,
  held: () => Number.POSITIVE_INFINITY,
  grow: async () => {},
  teach: () => {},
};
