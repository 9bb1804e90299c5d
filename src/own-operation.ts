import type { Clock, Operation } from "#domain";

/** Does what the gateway itself asks for, within a deadline. */
export async function inOwnOperation<Result>(
  clock: Pick<Clock, "elapsed">,
  deadlineMs: number,
  work: (operation: Operation) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), deadlineMs);
  try {
    return await work({
      signal: controller.signal,
      deadline: clock.elapsed() + deadlineMs,
      requestId: "start",
      meter: { spend: () => {}, addCached: () => {} },
    });
  } finally {
    clearTimeout(timer);
  }
}
