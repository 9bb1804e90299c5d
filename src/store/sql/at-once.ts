import { createRotation } from "#domain";
import type { Asker } from "../contract/index.ts";

/** Passes in turn. @throws the reason of the asker's signal if that aborts before it is its turn */
export type Line = <Result>(asker: Asker | undefined, pass: () => Promise<Result>) => Promise<Result>;

/** What nobody asked for has its turns as one client. */
const NOBODY = "";

/** Lets some of those that come go on, and one of the others when one of these is through: by clients in rotation. */
export function createLine(most: number): Line {
  const waiting = createRotation<() => void>();
  let within = 0;

  function wait(asker: Asker | undefined): Promise<void> {
    const client = asker?.meter.client ?? NOBODY;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.remove(client, enter);
        reject(asker?.signal.reason);
      };
      const enter = (): void => {
        asker?.signal.removeEventListener("abort", leave);
        resolve();
      };
      waiting.add(client, enter);
      asker?.signal.addEventListener("abort", leave, { once: true });
    });
  }

  return async (asker, pass) => {
    if (within < most) within += 1;
    // Who leaves hands its place on. At its deadline an operation still tells what can be read at once.
    else if (asker?.signal.aborted) throw asker.signal.reason;
    else await wait(asker);
    try {
      return await pass();
    } finally {
      const next = waiting.take();
      if (next === null) within -= 1;
      else next();
    }
  };
}
