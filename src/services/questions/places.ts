import { createRotation, type Operation } from "#domain";

/** Lets so many questions work at a time that hold what they have counted until they are answered. */
export interface Places {
  /**
   * Answers once there is a place, by clients in rotation.
   * @throws the reason of the operation's signal once it has ended
   */
  inPlace<Answer>(operation: Operation, ask: () => Promise<Answer>): Promise<Answer>;
}

/** @param most how many work at a time @param mostOfOne how many of one client */
export function createPlaces(most: number, mostOfOne: number): Places {
  const all = createLine(most);
  const own = new Map<string, { readonly line: Places; users: number }>();
  return {
    async inPlace(operation, ask) {
      const { client = "" } = operation.meter;
      const entry = own.get(client) ?? { line: createLine(mostOfOne), users: 0 };
      own.set(client, entry);
      entry.users += 1;
      try {
        return await entry.line.inPlace(operation, () => all.inPlace(operation, ask));
      } finally {
        entry.users -= 1;
        if (entry.users === 0) own.delete(client);
      }
    },
  };
}

function createLine(most: number): Places {
  const waiting = createRotation<() => void>();
  let taken = 0;
  const waitForPlace = ({ signal, meter: { client = "" } }: Operation): Promise<void> =>
    new Promise((resolve, reject) => {
      const goOn = (): void => {
        signal.removeEventListener("abort", leave);
        taken += 1;
        resolve();
      };
      const leave = (): void => {
        waiting.remove(client, goOn);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      waiting.add(client, goOn);
    });
  return {
    async inPlace(operation, ask) {
      operation.signal.throwIfAborted();
      if (taken < most) taken += 1;
      else await waitForPlace(operation);
      try {
        return await ask();
      } finally {
        taken -= 1;
        waiting.take()?.();
      }
    },
  };
}
