import { LRUCache } from "lru-cache";
import {
  type Clock,
  isLackOfOffer,
  mayRefuseArgument,
  type Operation,
  type Source,
  type SourceErrorCode,
  sourceKey,
  UpstreamError,
  withNotes,
} from "#domain";
import type { Upstream } from "#upstreams";

/** How one source fared when it was last asked; ok until proven otherwise. */
export interface SourceState {
  readonly source: Source;
  readonly error: SourceFailure | null;
  /** Epoch milliseconds: when the source was last read with success; null if never. */
  readonly asOf: number | null;
}

/** Why a source gave nothing. */
export interface SourceFailure {
  readonly code: SourceErrorCode;
  readonly message: string;
  readonly upstreamCode: string | null;
  readonly httpStatus: number | null;
  readonly requestId: string | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
}

/** Reads from an upstream with the operation that it is given. */
export type Read<Value> = (operation: Operation) => Promise<Value>;

/**
 * Reads, and notes how the source fared.
 * @param isNamed true if the question names something, such as a run or a server: if that is refused, or not offered by a source that answered
 *   before, this question alone fails, and nothing is noted of the source. The error says so ({@link UpstreamError.isOfQuestion}).
 */
type Watch = <Value>(source: Source, ...watched: Watched<Value>) => Promise<Value>;
type Watched<Value> = [read: Read<Value>, operation: Operation, isNamed?: boolean];

/** How long a source is left out that never offered the product. */
const NEVER_OFFERED_MS = 3_600_000;
/** How long a source is left out that offered the product before: one stray answer must not hide it for long. */
const OFFERED_BEFORE_MS = 60_000;
/** Lists whose last attempt failed and that are remembered. Filters make lists without number. */
const FAILING_LISTS_MAX = 10_000;

/** The configured sources and how each fared last. */
export interface SourceBook {
  readonly upstreams: readonly Upstream[];
  states(): readonly SourceState[];
  stateOf(source: Source): SourceState;
  /** The source that these words name, null if none is configured. Without an account: `default`, or the one that has the region. */
  findSource(provider: Source["provider"], regionId: string, account?: string | null): Source | null;
  /** The upstream of one source; undefined if it is not configured. */
  findUpstream(source: Source): Upstream | undefined;
  /** True once anything of the source was read, if only that a list is empty. What was looked for and not found does not count. */
  isKnown(source: Source): boolean;
  /** True while outputs of the source can only be guessed, so that asking for them once more tells nothing new. */
  isStuck(source: Source): boolean;
  /** Why a source is not asked for runs for some time: it does not offer the product. Null if it is asked. */
  leftOut(source: Source): UpstreamError | null;
  /**
   * Passes on what the upstream did and notes how it fared, unless nobody waited for it to the end. A failing attempt counts at
   * once, until a later one succeeds.
   */
  readonly watch: Watch;
  /** The same for what may come about without asking the upstream: notes failures alone. */
  readonly watchFailures: Watch;
  /**
   * As `watch`, for reading runs. A source that never offered that is left out for an hour, one that offered it before for a minute; it fails
   * alike without a call.
   */
  readonly watchRuns: Watch;
  /** As `watchRuns`, for reading the list of this key, whose last attempt is noted beside that of its source. */
  readonly watchList: <Value>(source: Source, key: string, ...watched: Watched<Value>) => Promise<Value>;
  /** As `watchFailures`, for the list of this key. */
  readonly watchListFailures: SourceBook["watchList"];
  /**
   * Why the last attempt to read the list of this key failed; null if it did not.
   * @param readAt when it was read last, also by another gateway; null if it never was
   */
  listFailure(source: Source, key: string, readAt: number | null): SourceFailure | null;
  /** The same for reading results, which a source may offer without runs; noted in `results`. */
  readonly watchResults: Watch;
  /** How reading results fared, which is nothing that a page of runs needs to tell. */
  readonly results: Pick<SourceBook, "stateOf" | "watch">;
  /** The same for reading servers and the agents on them. */
  readonly servers: Pick<SourceBook, "stateOf" | "watch">;
  /** As `watchFailures`, for finding out which lists there are. That there is none, found out another way after a failure, is a success. */
  watchOpening<List>(
    source: Source,
    read: Read<readonly List[]>,
    operation: Operation,
    isNamed?: boolean,
  ): Promise<readonly List[]>;
}

/**
 * Books the sources in the order in which they were configured; all are ok until proven otherwise.
 */
