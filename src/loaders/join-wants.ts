import type { Wants } from "#domain";

/** One text per kind of wants. */
export function wantsKey(wants: Wants): string {
  return `${wants.output ? "output" : ""},${wants.content ? "content" : ""}`;
}

/**
 * What is to be read for each key, in key order: all that is wanted of what it names. What is asked for twice in one tick, once
 * with more, is then read once; what is asked for with less alone is read with no more.
 * @param nameOf equal exactly for keys that name the same
 */
export function joinWants<Key extends { readonly wants: Wants }>(
  keys: readonly Key[],
  nameOf: (key: Key) => string,
): readonly Wants[] {
  const [first] = keys;
  // The rows of a page nearly always want the same.
  if (first === undefined || keys.every(({ wants }) => isSame(wants, first.wants)))
    return keys.map(({ wants }) => wants);
  const joined = new Map<string, Wants>();
  for (const key of keys) {
    const known = joined.get(nameOf(key));
    joined.set(nameOf(key), known === undefined ? key.wants : join(known, key.wants));
  }
  return keys.map((key) => joined.get(nameOf(key)) ?? key.wants);
}

function join(a: Wants, b: Wants): Wants {
  return { output: a.output || b.output, content: a.content || b.content };
}

function isSame(a: Wants, b: Wants): boolean {
  return a.output === b.output && a.content === b.content;
}
