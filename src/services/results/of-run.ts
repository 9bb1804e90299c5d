import {
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  lacksOthers,
  type Operation,
  type Projection,
  type Source,
  UpstreamError,
  wasOnce,
} from "#domain";
import { resultOf, type Sync } from "#sync";
import { PartialResultsError, type ResultQuery } from "#upstreams";
import type { Answer, ResultFilter, Services, ShownResult } from "../contract/index.ts";
import { newestFirst, type Results } from "./by-key.ts";

/** What was read of the results of a run. */
export interface RunResults {
  readonly all: readonly ShownResult[];
  readonly isWhole: boolean;
}

/** What is asked for of one run. */
type RunFilter = Pick<ResultFilter, "source" | "instanceId" | "includeHistory"> & { readonly invokeId: string };

const NOTHING: Projection = { output: false, content: false };

/**
 * Results of one run, or of it on one instance: with `includeHistory` every execution, without the latest ones. While they cannot be
 * read, what is known of them.
 * @throws UpstreamError if nothing is
 */
export async function readRun(
  sync: Sync,
  { source, invokeId, instanceId, includeHistory = false }: RunFilter,
  projection: Projection,
  operation: Operation,
): Promise<RunResults> {
  const ref = { source, invokeId };
  await readWhole(sync, ref, projection, operation);
  const isHistory = includeHistory && !(await findRunsOnce(sync, [ref]))[0];
  const query = { invokeId, ...(instanceId !== undefined && { instanceIds: [instanceId] }), includeHistory: isHistory };
  const found = isHistory
    ? (await sync.results.findHistory(source, query, projection))?.results
    : await findFresh(sync, ref, instanceId, projection);
  if (found != null) return toWhole(found);
  try {
    return toWhole(await sync.results.read(source, query, projection, operation));
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return (
      (isHistory ? await findSeenHistory(sync, source, query, projection, error) : null) ??
      (await findSeen(sync, ref, projection, error, isHistory)) ??
      salvage(error, await sync.results.findLoose(ref))
    );
  }
}

/** Reads a run by its id if only a list of one instance's runs told it. What is known of it is shown if that fails. */
async function readWhole(sync: Sync, ref: InvocationRef, { output }: Projection, operation: Operation) {
  const [seen] = await sync.runs.findKnown([ref], NOTHING, Number.POSITIVE_INFINITY);
  if (seen == null || !lacksOthers(seen.run)) return;
  try {
    await sync.runs.read(ref, { output, content: false }, operation);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
  }
}

/** The results that are meant of a run if all of them are known, and what still moves was read a short while ago; else null. */
async function findFresh(
  sync: Sync,
  ref: InvocationRef,
  instanceId: string | undefined,
  projection: Projection,
): Promise<readonly InvocationResult[] | null> {
  const [known] = await sync.runs.findKnown([ref], NOTHING);
  const instances = known?.run.instances ?? [];
  const own = instances.filter((one) => one.instanceId === instanceId);
  if (!known || instances.length === 0 || (own.length === 0 && sync.results.mayHaveOthers(known.run))) return null;
  const refs = (own.length === 0 ? instances : own).map((one) => ({
    ...ref,
    instanceId: one.instanceId,
    execution: null,
  }));
  const results = await sync.results.findKnown(refs, projection);
  const found = results.flatMap((result) => result ?? []);
  return found.length < refs.length ? null : found;
}

/**
 * The results of a run as they were seen last, however long ago; null if not all of them were. What was not seen of them is an
 * output, perhaps.
 */
async function findSeen(
  sync: Sync,
  ref: InvocationRef,
  projection: Projection,
  unread: UpstreamError,
  isHistory: boolean,
): Promise<RunResults | null> {
  const [known] = await sync.runs.findKnown([ref], NOTHING, Number.POSITIVE_INFINITY);
  if (!known) return null;
  const { instances } = known.run;
  const refs = instances.map(({ instanceId }) => ({ ...ref, instanceId, execution: null }));
  const results = await sync.results.findKnown(refs, projection, Number.POSITIVE_INFINITY);
  const seen = instances.flatMap((one, position): readonly ShownResult[] => {
    const result = results[position];
    if (result) return [result];
    return one.isComplete ? [{ ...resultOf(one), unread }] : [];
  });
  if (seen.length === 0 || seen.length < refs.length) return null;
  return { all: newestFirst(seen), isWhole: !isHistory && !sync.results.mayHaveOthers(known.run) };
}

/** What was read of a history, however long ago. */
async function findSeenHistory(
  sync: Sync,
  source: Source,
  query: ResultQuery,
  projection: Projection,
  unread: UpstreamError,
): Promise<RunResults | null> {
  const seen = await sync.results.findHistory(source, query, projection, Number.POSITIVE_INFINITY);
  if (seen === undefined) return null;
  const all = seen.results.map((one) => (one.output === undefined ? { ...one, unread } : one));
  return { all: newestFirst(all), isWhole: seen.isWhole };
}

function toWhole(all: readonly ShownResult[]): RunResults {
  return { all: newestFirst(all), isWhole: true };
}

/** What an error has of the results of a run, or else others of it. @throws error if there are none */
function salvage(error: UpstreamError, others: readonly InvocationResult[]): RunResults {
  const all = error instanceof PartialResultsError ? error.results : others;
  if (all.length === 0) throw error;
  return { all: newestFirst(all), isWhole: false };
}

/** In key order the runs whose latest results are their whole history, and null for others and for those that are not known. */
async function findRunsOnce(
  { runs, book }: Sync,
  refs: readonly InvocationRef[],
): Promise<readonly (Invocation | null)[]> {
  const known = await runs.findKnown(refs, NOTHING, Number.POSITIVE_INFINITY);
  return known.map((stored) => {
    if (!stored) return null;
    const { run } = stored;
    return wasOnce(run) || book.findUpstream(run.source)?.hasNoHistory === true ? run : null;
  });
}

/**
 * Histories by key, one answer a key, in key order. Those that are the latest results alone cost what these cost, each other one a
 * call of its own.
 */
export function createHistories(sync: Sync, results: Results): Services["readHistories"] {
  return async (refs, projection, operation) => {
    const once = await findRunsOnce(sync, refs);
    const plain = refs.filter((_, position) => once[position]);
    const readLatest = async () => {
      const keys = plain.map((ref) => ({ ...ref, execution: null }));
      const answers = await results.read(keys, projection, operation);
      return new Map(plain.map((ref, position) => [ref, answers[position] ?? null]));
    };
    const latest = readLatest();
    return Promise.all(
      refs.map(async (ref, position) => {
        const run = once[position];
        if (run) return toHistory(run, ref.instanceId, (await latest).get(ref) ?? null);
        const read = readRun(sync, { ...ref, includeHistory: true }, projection, operation);
        return read.then(({ all }) => all.filter((one) => one.instanceId === ref.instanceId), toError);
      }),
    );
  };
}

function toHistory(
  run: Invocation,
  instanceId: string,
  latest: Answer<InvocationResult>,
): Answer<readonly ShownResult[]> {
  if (!(latest instanceof Error)) return latest === null ? [] : [latest];
  const seen = run.instances.find((one) => one.instanceId === instanceId);
  return latest instanceof UpstreamError && seen?.isComplete === true
    ? [{ ...resultOf(seen), unread: latest }]
    : latest;
}

function toError(error: unknown): Error {
  if (error instanceof Error) return error;
  throw error;
}