export function createSourceBook(upstreams: readonly Upstream[], clock: Clock): SourceBook {
  const byKey = new Map(upstreams.map((upstream) => [sourceKey(upstream.source), upstream]));
  const fares = createFares(clock);
  // Who offers runs has results and servers: an answer that these are not offered does not tell that one is not there.
  const results = createFares(clock, fares.wasOffered);
  const runs = createOffer(clock, fares);
  const watchIn =
    (offer: Offer, { watch }: Pick<Fares, "watch">): Fares["watch"] =>
    async (source, ...watched) => {
      const why = offer.leftOut(source);
      if (why !== null) throw why;
      const value = await offer.orLeaveOut(source, watch(source, ...watched));
      offer.noteOffered(source);
      return value;
    };
  const watchRuns = watchIn(runs, fares);
  const lists = createListFares({ ...fares, watch: watchRuns }, clock);
  return {
    ...fares,
    ...lists,
    results,
    servers: createFares(clock, fares.wasOffered),
    upstreams,
    states: () => upstreams.map(({ source }) => fares.stateOf(source)),
    findSource: (provider, regionId, account) => findSourceAmong(upstreams, provider, regionId, account),
    findUpstream: (source) => byKey.get(sourceKey(source)),
    isStuck: (source) => byKey.get(sourceKey(source))?.listedOutputs?.isStuck() === true,
    leftOut: runs.leftOut,
    watchRuns,
    watchResults: watchIn(createOffer(clock, results), results),
    watchOpening: (source, read, operation, isNamed) =>
      runs.orLeaveOut(source, fares.watchOpening(source, read, operation, isNamed)),
  };
}

interface Fares extends Pick<SourceBook, "stateOf" | "isKnown" | "watchOpening"> {
  readonly watch: NotingWatch;
  readonly watchFailures: NotingWatch;
  /** True once the source answered any question, if only that what was looked for is not there. */
  wasOffered(source: Source): boolean;
}

/** As {@link Watch}. @param noteOwn is told each failure that is noted of the source */
type NotingWatch = <Value>(source: Source, ...watched: NotedWatched<Value>) => Promise<Value>;
type NotedWatched<Value> = [
  read: Read<Value>,
  operation: Operation,
  isNamed?: boolean,
  noteOwn?: (failure: SourceFailure) => void,
];

/** How each source fared last. @param mayOffer true for a source that is known to offer this although it never answered */
function createFares(clock: Clock, mayOffer: (source: Source) => boolean = () => false): Fares {
  const failures = new Map<string, SourceFailure>();
  const successes = new Map<string, number>();
  const known = new Set<string>();
  const offered = new Set<string>();
  const wasOffered = (source: Source): boolean => offered.has(sourceKey(source));
  const watchAttempts: NotingWatch = async (source, read, operation, isNamed = false, noteOwn = () => {}) => {
    const { signal, deadline } = operation;
    const isNoLonger = (error: UpstreamError): boolean => isLackOfOffer(error) && wasOffered(source);
    const isOfQuestion = (error: UpstreamError): boolean => isNamed && (mayRefuseArgument(error) || isNoLonger(error));
    const note = (error: UpstreamError): void => {
      const failure = toSourceFailure(error);
      failures.set(sourceKey(source), failure);
      noteOwn(failure);
    };
    const noteAttempt = (error: UpstreamError): void => {
      if (!signal.aborted && !isOfQuestion(error)) note(error);
    };
    try {
      return await read(withNotes(operation, noteAttempt));
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const isGivenUp = signal.aborted && clock.elapsed() < deadline;
      if (isNoLonger(error) || (isLackOfOffer(error) && mayOffer(source))) error.wasOffered = true;
      if (isOfQuestion(error)) error.isOfQuestion = true;
      else if (!isGivenUp && !isWaiting(error)) note(error);
      throw error;
    }
  };
  const noteSuccess = (source: Source): void => {
    failures.delete(sourceKey(source));
    successes.set(sourceKey(source), clock.now());
  };
  return {
    stateOf(source) {
      const key = sourceKey(source);
      return { source, error: failures.get(key) ?? null, asOf: successes.get(key) ?? null };
    },
    isKnown: (source) => known.has(sourceKey(source)),
    wasOffered,
    watchFailures: watchAttempts,
    async watchOpening(source, read, operation, isNamed) {
      let own: SourceFailure | null = null;
      const lists = await watchAttempts(source, read, operation, isNamed, (failure) => {
        own = failure;
      });
      // Nobody will read a list, which would tell that what failed on the way does not matter.
      // What others read meanwhile may have failed for a reason that still holds.
      if (lists.length === 0 && failures.get(sourceKey(source)) === own) noteSuccess(source);
      return lists;
    },
    async watch(source, ...watched) {
      const value = await watchAttempts(source, ...watched);
      const isAnswer = !(Array.isArray(value) && value.length === 0);
      if (isAnswer) offered.add(sourceKey(source));
      if (isAnswer && value !== null) known.add(sourceKey(source));
      noteSuccess(source);
      return value;
    },
  };
}

