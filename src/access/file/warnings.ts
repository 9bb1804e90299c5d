import type { AccessFile, KeySettings } from "./access-file.ts";

/** How long before its end a key is told of: time to make a second one, and to give it to its program. */
const SOON_MS = 14 * 86_400_000;
const NAMED_MAX = 10;

/**
 * What people should know of a file that can be used: what of it gives nothing, and of its keys, by their names alone, which have
 * expired, which will within 14 days, and that nobody can come in any more. @param now epoch milliseconds
 */
export function describeWarnings({ doubts, keys, oidc, proxy }: AccessFile, now: number): readonly string[] {
  const endsBefore = (end: number) => keys.filter(({ expiresAt }) => expiresAt !== null && expiresAt <= end);
  const expired = endsBefore(now);
  const soon = endsBefore(now + SOON_MS).filter((key) => !expired.includes(key));
  const isShut = keys.length > 0 && expired.length === keys.length && oidc.length === 0 && proxy === null;
  return [
    ...doubts.map((doubt) => `ACCESS_FILE: ${doubt}`),
    ...(expired.length === 0 ? [] : [`ACCESS_FILE: keys have expired and are refused: ${nameEnds(expired)}`]),
    ...(soon.length === 0 ? [] : [`ACCESS_FILE: keys expire within 14 days: ${nameEnds(soon)}`]),
    ...(isShut ? ["ACCESS_FILE: every key has expired, and there is no other way in: nobody is let in"] : []),
  ];
}

function nameEnds(keys: readonly KeySettings[]): string {
  const named = keys
    .slice(0, NAMED_MAX)
    .map(({ name, expiresAt }) => `${name} (${new Date(expiresAt ?? 0).toISOString()})`);
  const others = keys.length - named.length;
  return [...named, ...(others > 0 ? [`and ${others} more`] : [])].join(", ");
}
