import { type InvocationQuery, resultKey, type Source } from "#domain";
import type { InvocationWindow } from "#upstreams";

/** Runs kept at most; each takes some hundred bytes. */
const RANKS_MAX = 20_000;
/** How long a rank is believed: new runs push older ones down. */
const RANK_KEEP_MS = 10_000;

/** Remembers how many runs of their source are newer than a run, where a list has told. */
export interface Ranks {
  note(source: Source, query: InvocationQuery, window: InvocationWindow): void;
  /**
   * True where fewer than `limit` runs of the source, or of the instance whose list told it, are newer: the run is then
   * among the newest `limit` of each of its instances.
   */
  isAmongNewest(source: Source, instanceId: string, invokeId: string, limit: number): boolean;
}

/** Starts without any; `now` reads the clock's `elapsed`. */
export function createRanks(now: () => number): Ranks {
  const ranks = new Map<string, { readonly index: number; readonly at: number }>();
  const nameOf = (source: Source, instanceId: string, invokeId: string): string =>
    resultKey({ source, invokeId, instanceId, execution: null });
  return {
    note(source, query, window) {
      // Any other filter hides runs, and an index among what is left says nothing about the rank among all.
      if (Object.keys(query).some((name) => name !== "instanceId")) return;
      for (const [position, { invokeId }] of window.items.entries()) {
        const name = nameOf(source, query.instanceId ?? "", invokeId);
        ranks.delete(name);
        ranks.set(name, { index: window.offset + position, at: now() });
      }
      for (const name of ranks.keys()) {
        if (ranks.size <= RANKS_MAX) break;
        ranks.delete(name);
      }
    },
    isAmongNewest: (source, instanceId, invokeId, limit) =>
      ["", instanceId].some((list) => {
        const rank = ranks.get(nameOf(source, list, invokeId));
        return rank !== undefined && rank.index < limit && now() - rank.at <= RANK_KEEP_MS;
      }),
  };
}
