import {
  instanceKey,
  invocationKey,
  type Operation,
  type ResultRef,
  type Source,
  sourceKey,
  UpstreamError,
  type Wants,
} from "#domain";
import type { Flights } from "./flights.ts";
import { PAGE_SIZE_MAX } from "./history/window-choice.ts";
import type { Ranks } from "./ranks.ts";
import type { SourceBook } from "./sources.ts";
import type { Stock } from "./stock.ts";

/** How long a source is not tried again that did not give what its lists promised. */
const DISTRUST_MS = 600_000;
/** Runs that may have arrived since the ranks were told. */
const RANK_MARGIN = 5;

/** The other way to read results: one call for the newest runs of an instance, instead of one for each of these runs. */
export interface InstanceCover {
  /** Puts into the stock what can be had more cheaply this way; leaves the rest alone. Rejects only for what ends the operation. */
  tryCover(refs: readonly ResultRef[], wants: Wants, operation: Operation): Promise<void>;
}

/** What a cover is read with. */
export interface InstanceCoverOptions {
  readonly book: SourceBook;
  readonly stock: Stock;
  readonly flights: Flights;
  readonly ranks: Ranks;
  /** By the clock's `elapsed`. */
  now(): number;
}

interface Candidate {
  readonly source: Source;
  readonly instanceId: string;
  readonly refs: readonly ResultRef[];
}

/**
 * Bounds: a call is made only where a list has just told that at least two of the wanted runs are among the newest 45 of the
 * instance, and nothing else is wanted of these runs, so it replaces at least two calls. A source where it nevertheless gave
 * less than two of them is not tried again for ten minutes, so that at most one call in that time is made in vain.
 */
export function createInstanceCover({ book, stock, flights, ranks, now }: InstanceCoverOptions): InstanceCover {
  const distrustedUntil = new Map<string, number>();

  async function cover({ source, instanceId, refs }: Candidate, wants: Wants, operation: Operation): Promise<void> {
    const upstream = book.findUpstream(source);
    if (upstream === undefined) return;
    const key = `instance-results|${sourceKey(source)}|${instanceId}|${wants.output}|${wants.content}`;
    const found = await flights.share(key, source, operation, async (shared) => {
      const results = await book.watch(source, upstream.readInstanceResults(instanceId, wants, shared), shared);
      for (const result of results ?? []) stock.putResult(result);
      return results;
    });
    const wanted = new Set(refs.map(({ invokeId }) => invokeId));
    const covered = [...wanted].filter((invokeId) => found?.some((one) => one.invokeId === invokeId)).length;
    if (covered < 2) distrustedUntil.set(sourceKey(source), now() + DISTRUST_MS);
    else operation.meter.addSaved(covered - 1);
  }

  return {
    async tryCover(refs, wants, operation) {
      const candidates = findCandidates(refs, ranks).filter(
        ({ source }) => (distrustedUntil.get(sourceKey(source)) ?? 0) <= now(),
      );
      await Promise.all(
        candidates.map((candidate) =>
          cover(candidate, wants, operation).catch((error: unknown) => {
            // The plain way is still there and tells the error, if it lasts.
            if (!(error instanceof UpstreamError)) throw error;
          }),
        ),
      );
    },
  };
}

function findCandidates(refs: readonly ResultRef[], ranks: Ranks): readonly Candidate[] {
  const instancesOfRun = new Map<string, Set<string>>();
  for (const ref of refs) {
    const run = invocationKey(ref);
    instancesOfRun.set(run, (instancesOfRun.get(run) ?? new Set()).add(ref.instanceId));
  }
  const candidates = new Map<string, { source: Source; instanceId: string; refs: ResultRef[] }>();
  for (const ref of refs) {
    const isSole = instancesOfRun.get(invocationKey(ref))?.size === 1 && ref.execution === null;
    const limit = PAGE_SIZE_MAX - RANK_MARGIN;
    if (!isSole || !ranks.isAmongNewest(ref.source, ref.instanceId, ref.invokeId, limit)) continue;
    const name = instanceKey(ref);
    const candidate = candidates.get(name) ?? { source: ref.source, instanceId: ref.instanceId, refs: [] };
    candidate.refs.push(ref);
    candidates.set(name, candidate);
  }
  return [...candidates.values()].filter((candidate) => new Set(candidate.refs.map((ref) => ref.invokeId)).size >= 2);
}
