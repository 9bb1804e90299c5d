import type { View } from "#access";
import {
  askByProjection,
  type InstanceRef,
  type InvocationRef,
  invocationKey,
  type Operation,
  type Projection,
  type ResultRef,
  type Source,
} from "#domain";
import { findSourceAmong, type KnownList, type SourceBook, type Sync } from "#sync";
import { maskProjection, maySeeRun } from "./sight.ts";

/**
 * The shared readers as one view sees them. What they read is kept for everybody; the view is applied to what leaves them, and
 * to what is asked for. Members that a reader gains have to be decided on here.
 */
export function limitSync(sync: Sync, view: View): Sync {
  return {
    book: limitBook(sync.book, view),
    runs: limitRuns(sync.runs, view),
    results: limitResults(sync, view),
    resultLists: limitResultLists(sync.resultLists, view),
    servers: limitServers(sync.servers, view),
    follower: sync.follower,
    // Of a run that the view was given already.
    completeInstances: (run, projection, operation) =>
      sync.completeInstances(run, maskProjection(view, run.source, projection), operation),
    async openLists(source, query, projection, operation) {
      if (!view.maySee(source)) return [];
      const lists = await sync.openLists(source, query, maskProjection(view, source, projection), operation);
      return view.rightsFor(source).dependsOnCommandName ? lists.map(withoutTotal) : lists;
    },
    findWhole: async (source) => (view.maySee(source) ? sync.findWhole(source) : null),
    findKnown: async (source) => (view.maySee(source) ? sync.findKnown(source) : []),
    oldestKnown: async (source) => (view.maySee(source) ? sync.oldestKnown(source) : null),
  };
}

/** The upstream counts also the runs that the view does not hold. */
function withoutTotal(list: KnownList): KnownList {
  return { ...list, isExact: false, total: async () => null };
}

/** The sources of a view alone, as if no others were configured. */
function limitBook(book: SourceBook, view: View): SourceBook {
  const upstreams = book.upstreams.filter(({ source }) => view.maySee(source));
  const findUpstream: SourceBook["findUpstream"] = (source: Source) => {
    const upstream = view.maySee(source) ? book.findUpstream(source) : undefined;
    // A list that brings outputs along is read again for nobody who may not see them.
    if (upstream === undefined || view.rightsFor(source).possible.outputs) return upstream;
    return { ...upstream, listedOutputs: undefined };
  };
  return {
    ...book,
    upstreams,
    states: () => book.states().filter(({ source }) => view.maySee(source)),
    findSource: (provider, regionId, account) => findSourceAmong(upstreams, provider, regionId, account),
    findUpstream,
  };
}

type Runs = Sync["runs"];

/** What is worth asking for of a ref; null if its source is not seen. */
function maskFor(view: View, projection: Projection) {
  return ({ source }: InvocationRef) => (view.maySee(source) ? maskProjection(view, source, projection) : null);
}

/** Runs of a view; others are as those that do not exist, and cost as much. */
function limitRuns(runs: Runs, view: View): Runs {
  return {
    ...runs,
    async findKnown(refs, projection, maxAgeMs, asker) {
      const found = await askByProjection(refs, maskFor(view, projection), (asked, masked) =>
        runs.findKnown(asked, masked, maxAgeMs, asker),
      );
      return refs.map((ref, position) => {
        const known = found[position];
        if (known == null || maySeeRun(view, known.run)) return known;
        return runs.wasAskedAsHidden(ref, maxAgeMs) ? null : undefined;
      });
    },
    isUnderWay: (ref, projection) => runs.isUnderWay(ref, maskProjection(view, ref.source, projection)),
    recall: async (source, refs, projection, operation) =>
      view.maySee(source) ? runs.recall(source, refs, maskProjection(view, source, projection), operation) : new Set(),
    async read(ref, projection, operation, maxAgeMs) {
      if (!view.maySee(ref.source)) return null;
      const masked = maskProjection(view, ref.source, projection);
      const [known] = await runs.findKnown([ref], masked, Number.POSITIVE_INFINITY);
      if (known != null && !maySeeRun(view, known.run)) {
        await runs.askAsHidden(ref, masked, operation, maxAgeMs);
        return null;
      }
      const found = await runs.read(ref, masked, operation, maxAgeMs);
      if (found === null || maySeeRun(view, found.run)) return found;
      runs.noteAskedAsHidden(ref);
      return null;
    },
  };
}

const NOTHING: Projection = { output: false, content: false };

/**
 * Results of a view. They name no command, so where rights depend on its name the run's own record decides, which may have to
 * be read first; a result whose run is not known is denied then.
 */
