import {
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  isShownInPart,
  lacksOthers,
  type Operation,
  type Projection,
  type Source,
  UpstreamError,
  wasOnce,
} from "#domain";
import { resultOf, type Sync } from "#sync";
import { PartialResultsError, type ResultQuery } from "#upstreams";
import type { Answer, ResultFilter, Services, ShownResult, ShownResults } from "../contract/index.ts";
import { newestFirst, type Results } from "./by-key.ts";

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
): Promise<ShownResults> {
  const ref = { source, invokeId };
  await readIf(sync, ref, (seen) => seen !== null && lacksOthers(seen), projection, operation);
  const isHistory = includeHistory && !(await findRunsOnce(sync, [ref]))[0];
  const query = { invokeId, ...(instanceId !== undefined && { instanceIds: [instanceId] }), includeHistory: isHistory };
  const found = isHistory
    ? (await sync.results.findHistory(source, query, projection))?.results
    : await findFresh(sync, ref, instanceId, projection);
  const toShown = async (all: readonly InvocationResult[]): Promise<ShownResults> => {
    // An empty list is that of a run that nobody knows, or lacks something: only the run itself tells.
    const isRunRead =
      all.length > 0 || (await readIf(sync, ref, (seen) => seen === null, isHistory ? projection : NOTHING, operation));
    if (!isHistory && all.length === 0) return findNested(sync, ref, instanceId, isRunRead);
    const isWhole = isHistory
      ? !(await lacksBegun(sync, ref, instanceId, all))
      : instanceId !== undefined || !(await wasReadEarly(sync, ref));
    return { all: newestFirst(all), isWhole };
  };
  if (found != null) return toShown(found);
  try {
    return await toShown(await sync.results.read(source, query, projection, operation));
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const seen =
      (isHistory ? await findSeenHistory(sync, source, query, projection, error) : null) ??
      (await findSeen(sync, ref, projection, error, isHistory)) ??
      salvage(error, await sync.results.findLoose(ref));
    return error.isOfQuestion === true ? { ...seen, isWhole: false, refusal: error } : seen;
  }
}

/** What the record of a run shows on the instances that are meant, for where its results show nothing: as their results, without outputs. */
async function findNested(
  { runs }: Sync,
  ref: InvocationRef,
  instanceId: string | undefined,
  isRead: boolean,
): Promise<ShownResults> {
  const [known] = await runs.findKnown([ref], NOTHING, Number.POSITIVE_INFINITY);
  if (!known) return { all: [], isWhole: isRead };
  const meant = known.run.instances.filter((one) => instanceId === undefined || one.instanceId === instanceId);
  const isWhole = isRead && (meant.length > 0 || !isShownInPart(known.run));
  return { all: newestFirst(meant.map(resultOf)), isWhole };
}

/**
 * Reads a run by its id if what is known of it, if anything, does not do. That is shown if the reading fails.
 * @returns false if it failed
 */
async function readIf(
  sync: Sync,
  ref: InvocationRef,
  isNeeded: (seen: Invocation | null) => boolean,
  { output }: Projection,
  operation: Operation,
): Promise<boolean> {
  const [seen] = await sync.runs.findKnown([ref], NOTHING, Number.POSITIVE_INFINITY);
  if (!isNeeded(seen?.run ?? null)) return true;
  try {
    await sync.runs.read(ref, { output, content: false }, operation);
    return true;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return false;
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
): Promise<ShownResults | null> {
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
): Promise<ShownResults | null> {
  const seen = await sync.results.findHistory(source, query, projection, Number.POSITIVE_INFINITY);
  if (seen === undefined) return null;
  const all = seen.results.map((one) => (one.output === undefined ? { ...one, unread } : one));
  return { all: newestFirst(all), isWhole: seen.isWhole };
}

/** True if a history shows nothing of an instance that is meant, although the run's own record tells of an execution there. */
async function lacksBegun(
  { runs }: Sync,
  ref: InvocationRef,
  instanceId: string | undefined,
  history: readonly InvocationResult[],
): Promise<boolean> {
  const [known] = await runs.findKnown([ref], NOTHING, Number.POSITIVE_INFINITY);
  const shown = new Set(history.map((one) => one.instanceId));
  const hasBegun = ({ startTime, repeats }: InvocationResult): boolean => startTime !== null || (repeats ?? 0) > 0;
  const meant = known?.run.instances.filter((one) => instanceId === undefined || one.instanceId === instanceId) ?? [];
  return meant.some((one) => hasBegun(resultOf(one)) && !shown.has(one.instanceId));
}

/** True if other instances of the run may not have told of it yet. */
async function wasReadEarly({ runs }: Sync, ref: InvocationRef): Promise<boolean> {
  const [known] = await runs.findKnown([ref], NOTHING, Number.POSITIVE_INFINITY);
  return known?.run.isEarly === true;
}

/** What an error has of the results of a run, or else others of it. @throws error if there are none */
function salvage(error: UpstreamError, others: readonly InvocationResult[]): ShownResults {
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
        const isOwn = (one: InvocationResult): boolean => one.instanceId === ref.instanceId;
        return read.then((shown) => ({ ...shown, all: shown.all.filter(isOwn) }), toError);
      }),
    );
  };
}

function toHistory(run: Invocation, instanceId: string, latest: Answer<InvocationResult>): Answer<ShownResults> {
  if (!(latest instanceof Error)) return { all: latest === null ? [] : [latest], isWhole: true };
  const seen = run.instances.find((one) => one.instanceId === instanceId);
  return latest instanceof UpstreamError && seen?.isComplete === true
    ? { all: [{ ...resultOf(seen), unread: latest }], isWhole: true }
    : latest;
}

function toError(error: unknown): Error {
  if (error instanceof Error) return error;
  throw error;
}
