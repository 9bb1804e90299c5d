import { type Inputs, useCallback, useEffect, useRef, useState } from "preact/hooks";

/** A question to the gateway, as it goes. */
export interface Asked<Data> {
  /** The newest answer; also while a later one failed. */
  readonly data: Data | null;
  /** Why the last attempt failed; null when it did not. */
  readonly error: unknown;
  readonly isLoading: boolean;
  /** When the newest answer came, in milliseconds since 1970; null before. */
  readonly answeredAt: number | null;
  again(): void;
}

/** How a question is repeated. */
export interface Repeat<Data> {
  /** Pause between an answer and the next question; null asks once. Nothing is asked while the page is hidden. */
  readonly everyMs: (data: Data | null) => number | null;
}

const ONCE = { everyMs: () => null };

/** Asks when `inputs` change, on `again`, and as often as `repeat` says. A question that is no longer wanted is cancelled. */
export function useAsk<Data>(
  ask: (signal: AbortSignal) => Promise<Data>,
  inputs: Inputs,
  repeat: Repeat<Data> = ONCE,
): Asked<Data> {
  const [state, setState] = useState<Omit<Asked<Data>, "again">>(EMPTY);
  const [round, setRound] = useState(0);
  const latest = useRef({ ask, repeat, data: null as Data | null });
  latest.current = { ...latest.current, ask, repeat };
  useEffect(() => {
    latest.current.data = null;
    setState(EMPTY);
  }, inputs);
  useEffect(() => {
    const leave = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    void askUntil(latest, leave.signal, setState);
    return () => leave.abort();
  }, [...inputs, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { ...state, again };
}

const EMPTY = { data: null, error: null, isLoading: true, answeredAt: null };

interface Latest<Data> {
  current: { ask(signal: AbortSignal): Promise<Data>; repeat: Repeat<Data>; data: Data | null };
}

async function askUntil<Data>(
  latest: Latest<Data>,
  signal: AbortSignal,
  set: (state: (before: Omit<Asked<Data>, "again">) => Omit<Asked<Data>, "again">) => void,
): Promise<void> {
  for (;;) {
    try {
      const data = await latest.current.ask(signal);
      if (signal.aborted) return;
      latest.current.data = data;
      set(() => ({ data, error: null, isLoading: false, answeredAt: Date.now() }));
    } catch (error) {
      if (signal.aborted) return;
      set((before) => ({ ...before, error, isLoading: false }));
    }
    const pause = latest.current.repeat.everyMs(latest.current.data);
    if (pause === null || !(await pauseFor(pause, signal))) return;
  }
}

/** Waits so long, and then until the page is visible; false when aborted. */
export async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const leave = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", leave, { once: true });
  });
  if (document.hidden && !signal.aborted) {
    await new Promise<void>((resolve) => {
      document.addEventListener("visibilitychange", () => resolve(), { once: true, signal });
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
  return !signal.aborted;
}