type ListFares = Pick<SourceBook, "watchList" | "watchListFailures" | "listFailure">;

/** How each list of a source fared last. */
function createListFares({ watch, watchFailures }: Pick<Fares, "watch" | "watchFailures">, clock: Clock): ListFares {
  const failures = new LRUCache<string, { readonly failure: SourceFailure; readonly at: number }>({
    max: FAILING_LISTS_MAX,
  });
  const nameOf = (source: Source, key: string): string => `${sourceKey(source)}|${key}`;
  const watchIn =
    (watchSource: NotingWatch): ListFares["watchList"] =>
    async (source, key, read, operation, isNamed) => {
      const name = nameOf(source, key);
      const note = (failure: SourceFailure) => void failures.set(name, { failure, at: clock.now() });
      const value = await watchSource(source, read, operation, isNamed, note);
      failures.delete(name);
      return value;
    };
  return {
    watchList: watchIn(watch),
    watchListFailures: watchIn(watchFailures),
    listFailure(source, key, readAt) {
      const noted = failures.get(nameOf(source, key));
      return noted === undefined || (readAt ?? Number.NEGATIVE_INFINITY) > noted.at ? null : noted.failure;
    },
  };
}

/** What a source may offer or not, such as runs: one that does not is left out for some time. */
interface Offer extends Pick<SourceBook, "leftOut"> {
  orLeaveOut<Value>(source: Source, reading: Promise<Value>): Promise<Value>;
  noteOffered(source: Source): void;
}

function createOffer(clock: Clock, { wasOffered }: Pick<Fares, "wasOffered">): Offer {
  const refusals = new Map<string, { readonly until: number; readonly error: UpstreamError }>();
  return {
    leftOut(source) {
      const why = refusals.get(sourceKey(source));
      return why !== undefined && why.until > clock.elapsed() ? why.error : null;
    },
    async orLeaveOut(source, reading) {
      try {
        return await reading;
      } catch (error) {
        if (error instanceof UpstreamError && isLackOfOffer(error) && error.isOfQuestion !== true) {
          const ms = wasOffered(source) ? OFFERED_BEFORE_MS : NEVER_OFFERED_MS;
          refusals.set(sourceKey(source), { until: clock.elapsed() + ms, error });
        }
        throw error;
      }
    },
    noteOffered: (source) => void refusals.delete(sourceKey(source)),
  };
}

/** True if the source was not asked, to keep within its quota: it did not fail, and its age tells. */
function isWaiting({ code, isPaced, upstreamCode, httpStatus }: UpstreamError): boolean {
  return isPaced === true || (code === "THROTTLED" && upstreamCode === null && httpStatus === null);
}

/** The source that these words name among several; see {@link SourceBook.findSource}. */
export function findSourceAmong(
  upstreams: readonly Pick<Upstream, "source">[],
  provider: Source["provider"],
  regionId: string,
  account?: string | null,
): Source | null {
  const named = upstreams.filter(({ source }) => source.provider === provider && source.regionId === regionId);
  const wanted = account ?? soleAccount(named.map(({ source }) => source.account));
  return named.find(({ source }) => source.account === wanted)?.source ?? null;
}

/** What clients may know of a failed call. */
export function toSourceFailure(error: UpstreamError): SourceFailure {
  return {
    code: error.code,
    message: error.message,
    upstreamCode: error.upstreamCode,
    httpStatus: error.httpStatus,
    requestId: error.requestId,
    retryable: error.retryable,
    retryAfterMs: error.retryAfterMs,
  };
}

// Without an account the words mean `default`, or the one account that has the region.
function soleAccount(accounts: readonly string[]): string {
  return accounts.includes("default") || accounts.length !== 1 ? "default" : (accounts[0] ?? "default");
}
