import type { Clock, Operation } from "#domain";
import { SHORTEST_ATTEMPT_MS } from "../call/index.ts";
import type { CallWindows } from "./call-windows.ts";
import type { Pause } from "./pause.ts";
import { type createPlaces, SHARED_WAIT_MS } from "./places.ts";
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

/** What a reservation looks at. */
export interface ReservationParts {
  readonly clock: Clock;
  readonly windows: CallWindows;
  readonly places: ReturnType<typeof createPlaces>;
  readonly pause: Pause;
}

/** How calls get their places within a quota. */
export interface Reservations {
  /** Null when the operation's signal aborted first. */
  reserve(operation: Operation, isRetry: boolean): Promise<Slot | QuotaRefusal | null>;
  /** Lets those through who wait and may go now. */
  serve(): void;
}

/** Collecting lets those who wait go first, and looks again after so long. */
const GIVE_WAY_MS = 1_000;

/** Nobody waits yet. */
export function createReservations(parts: ReservationParts): Reservations {
  const ground = openGround(parts);
  return {
    serve: ground.line.serve,
    reserve: (operation, isRetry) => reserve(ground, operation, isRetry),
  };
}

type Ground = ReturnType<typeof openGround>;

function openGround({ clock, windows, places, pause }: ReservationParts) {
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
  return { clock, windows, places, pause, line, msUntilFree, refuse, refuseLate };
}

async function reserve(ground: Ground, operation: Operation, isRetry: boolean): Promise<Slot | QuotaRefusal | null> {
  if (operation.pace === "collect") return reserveCollect(ground, operation, isRetry);
  return operation.pace === "refresh" ? reserveRefresh(ground, isRetry) : reserveSingle(ground, operation);
}

async function reserveRefresh(
  { windows, places, pause, line, refuse }: Ground,
  isRetry: boolean,
): Promise<Slot | QuotaRefusal> {
  const dueMs = (): number => windows.msUntilRefresh(places.limit(), isRetry);
  if (pause.leftMs() === 0 && dueMs() === 0) await places.ask();
  // Others who asked may have been faster.
  const waitMs = dueMs() || (places.isHeld() ? 0 : SHARED_WAIT_MS);
  return waitMs > 0 || pause.leftMs() > 0 ? refuse(waitMs) : windows.takeRefresh(line.serve);
}

async function reserveCollect(
  ground: Ground,
  operation: Operation,
  isRetry: boolean,
): Promise<Slot | QuotaRefusal | null> {
  const { clock, windows, places, pause, line } = ground;
  const dueMs = (): number => windows.msUntilCollect(places.limit(), isRetry);
  while (operation.pace === "collect" && !operation.signal.aborted) {
    if (pause.leftMs() === 0 && line.isEmpty && dueMs() === 0) await places.ask();
    const waitMs = dueMs() || (places.isHeld() ? 0 : SHARED_WAIT_MS);
    const refusal = ground.refuse(line.isEmpty ? waitMs : Math.max(waitMs, GIVE_WAY_MS));
    if (refusal.waitMs === 0) return windows.takeCollect(line.serve);
    if (clock.elapsed() + refusal.waitMs + SHORTEST_ATTEMPT_MS > operation.deadline) return refusal;
    await sleepUnlessHurried(clock, refusal.waitMs, operation);
  }
  return operation.signal.aborted ? null : reserve(ground, operation, isRetry);
}

async function reserveSingle(
  { windows, places, line, msUntilFree, refuse, refuseLate }: Ground,
  operation: Operation,
): Promise<Slot | QuotaRefusal | null> {
  const isFree = (): boolean => line.isEmpty && refuse(msUntilFree(0)).waitMs === 0;
  if (isFree()) await places.ask();
  if (isFree() && places.isHeld()) return windows.takeSingle(line.serve);
  return refuseLate(operation.deadline, line.countAhead(operation)) ?? line.wait(operation);
}

async function sleepUnlessHurried(clock: Clock, ms: number, { signal, hurry }: Operation): Promise<void> {
  if (signal.aborted) return;
  const woken = new AbortController();
  const wake = (): void => woken.abort(null);
  signal.addEventListener("abort", wake, { once: true });
  void hurry?.then(wake);
  await clock.sleep(ms, woken.signal);
  signal.removeEventListener("abort", wake);
}
