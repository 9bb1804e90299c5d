import type { SourceErrorCode } from "#domain";
import type { PageSource } from "./page-source.ts";

// What tells most comes first: what a person has to change, before what passes without anybody.
const TELLING: Readonly<Record<SourceErrorCode, number>> = {
  UNAUTHENTICATED: 0,
  FORBIDDEN: 1,
  THROTTLED: 2,
  UNAVAILABLE: 3,
  UNREACHABLE: 4,
  TIMEOUT: 5,
  BAD_RESPONSE: 6,
  NOT_FOUND: 7,
  UNKNOWN: 8,
  NOT_SUPPORTED: 9,
};

/**
 * A page for which nothing is known of any source that was asked is an error and not an empty page.
 * @throws UpstreamError the most telling one
 */
export function refuseIfAllFailed(parts: readonly PageSource[], taken: number, lagging: readonly PageSource[]): void {
  const asked = parts.filter(({ wasAsked }) => wasAsked);
  const failures = asked.flatMap(({ failure }) => failure ?? []);
  const isAnyAnswered = asked.some((part) => !lagging.includes(part));
  if (taken > 0 || failures.length === 0 || isAnyAnswered) return;
  const [worst] = [...failures].sort((a, b) => TELLING[a.code] - TELLING[b.code]);
  if (worst !== undefined) throw worst;
}
