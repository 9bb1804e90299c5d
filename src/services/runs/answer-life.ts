import type { Clock, Operation } from "#domain";
import type { RunStore, StoredRun } from "#store";
import { isSettledRun } from "#sync";
import type { Services } from "../contract/index.ts";
import type { PageSource } from "../walk/index.ts";

/** A store that counts its writes. */
export interface CountedStore extends RunStore {
  /** Another number after every write. */
  revision(): number;
}

/** The same store; what others write to it counts too. */
export function countWrites(store: RunStore): CountedStore {
  let revision = 0;
  store.onChange(() => {
    revision += 1;
  });
  return {
    ...store,
    revision: () => revision,
    async write(write) {
      await store.write(write);
      revision += 1;
    },
  };
}

/** Notes how long what a page shows is as fresh as it may be asked for. */
export async function notePageLife(
  { life }: Operation,
  page: { readonly parts: readonly PageSource[]; readonly runs: readonly StoredRun[]; readonly isRefreshed: boolean },
  { clock, freshnessMs }: { readonly clock: Clock; readonly freshnessMs: number },
): Promise<void> {
  if (life === undefined) return;
  if (page.parts.some(({ isLate, failure }) => isLate || failure !== null)) return life.end();
  const lists = page.isRefreshed ? page.parts.flatMap((part) => part.lists) : [];
  const readAts = await Promise.all(lists.map((list) => list.readAt()));
  const moving = page.runs.filter(({ run }) => !isSettledRun(run, clock.now())).map(({ readAt }) => readAt);
  const states = page.parts.flatMap(({ states: one }) => one?.readAt ?? []);
  for (const readAt of [...readAts, ...states, ...moving]) {
    const ageMs = readAt === null ? Number.POSITIVE_INFINITY : clock.now() - readAt;
    // What could not be read anew in time may be had by the next who asks.
    if (ageMs < 0 || ageMs >= freshnessMs) return life.end();
    life.endBy(clock.elapsed() + freshnessMs - ageMs);
  }
}

/** Questions that note the life of their answers themselves; of the others nobody knows. */
const NOTING: ReadonlySet<string> = new Set<keyof Services>([
  "revision",
  "listSources",
  "findSource",
  "pageInvocations",
  "readInvocations",
  "readResults",
  "readOutputs",
]);

/** The services for one operation: a question that does not note how long its answer lives ends the life of the whole answer. */
export function withAnswerLife(services: Services, { life }: Operation): Services {
  if (life === undefined) return services;
  const noted = Object.entries(services).map(([name, ask]) => {
    if (NOTING.has(name)) return [name, ask];
    return [
      name,
      (...parameters: unknown[]) => {
        life.end();
        return (ask as (...given: unknown[]) => unknown)(...parameters);
      },
    ];
  });
  return Object.fromEntries(noted) as Services;
}
