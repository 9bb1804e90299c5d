import type { Projection } from "#domain";

/** One text per projection. */
export function projectionKey(projection: Projection): string {
  return `${projection.output ? "output" : ""},${projection.content ? "content" : ""}`;
}

/**
 * What is to be read for each key, in key order: all that is wanted of what it names. What is asked for twice in one tick, once
 * with more, is then read once; what is asked for with less alone is read with no more.
 * @param nameOf equal exactly for keys that name the same
 */
export function joinProjection<Key extends { readonly projection: Projection }>(
  keys: readonly Key[],
  nameOf: (key: Key) => string,
): readonly Projection[] {
  const [first] = keys;
  // The rows of a page nearly always want the same.
  if (first === undefined || keys.every(({ projection }) => isSame(projection, first.projection)))
    return keys.map(({ projection }) => projection);
  const joined = new Map<string, Projection>();
  for (const key of keys) {
    const known = joined.get(nameOf(key));
    joined.set(nameOf(key), known === undefined ? key.projection : join(known, key.projection));
  }
  return keys.map((key) => joined.get(nameOf(key)) ?? key.projection);
}

function join(a: Projection, b: Projection): Projection {
  return { output: a.output || b.output, content: a.content || b.content };
}

function isSame(a: Projection, b: Projection): boolean {
  return a.output === b.output && a.content === b.content;
}
