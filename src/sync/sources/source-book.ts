import {
  type Clock,
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
 * @param isNamed true if the question names something, such as a run or a server: if that is refused, this question alone fails, and nothing is
 *   noted of the source. The error says so ({@link UpstreamError.isOfQuestion}).
 */
type Watch = <Value>(source: Source, read: Read<Value>, operation: Operation, isNamed?: boolean) => Promise<Value>;

/** How long a source that does not offer the product is left out. */
const NOT_SUPPORTED_MS = 3_600_000;

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
  /** Why a source is not asked for runs within this hour: it does not offer the product. Null if it is asked. */
  leftOut(source: Source): UpstreamError | null;
  /**
   * Passes on what the upstream did and notes how it fared, unless nobody waited for it to the end. A failing attempt counts at
   * once, until a later one succeeds.
   */
  readonly watch: Watch;
  /** The same for what may come about without asking the upstream: notes failures alone. */
  readonly watchFailures: Watch;
  /** As `watch`, for reading runs: a source that does not offer that is left out for an hour, and fails alike without a call. */
  readonly watchRuns: Watch;
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
  const results = createFares(clock);
  const runs = createOffer(clock);
  const watchIn =
    (offer: Offer, { watch }: Pick<Fares, "watch">): SourceBook["watch"] =>
    async (source, read, operation, isNamed) => {
      const why = offer.leftOut(source);
      if (why !== null) throw why;
      const value = await offer.orLeaveOut(source, watch(source, read, operation, isNamed));
      offer.noteOffered(source);
      return value;
    };
  return {
    ...fares,
    results,
    servers: createFares(clock),
    upstreams,
    states: () => upstreams.map(({ source }) => fares.stateOf(source)),
    findSource: (provider, regionId, account) => findSourceAmong(upstreams, provider, regionId, account),
    findUpstream: (source) => byKey.get(sourceKey(source)),
    isStuck: (source) => byKey.get(sourceKey(source))?.listedOutputs?.isStuck() === true,
    leftOut: runs.leftOut,
    watchRuns: watchIn(runs, fares),
    watchResults: watchIn(createOffer(clock), results),
    watchOpening: (source, read, operation, isNamed) =>
      runs.orLeaveOut(source, fares.watchOpening(source, read, operation, isNamed)),
  };
}

type Fares = Pick<SourceBook, "stateOf" | "isKnown" | "watch" | "watchFailures" | "watchOpening">;

/** How each source fared last. */
function createFares(clock: Clock): Fares {
  const failures = new Map<string, SourceFailure>();
  const successes = new Map<string, number>();
  const known = new Set<string>();
  const note = (source: Source, error: UpstreamError): SourceFailure => {
    const failure = toSourceFailure(error);
    failures.set(sourceKey(source), failure);
    return failure;
  };
  const watchAttempts = async <Value>(
    source: Source,
    read: Read<Value>,
    operation: Operation,
    isNamed = false,
    noteOwn?: (failure: SourceFailure) => void,
  ): Promise<Value> => {
    const { signal, deadline } = operation;
    const isOfQuestion = (error: UpstreamError): boolean => isNamed && mayRefuseArgument(error);
    const noteAttempt = (error: UpstreamError): void => {
      if (signal.aborted || isOfQuestion(error)) return;
      const failure = note(source, error);
      noteOwn?.(failure);
    };
    try {
      return await read(withNotes(operation, noteAttempt));
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const isGivenUp = signal.aborted && clock.elapsed() < deadline;
      if (isOfQuestion(error)) error.isOfQuestion = true;
      else if (!isGivenUp && !isWaiting(error)) note(source, error);
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
    async watch(source, read, operation, isNamed) {
      const value = await watchAttempts(source, read, operation, isNamed);
      if (value !== null && !(Array.isArray(value) && value.length === 0)) known.add(sourceKey(source));
      noteSuccess(source);
      return value;
    },
  };
}

/** What a source may offer or not, such as runs: one that does not is left out for an hour. */
interface Offer extends Pick<SourceBook, "leftOut"> {
  orLeaveOut<Value>(source: Source, reading: Promise<Value>): Promise<Value>;
  noteOffered(source: Source): void;
}

function createOffer(clock: Clock): Offer {
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
        if (error instanceof UpstreamError && error.code === "NOT_SUPPORTED") {
          refusals.set(sourceKey(source), { until: clock.elapsed() + NOT_SUPPORTED_MS, error });
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
