import {
  type Instance,
  type InstanceRef,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  instanceKey,
  invocationKey,
  type Operation,
  type Source,
  sourceKey,
  type Wants,
} from "#domain";
import type { Answer, Asked } from "./contract.ts";
import type { Flights } from "./flights.ts";
import { refusalOf } from "./foresight.ts";
import { toInstanceBatches } from "./instance-batches.ts";
import type { SourceBook } from "./sources.ts";
import { type Stock, toResult } from "./stock.ts";

const INSTANCES_PER_CALL = 100;

/** Reads single runs and servers. */
export interface Records {
  readInvocations(
    refs: readonly Asked<InvocationRef>[],
    wants: Wants,
    operation: Operation,
  ): Promise<readonly Answer<Invocation>[]>;
  /**
   * A run as it is now, past what the stock has of it and moves; the stock gets it. Shares a call that is under way.
   * @param last the run as it was when it was read last
   * @throws UpstreamError
   */
  readFresh(
    ref: InvocationRef,
    wants: Wants,
    operation: Operation,
    last?: Invocation | null,
  ): Promise<Invocation | null>;
  readInstances(refs: readonly InstanceRef[], operation: Operation): Promise<readonly Answer<Instance>[]>;
}

/** Makes a reader on a stock that other services fill and use too. */
export function createRecords(book: SourceBook, stock: Stock, flights: Flights): Records {
  /** What is at hand of a run; null where it is known not to exist. */
  function findKnown(ref: InvocationRef, wants: Wants, { freshAfter, meter }: Operation) {
    const known = stock.findRun(ref, wants, freshAfter);
    stock.noteRun(known === undefined ? "miss" : "hit");
    if (known === undefined) return undefined;
    meter.addCached(1);
    const readAt = book.isFailing(ref.source) ? stock.runReadAt(ref) : undefined;
    if (readAt !== undefined) meter.noteStale?.(ref.source, readAt);
    return known;
  }

  /** Each of these runs costs one call at least: what would go beyond the budget is not begun. */
  function refuseEarly(refs: readonly InvocationRef[], wants: Wants, operation: Operation): Error | null {
    const own = refs.filter((ref) => book.findUpstream(ref.source) && !flights.isUnderWay(flightName(ref, wants)));
    return refusalOf(new Set(own.map(invocationKey)).size, operation);
  }

  async function readFresh(
    ref: InvocationRef,
    wants: Wants,
    operation: Operation,
    last: Invocation | null = null,
  ): Promise<Invocation | null> {
    const upstream = book.findUpstream(ref.source);
    if (upstream === undefined) return null;
    const findResult = (instanceId: string): InvocationResult | null =>
      stock.findFinalResult({ ...ref, instanceId, execution: null }, wants);
    const known = { run: last, findResult };
    return flights.share(flightName(ref, wants), ref.source, operation, async (shared) => {
      const run = await book.watch(ref.source, upstream.readInvocation(ref.invokeId, wants, shared, known), shared);
      if (run === null) stock.putAbsentRun(ref);
      else keep(run);
      return run;
    });
  }

  function keep(run: Invocation): void {
    stock.putRun(run);
    for (const one of run.instances) if (one.isComplete && one.output !== undefined) stock.putResult(toResult(one));
  }

  async function readBatch(
    source: Source,
    instanceIds: readonly string[],
    operation: Operation,
  ): Promise<ReadonlyMap<string, Instance>> {
    const upstream = book.findUpstream(source);
    if (upstream === undefined) return new Map();
    const key = `instances|${sourceKey(source)}|${JSON.stringify(instanceIds)}`;
    return flights.share(key, source, operation, async (shared) => {
      const found = await book.watch(source, upstream.readInstances(instanceIds, shared), shared);
      const byId = new Map(found.map((one) => [one.instanceId, one]));
      for (const id of instanceIds) stock.putInstance(source, id, byId.get(id) ?? null);
      return byId;
    });
  }

  return {
    readFresh,
    async readInvocations(refs, wants, operation) {
      const known = refs.map((ref) => findKnown(ref, ref.wants ?? wants, operation));
      const missing = refs.filter((_, position) => known[position] === undefined);
      const refusal = refuseEarly(missing, wants, operation);
      return Promise.all(
        refs.map((ref, position) => {
          const found = known[position];
          return found === undefined ? (refusal ?? readFresh(ref, wants, operation).catch(asError)) : found;
        }),
      );
    },
    async readInstances(refs, operation) {
      const answers = new Map<string, Answer<Instance> | undefined>(
        refs.map((ref) => [instanceKey(ref), stock.findInstance(ref.source, ref.instanceId)]),
      );
      const missing = refs.filter((ref) => answers.get(instanceKey(ref)) === undefined);
      const batches = toInstanceBatches(missing, INSTANCES_PER_CALL);
      await Promise.all(
        batches.map(async ({ source, instanceIds }) => {
          // From the call and not from the stock, which may be too small to have kept them.
          const found = await readBatch(source, instanceIds, operation).catch(asError);
          for (const instanceId of instanceIds) {
            const answer = found instanceof Error ? found : found.get(instanceId);
            answers.set(instanceKey({ source, instanceId }), answer);
          }
        }),
      );
      return refs.map((ref) => answers.get(instanceKey(ref)) ?? null);
    },
  };
}

function flightName(ref: InvocationRef, wants: Wants): string {
  return `run|${invocationKey(ref)}|${wants.output}|${wants.content}`;
}

function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  throw error;
}
