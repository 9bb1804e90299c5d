import { type Clock, type Operation, type Source, type SourceErrorCode, sourceKey, UpstreamError } from "#domain";
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
  /** True when the source failed when it was last asked. */
  isFailing(source: Source): boolean;
  /** Why a source is not asked for lists within this hour: it does not offer the product. Null if it is asked. */
  leftOut(source: Source): UpstreamError | null;
  /** Passes on what the upstream did and notes how it fared, unless nobody waited for it to the end. */
  watch<Value>(source: Source, reading: Promise<Value>, operation: Operation): Promise<Value>;
  /** The same for reading a list: a source that does not offer that is left out for an hour. */
  watchList<Value>(source: Source, reading: Promise<Value>, operation: Operation): Promise<Value>;
}

/**
 * Books the sources in the order in which they were configured; all are ok until proven otherwise.
 */
export function createSourceBook(upstreams: readonly Upstream[], clock: Clock): SourceBook {
  const byKey = new Map(upstreams.map((upstream) => [sourceKey(upstream.source), upstream]));
  const failures = new Map<string, SourceFailure>();
  const successes = new Map<string, number>();
  const leftOut = new Map<string, { readonly until: number; readonly error: UpstreamError }>();
  const stateOf = (source: Source): SourceState => {
    const key = sourceKey(source);
    return { source, error: failures.get(key) ?? null, asOf: successes.get(key) ?? null };
  };
  const noteFailure = (source: Source, error: UpstreamError): void => {
    failures.set(sourceKey(source), toSourceFailure(error));
  };
  async function watch<Value>(source: Source, reading: Promise<Value>, operation: Operation): Promise<Value> {
    try {
      const value = await reading;
      failures.delete(sourceKey(source));
      successes.set(sourceKey(source), clock.now());
      return value;
    } catch (error) {
      const isGivenUp = operation.signal.aborted && clock.elapsed() < operation.deadline;
      if (error instanceof UpstreamError && !isGivenUp && error.isPaced !== true) noteFailure(source, error);
      throw error;
    }
  }

  return {
    upstreams,
    states: () => upstreams.map(({ source }) => stateOf(source)),
    stateOf,
    findSource: (provider, regionId, account) =>
      upstreams.find(
        ({ source }) =>
          source.provider === provider &&
          source.regionId === regionId &&
          source.account === (account ?? soleAccount(upstreams, provider, regionId)),
      )?.source ?? null,
    findUpstream: (source) => byKey.get(sourceKey(source)),
    isFailing: (source) => failures.has(sourceKey(source)),
    leftOut(source) {
      const known = leftOut.get(sourceKey(source));
      return known !== undefined && known.until > clock.elapsed() ? known.error : null;
    },
    watch,
    async watchList(source, reading, operation) {
      try {
        const value = await watch(source, reading, operation);
        leftOut.delete(sourceKey(source));
        return value;
      } catch (error) {
        if (error instanceof UpstreamError && error.code === "NOT_SUPPORTED") {
          leftOut.set(sourceKey(source), { until: clock.elapsed() + NOT_SUPPORTED_MS, error });
        }
        throw error;
      }
    },
  };
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
function soleAccount(upstreams: readonly Upstream[], provider: Source["provider"], regionId: string): string {
  const accounts = upstreams
    .filter(({ source }) => source.provider === provider && source.regionId === regionId)
    .map(({ source }) => source.account);
  return accounts.includes("default") || accounts.length !== 1 ? "default" : (accounts[0] ?? "default");
}
