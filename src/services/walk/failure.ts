import type { SourceErrorCode } from "#domain";
import { isNeverOffered, type PageSource } from "./source.ts";

// What tells most comes first: what a person has to change, before what passes without anybody.
const TELLING: Readonly<Record<SourceErrorCode, number>> = {
  UNAUTHENTICATED: 0,
  FORBIDDEN: 1,
  BAD_REQUEST: 2,
  THROTTLED: 3,
  UNAVAILABLE: 4,
  UNREACHABLE: 5,
  TIMEOUT: 6,
  BAD_RESPONSE: 7,
  NOT_FOUND: 8,
  UNKNOWN: 9,
  NOT_SUPPORTED: 10,
};

/**
 * An empty page for which nothing is known of any source that was asked is an error.
 * @param unanswered those that did not answer, and of which nothing is known
 * @throws UpstreamError the most telling one
 */
export function refuseIfAllFailed(parts: readonly PageSource[], unanswered: readonly PageSource[]): void {
  const asked = parts.filter(({ wasAsked }) => wasAsked);
  const failures = asked.flatMap(({ failure }) => failure ?? []);
  // A source that does not offer the product owes nothing, and answers nothing either.
  const answersNothing = (part: PageSource): boolean => unanswered.includes(part) || isNeverOffered(part);
  if (failures.length === 0 || !asked.every(answersNothing)) return;
  const [worst] = [...failures].sort((a, b) => TELLING[a.code] - TELLING[b.code]);
  if (worst !== undefined) throw worst;
}
