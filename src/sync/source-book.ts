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
  /** True within the hour in which a source that does not offer the product is not asked for lists again. */
  isLeftOut(source: Source): boolean;
  /** Passes on what the upstream did and notes how it fared, unless nobody waited for it to the end. */
  watch<Value>(source: Source, reading: Promise<Value>, operation: Operation): Promise<Value>;
}

/**
 * Books the sources in the order in which they were configured; all are ok until proven otherwise.
 */
export function createSourceBook(upstreams: readonly Upstream[], clock: Clock): SourceBook {
  const byKey = new Map(upstreams.map((upstream) => [sourceKey(upstream.source), upstream]));
  const failures = new Map<string, SourceFailure>();
  const successes = new Map<string, number>();
  const leftOutUntil = new Map<string, number>();
  const stateOf = (source: Source): SourceState => {
    const key = sourceKey(source);
    return { source, error: failures.get(key) ?? null, asOf: successes.get(key) ?? null };
  };
  const noteFailure = (source: Source, error: UpstreamError): void => {
    failures.set(sourceKey(source), toSourceFailure(error));
    if (error.code === "NOT_SUPPORTED") leftOutUntil.set(sourceKey(source), clock.elapsed() + NOT_SUPPORTED_MS);
  };
  return {
    upstreams,
    states: () => upstreams.map(({ source }) => stateOf(source)),
    stateOf,
    findSource: (provider, regionId, account) => findSourceAmong(upstreams, provider, regionId, account),
    findUpstream: (source) => byKey.get(sourceKey(source)),
    isFailing: (source) => failures.has(sourceKey(source)),
    isLeftOut: (source) => (leftOutUntil.get(sourceKey(source)) ?? Number.NEGATIVE_INFINITY) > clock.elapsed(),
    async watch(source, reading, { signal, deadline }) {
      try {
        const value = await reading;
        failures.delete(sourceKey(source));
        leftOutUntil.delete(sourceKey(source));
        successes.set(sourceKey(source), clock.now());
        return value;
      } catch (error) {
        const isGivenUp = signal.aborted && clock.elapsed() < deadline;
        if (error instanceof UpstreamError && !isGivenUp && error.isPaced !== true) noteFailure(source, error);
        throw error;
      }
    },
  };
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
