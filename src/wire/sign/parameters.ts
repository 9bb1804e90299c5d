import type { ParameterValue } from "../call/index.ts";

const LONE_SURROGATE = /\p{Surrogate}/gu;
const LEFT_BY_URI_ENCODING = /[!'()*]/g;

/**
 * Parameters as sorted pairs of an encoded query, which is both what is signed and what is sent. Lists become `Name.1`, `Name.2` …,
 * objects `Name.Key`; null and undefined are left out, an empty text stays as `Name=`. Rests on the vendor's RPC style.
 */
export function toCanonicalQuery(parameters: Readonly<Record<string, ParameterValue>>): string {
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(parameters)) flatten(name, value, pairs);
  pairs.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join("&");
}

function flatten(name: string, value: ParameterValue, pairs: [string, string][]): void {
  if (value === null || value === undefined) return;
  if (typeof value !== "object") {
    pairs.push([name, String(value)]);
    return;
  }
  // The vendor counts the members of a list from 1.
  const members = Array.isArray(value)
    ? value.map((member, index) => [index + 1, member] as const)
    : Object.entries(value);
  for (const [key, member] of members) flatten(`${name}.${key}`, member, pairs);
}

/** RFC 3986 over UTF-8: only letters, digits and `-_.~` stay. Half a surrogate pair, which UTF-8 cannot carry, becomes U+FFFD. */
function percentEncode(text: string): string {
  return encodeURIComponent(text.replace(LONE_SURROGATE, "\uFFFD")).replace(
    LEFT_BY_URI_ENCODING,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
