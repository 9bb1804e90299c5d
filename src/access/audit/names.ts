/** Names that occurred: the first hundred one by one, of all the number. */
export interface Names {
  add(name: string): void;
  readonly first: readonly string[];
  readonly count: number;
}

const MAX_LISTED = 100;
// More than any operation has; an export that passes it counts on without telling names apart.
const MAX_DISTINCT = 50_000;

/** Counts distinct names, up to 50,000; beyond, each name that is new or too late counts. */
export function createNames(): Names {
  const seen = new Set<string>();
  let beyond = 0;
  return {
    add(name) {
      if (seen.has(name)) return;
      if (seen.size < MAX_DISTINCT) seen.add(name);
      else beyond += 1;
    },
    get first() {
      return [...seen].slice(0, MAX_LISTED);
    },
    get count() {
      return seen.size + beyond;
    },
  };
}
