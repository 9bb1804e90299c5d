import { LRUCache } from "lru-cache";
import { type Clock, canonicalText, type InvocationResult, type Operation, sourceKey } from "#domain";
import { LIST_END } from "#store";
import type { Sync } from "#sync";
import { isRefusal } from "#upstreams";
import type { ResultFilter } from "../contract/index.ts";
import { isMeant, toListQuery } from "./filter.ts";

/** How far the runs were read beside which results are looked for, in epoch milliseconds. */
export interface RunsRead {
  /** When the oldest one was created; before all times once their list ended. */
  readonly from: number;
  /** As of when they were read. */
  readonly until: number;
}

/** Finds results of runs that the list of runs does not know, while it knows others (contract: results stand on their own). */
export interface Strays {
  /**
   * True if any of the newest results is of such a run. Asks the upstream's list of results once in ten minutes, if the quota has
   * room; an upstream that refuses is taken to know none for as long, one that does not answer for this once. Never rejects.
   */
  areThere(filter: ResultFilter, runs: RunsRead, operation: Operation): Promise<boolean>;
}

/** How long what was found out holds. */
const KNOWN_MS = 600_000;
const KNOWN_MAX = 10_000;
const LOOKS_MAX = 3;
const NOTHING = { output: false, content: false };

/** Starts with nothing found out. */
export function createStrays({ runs, resultLists }: Pick<Sync, "runs" | "resultLists">, clock: Clock): Strays {
  const known = new LRUCache<string, { readonly isFound: boolean; readonly at: number }>({ max: KNOWN_MAX });

  async function find(filter: ResultFilter, { from, until }: RunsRead, operation: Operation): Promise<boolean> {
    const paced: Operation = { ...operation, pace: "refresh" };
    const listed = await resultLists.read(filter.source, toListQuery(filter), true, () => true, paced);
    const isWithin = ({ startTime }: InvocationResult): boolean =>
      startTime !== null && Date.parse(startTime) > from && Date.parse(startTime) < until;
    const within = listed?.results.filter((one) => isWithin(one) && isMeant(one, filter)) ?? [];
    const found = await runs.findKnown(within, NOTHING, Number.POSITIVE_INFINITY);
    const unknown = within.filter((_one, position) => !found[position]);
    if (from === LIST_END) return unknown.length > 0;
    // A run that waited long to begin stands further down in the list of runs.
    for (const one of unknown.slice(0, LOOKS_MAX)) {
      if ((await runs.read(one, NOTHING, paced)) === null) return true;
    }
    return false;
  }

  return {
    async areThere(filter, runs, operation) {
      const name = canonicalText({ ...filter, source: sourceKey(filter.source) });
      const found = known.get(name);
      if (found !== undefined && clock.elapsed() - found.at < KNOWN_MS) return found.isFound;
      const isFound = await find(filter, runs, operation).catch((error: unknown) => (isRefusal(error) ? false : null));
      if (isFound !== null) known.set(name, { isFound, at: clock.elapsed() });
      return isFound ?? false;
    },
  };
}
