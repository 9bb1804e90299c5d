import { createRotation } from "#domain";
import type { Asker } from "../contract/index.ts";

/** Passes in turn. @throws the reason of the asker's signal if that aborts before it is its turn */
export type Line = <Result>(asker: Asker | undefined, pass: () => Promise<Result>) => Promise<Result>;

/** What nobody asked for has its turns as one client. */
const NOBODY = "";

/**
 * Lets some of those that come go on, and one of the others when one of these is through: by clients in rotation, none of which takes
 * more than its part of the places.
 */
export function createLine(most: number, mostOfOne = most): Line {
  const waiting = createRotation<() => void>();
  const within = new Map<object | string, number>();
  let count = 0;
  const isFree = (client: object | string): boolean => count < most && (within.get(client) ?? 0) < mostOfOne;
  const note = (client: string, more: number): void => {
    const own = (within.get(client) ?? 0) + more;
    if (own === 0) within.delete(client);
    else within.set(client, own);
    count += more;
  };

  function wait(client: string, asker: Asker | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.remove(client, enter);
        reject(asker?.signal.reason);
      };
      const enter = (): void => {
        asker?.signal.removeEventListener("abort", leave);
        note(client, 1);
        resolve();
      };
      waiting.add(client, enter);
      asker?.signal.addEventListener("abort", leave, { once: true });
    });
  }

  return async (asker, pass) => {
    const client = asker?.meter.client ?? NOBODY;
    if (isFree(client)) note(client, 1);
    // At its deadline an operation still tells what can be read at once.
    else if (asker?.signal.aborted) throw asker.signal.reason;
    else await wait(client, asker);
    try {
      return await pass();
    } finally {
      note(client, -1);
      waiting.take(isFree)?.();
    }
  };
}