function limitResults({ results, runs }: Pick<Sync, "results" | "runs">, view: View): Sync["results"] {
  const limited = limitRuns(runs, view);
  const depends = ({ source }: InvocationRef) => view.rightsFor(source).dependsOnCommandName;

  /** Whether each run may be seen, as far as is known; undefined if its record has to be read. Each run is asked for once. */
  async function decide(refs: readonly InvocationRef[]): Promise<readonly (boolean | undefined)[]> {
    const own = new Map(
      refs.filter((ref) => view.maySee(ref.source) && depends(ref)).map((ref) => [invocationKey(ref), ref]),
    );
    // A command's name never changes, so any age will do.
    const found = own.size === 0 ? [] : await runs.findKnown([...own.values()], NOTHING, Number.POSITIVE_INFINITY);
    const known = new Map([...own.keys()].map((name, position) => [name, found[position]]));
    return refs.map((ref) => {
      if (!view.maySee(ref.source)) return false;
      if (!depends(ref)) return true;
      const stored = known.get(invocationKey(ref));
      if (stored == null) return undefined;
      // One that may not be seen costs as much as one that nobody knows.
      return maySeeRun(view, stored.run) || (runs.wasAskedAsHidden(ref) ? false : undefined);
    });
  }

  async function isSeen(ref: InvocationRef, operation: Operation): Promise<boolean> {
    const [decided] = await decide([ref]);
    if (decided !== undefined) return decided;
    const found = await limited.read(ref, NOTHING, operation);
    return found !== null;
  }

  return {
    async findKnown(refs, projection, maxAgeMs, asker) {
      const decided = await decide(refs);
      const mask = maskFor(view, projection);
      const projectionOf = (ref: ResultRef, position: number) => (decided[position] === true ? mask(ref) : null);
      const found = await askByProjection(refs, projectionOf, (asked, masked) =>
        results.findKnown(asked, masked, maxAgeMs, asker),
      );
      return found.map((one, position) => (decided[position] === undefined ? undefined : one));
    },
    findLoose: async (ref) => ((await decide([ref]))[0] === true ? results.findLoose(ref) : []),
    async findHistory(source, query, projection, maxAgeMs) {
      const [isSeenNow] = await decide([{ source, invokeId: query.invokeId }]);
      if (isSeenNow !== true) return undefined;
      return results.findHistory(source, query, maskProjection(view, source, projection), maxAgeMs);
    },
    async read(source, query, projection, operation) {
      if (!(await isSeen({ source, invokeId: query.invokeId }, operation))) return [];
      return results.read(source, query, maskProjection(view, source, projection), operation);
    },
    isUnderWay: (source, query, projection) =>
      results.isUnderWay(source, query, maskProjection(view, source, projection)),
    noteAbsent(ref) {
      // What is denied to one is not absent for all.
      if (view.maySee(ref.source) && !depends(ref)) results.noteAbsent(ref);
    },
    // Of a run that the view was given already.
    mayHaveOthers: results.mayHaveOthers,
  };
}

/**
 * Lists of results as a view may see them. They tell no command's name, so where rights depend on it there are none: the runs
 * of lists alone are shown there.
 */
function limitResultLists(lists: Sync["resultLists"], view: View): Sync["resultLists"] {
  return {
    async read(source, query, isNewest, isEnough, operation) {
      const { always, dependsOnCommandName } = view.rightsFor(source);
      if (!always.runs || dependsOnCommandName) return null;
      const listed = await lists.read(source, query, isNewest, isEnough, operation);
      if (listed === null || always.outputs) return listed;
      return { ...listed, results: listed.results.map((result) => ({ ...result, output: null })) };
    },
  };
}

type Servers = Sync["servers"];
type Read<Value> = (refs: readonly InstanceRef[], operation: Operation) => Promise<readonly (Value | null | Error)[]>;

/** Servers of a view. They belong to no command, so roles that depend on its name give none. */
function limitServers(servers: Servers, view: View): Servers {
  return {
    readInstances: onlySeen(servers.readInstances, view),
    readAgentStates: onlySeen(servers.readAgentStates, view),
    readAllInstances: async (source, operation) =>
      view.rightsFor(source).always.runs
        ? servers.readAllInstances(source, operation)
        : { instances: [], isWhole: true, failure: null },
  };
}

function onlySeen<Value>(read: Read<Value>, view: View): Read<Value> {
  const isSeen = ({ source }: InstanceRef) => view.rightsFor(source).always.runs;
  return async (refs, operation) => {
    const seen = refs.filter(isSeen);
    const answers = seen.length === 0 ? [] : await read(seen, operation);
    const byRef = new Map(seen.map((ref, position) => [ref, answers[position] ?? null]));
    return refs.map((ref) => byRef.get(ref) ?? null);
  };
}
