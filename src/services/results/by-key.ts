import {
  askByProjection,
  type InvocationResult,
  invocationKey,
  type Operation,
  type Projection,
  type ResultRef,
  refusalOfCalls,
  type Source,
  UpstreamError,
} from "#domain";
import type { Sync } from "#sync";
import type { ResultQuery } from "#upstreams";
import type { Answer, Asked } from "../contract/index.ts";

/** Reads results of runs on instances at the least upstream cost. */
export interface Results {
  /** One answer a key, in key order. What is known costs nothing; the rest costs one read a run. */
  read(
    refs: readonly Asked<ResultRef>[],
    projection: Projection,
    operation: Operation,
  ): Promise<readonly Answer<InvocationResult>[]>;
}

interface RunNeed {
  readonly source: Source;
  readonly query: ResultQuery;
  readonly refs: readonly ResultRef[];
}

/** One batch of keys becomes one look into the store and as few calls as the rest needs. */
export function createResults({ results }: Pick<Sync, "results">): Results {
  /** The answers of one run, in the order of its keys; an error stands for each that is not known from before. */
  async function readRun(
    need: RunNeed,
    projection: Projection,
    operation: Operation,
  ): Promise<readonly Answer<InvocationResult>[]> {
    try {
      const found = await results.read(need.source, need.query, projection, operation);
      const ordered = need.query.includeHistory ? newestFirst(found) : found;
      const byInstance = new Map<string, InvocationResult[]>();
      for (const one of ordered) {
        const own = byInstance.get(one.instanceId);
        if (own === undefined) byInstance.set(one.instanceId, [one]);
        else own.push(one);
      }
      const answers = need.refs.map((ref) => pick(byInstance.get(ref.instanceId) ?? [], ref));
      need.refs.forEach((ref, position) => {
        if (answers[position] === null) results.noteAbsent(ref);
      });
      return answers;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!(error instanceof UpstreamError)) return need.refs.map(() => error);
      const stale = await results.findKnown(need.refs, projection, Number.POSITIVE_INFINITY);
      return need.refs.map((_, position) => stale[position] ?? error);
    }
  }

  return {
    async read(refs, projection, operation) {
      const known = await askByProjection(
        refs,
        (ref) => ref.projection ?? projection,
        (asked, wanted) => results.findKnown(asked, wanted, undefined, operation),
      );
      const missing = refs.filter((_, position) => known[position] === undefined);
      // Whether a result may still change only its run tells.
      if (refs.length > 0) operation.life?.end();
      const needs = byRun(missing);
      const cached = new Set(refs.map(invocationKey)).size - needs.length;
      if (cached > 0) operation.meter.addCached(cached);
      const own = needs.filter(({ source, query }) => !results.isUnderWay(source, query, projection));
      const refusal = refusalOfCalls(own.length, operation);
      const read = await Promise.all(
        needs.map((need) => (refusal === null ? readRun(need, projection, operation) : need.refs.map(() => refusal))),
      );
      const answers = new Map<ResultRef, Answer<InvocationResult>>();
      needs.forEach((need, n) => {
        need.refs.forEach((ref, r) => {
          answers.set(ref, read[n]?.[r] ?? null);
        });
      });
      return refs.map((ref, position) =>
        known[position] === undefined ? (answers.get(ref) ?? null) : (known[position] ?? null),
      );
    },
  };
}

/** What is meant of the results of its instance. */
function pick(found: readonly InvocationResult[], ref: ResultRef): InvocationResult | null {
  return found.find((one) => ref.execution === null || one.execution === ref.execution) ?? null;
}

/** By instance, then the newest execution first. */
export function newestFirst<Result extends InvocationResult>(results: readonly Result[]): readonly Result[] {
  const moment = (one: InvocationResult): string => one.startTime ?? one.finishTime ?? "\uffff";
  return [...results].sort((a, b) => {
    if (a.instanceId !== b.instanceId) return a.instanceId < b.instanceId ? -1 : 1;
    return moment(a) === moment(b) ? (b.repeats ?? 0) - (a.repeats ?? 0) : moment(a) < moment(b) ? 1 : -1;
  });
}

function byRun(refs: readonly ResultRef[]): readonly RunNeed[] {
  const groups = new Map<string, ResultRef[]>();
  for (const ref of refs) {
    const key = invocationKey(ref);
    const group = groups.get(key) ?? [];
    group.push(ref);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const instanceIds = [...new Set(group.map((ref) => ref.instanceId))].sort();
    const query = {
      invokeId: first.invokeId,
      instanceIds,
      includeHistory: group.some((ref) => ref.execution !== null),
    };
    return [{ source: first.source, query, refs: group }];
  });
}
