import {
  type InvocationResult,
  invocationKey,
  type Operation,
  type ResultRef,
  type Source,
  sourceKey,
  type Wants,
} from "#domain";
import type { ResultQuery } from "#upstreams";
import type { Answer, Asked } from "./contract.ts";
import { canonicalText } from "./filter.ts";
import type { Flights } from "./flights.ts";
import { refusalOf } from "./foresight.ts";
import type { InstanceCover } from "./instance-cover.ts";
import type { SourceBook } from "./sources.ts";
import type { Stock } from "./stock.ts";

/** Reads results of runs on instances at the least upstream cost. */
export interface Results {
  /** One answer a key, in key order. What the stock has costs nothing; the rest costs one read a run, or less. */
  read(
    refs: readonly Asked<ResultRef>[],
    wants: Wants,
    operation: Operation,
  ): Promise<readonly Answer<InvocationResult>[]>;
  /** Every execution of a repeated run, by instance, newest first; only of some instances where they are given. */
  readHistory(
    source: Source,
    invokeId: string,
    instanceIds: readonly string[] | undefined,
    wants: Wants,
    operation: Operation,
  ): Promise<readonly InvocationResult[]>;
}

/** What results are read with. */
export interface ResultsOptions {
  readonly book: SourceBook;
  readonly stock: Stock;
  readonly flights: Flights;
  readonly cover: InstanceCover;
}

interface RunNeed {
  readonly source: Source;
  readonly invokeId: string;
  readonly refs: ResultRef[];
}

/** Makes a reader on a stock that other services fill and use too. */
export function createResults({ book, stock, flights, cover }: ResultsOptions): Results {
  async function readThrough(
    source: Source,
    query: ResultQuery,
    wants: Wants,
    operation: Operation,
  ): Promise<readonly InvocationResult[]> {
    const upstream = book.findUpstream(source);
    if (upstream === undefined) return [];
    const key = flightName(source, query, wants);
    return flights.share(key, source, operation, async (shared) => {
      const found = await book.watch(source, upstream.readResults(query, wants, shared), shared);
      for (const result of found) stock.putResult(result);
      return found;
    });
  }

  /** The answers of one run by their keys; an error stands for each of them. */
  async function readRun(need: RunNeed, wants: Wants, operation: Operation): Promise<Answers> {
    const query = queryOf(need);
    try {
      const found = await readThrough(need.source, query, wants, operation);
      const latest =
        query.includeHistory && need.refs.some((ref) => ref.execution === null) ? newestFirst(found) : found;
      return new Map(need.refs.map((ref) => [ref, pick(latest, ref)]));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return refuseRun(need, error);
    }
  }

  function noteStale(answers: Answers, { meter }: Operation): void {
    for (const ref of answers.keys()) {
      if (!book.isFailing(ref.source)) continue;
      const readAt = stock.resultReadAt(ref);
      if (readAt !== undefined) meter.noteStale?.(ref.source, readAt);
    }
  }

  /** Each of these runs costs one call at least: what would go beyond the budget is not begun. */
  function refuseEarly(needs: readonly RunNeed[], wants: Wants, operation: Operation): Error | null {
    const own = needs.filter((need) => !flights.isUnderWay(flightName(need.source, queryOf(need), wants)));
    return refusalOf(own.length, operation);
  }

  return {
    async read(refs, wants, operation) {
      const answers = new Map<ResultRef, Found>();
      const isMissing = (ref: Asked<ResultRef>): boolean => {
        const known = stock.findResult(ref, ref.wants ?? wants, operation.freshAfter);
        if (known !== undefined) answers.set(ref, known);
        return known === undefined;
      };
      const missing = refs.filter((ref) => {
        const isMiss = isMissing(ref);
        stock.noteResult(isMiss ? "miss" : "hit");
        return isMiss;
      });
      noteSaved(missing, refs, operation);
      noteStale(answers, operation);
      await cover.tryCover(missing, wants, operation);
      const left = missing.filter(isMissing);
      const needs = byRun(left);
      const refusal = refuseEarly(needs, wants, operation);
      const read = await Promise.all(
        needs.map((need) => (refusal === null ? readRun(need, wants, operation) : refuseRun(need, refusal))),
      );
      for (const found of read) for (const [ref, answer] of found) answers.set(ref, answer);
      for (const ref of left) if (answers.get(ref) === null) stock.putAbsentResult(ref);
      return refs.map((ref) => answers.get(ref) ?? null);
    },
    async readHistory(source, invokeId, instanceIds, wants, operation) {
      const narrowed = instanceIds === undefined ? {} : { instanceIds };
      const found = await readThrough(source, { invokeId, ...narrowed, includeHistory: true }, wants, operation);
      return newestFirst(found.filter((one) => instanceIds?.includes(one.instanceId) ?? true));
    },
  };
}

type Found = InvocationResult | Error | null;

/** By the very keys that were asked for, of which two may name the same execution. */
type Answers = ReadonlyMap<ResultRef, Found>;

function queryOf(need: RunNeed): ResultQuery {
  const instanceIds = [...new Set(need.refs.map((ref) => ref.instanceId))].sort();
  return { invokeId: need.invokeId, instanceIds, includeHistory: need.refs.some((ref) => ref.execution !== null) };
}

function flightName(source: Source, query: ResultQuery, wants: Wants): string {
  return `results|${sourceKey(source)}|${canonicalText(query)}|${canonicalText(wants)}`;
}

function refuseRun(need: RunNeed, refusal: Error): Answers {
  return new Map(need.refs.map((ref) => [ref, refusal]));
}

function pick(found: readonly InvocationResult[], ref: ResultRef): InvocationResult | null {
  const isMeant = (one: InvocationResult): boolean =>
    one.instanceId === ref.instanceId && (ref.execution === null || one.execution === ref.execution);
  return found.find(isMeant) ?? null;
}

function newestFirst(results: readonly InvocationResult[]): readonly InvocationResult[] {
  const moment = (one: InvocationResult): string => one.startTime ?? one.finishTime ?? "\uffff";
  return [...results].sort((a, b) => {
    if (a.instanceId !== b.instanceId) return a.instanceId < b.instanceId ? -1 : 1;
    return moment(a) === moment(b) ? (b.repeats ?? 0) - (a.repeats ?? 0) : moment(a) < moment(b) ? 1 : -1;
  });
}

function byRun(refs: readonly ResultRef[]): readonly RunNeed[] {
  const needs = new Map<string, RunNeed>();
  for (const ref of refs) {
    const name = invocationKey(ref);
    const need = needs.get(name) ?? { source: ref.source, invokeId: ref.invokeId, refs: [] };
    need.refs.push(ref);
    needs.set(name, need);
  }
  return [...needs.values()];
}

/** Counts the runs that need no call any more. */
function noteSaved(missing: readonly ResultRef[], refs: readonly ResultRef[], operation: Operation): void {
  const cached = byRun(refs).length - byRun(missing).length;
  if (cached > 0) operation.meter.addCached(cached);
}
