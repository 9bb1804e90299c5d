/** Ends an operation at once, also while something is awaited. */
export interface Stop {
  readonly signal: AbortSignal;
  now(): void;
  /** What is waited for, or null once nobody wants more. Holds on to nothing afterwards: it is asked for every event. */
  or<Value>(awaited: Promise<Value>): Promise<Value | null>;
}

/** Not stopped yet. */
export function createStop(): Stop {
  const controller = new AbortController();
  const { signal } = controller;
  return {
    signal,
    now: () => controller.abort(),
    or: (awaited) =>
      new Promise((resolve, reject) => {
        const give = () => resolve(null);
        if (signal.aborted) give();
        signal.addEventListener("abort", give, { once: true });
        awaited.then(resolve, reject).finally(() => signal.removeEventListener("abort", give));
      }),
  };
}
