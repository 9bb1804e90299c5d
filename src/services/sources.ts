import { type Operation, type Source, sourceKey, UpstreamError } from "#domain";
import type { Upstream } from "#upstreams";
import type { Services, SourceFailure, SourceState } from "./contract.ts";

/** The configured sources and how each fared last. */
export interface SourceBook {
  readonly upstreams: readonly Upstream[];
  states(): readonly SourceState[];
  readonly findSource: Services["findSource"];
  /** The upstream of one source; undefined where it is not configured. */
  findUpstream(source: Source): Upstream | undefined;
  /** True where the source failed when it was last asked. */
  isFailing(source: Source): boolean;
  /** Passes on what the upstream did and notes how it fared, unless nobody waited for it to the end. */
  watch<Value>(source: Source, reading: Promise<Value>, operation: Operation): Promise<Value>;
}

/**
 * Books the sources in the order in which they were configured; all are ok until proven otherwise.
 * @param now by the clock's `elapsed`.
 */
export function createSourceBook(upstreams: readonly Upstream[], now: () => number): SourceBook {
  const byKey = new Map(upstreams.map((upstream) => [sourceKey(upstream.source), upstream]));
  const failures = new Map<string, SourceFailure>();
  return {
    upstreams,
    states: () => upstreams.map(({ source }) => ({ source, error: failures.get(sourceKey(source)) ?? null })),
    findSource: (provider, regionId, account) =>
      upstreams.find(
        ({ source }) =>
          source.provider === provider &&
          source.regionId === regionId &&
          source.account === (account ?? soleAccount(upstreams, provider, regionId)),
      )?.source ?? null,
    findUpstream: (source) => byKey.get(sourceKey(source)),
    isFailing: (source) => failures.has(sourceKey(source)),
    async watch(source, reading, { signal, deadline }) {
      try {
        const value = await reading;
        failures.delete(sourceKey(source));
        return value;
      } catch (error) {
        const isGivenUp = signal.aborted && now() < deadline;
        if (error instanceof UpstreamError && !isGivenUp) failures.set(sourceKey(source), toSourceFailure(error));
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
