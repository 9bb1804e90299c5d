/** Cache settings for Apollo Client: `new InMemoryCache({ possibleTypes, typePolicies })`. Imports nothing of it. */
import { CONNECTIONS, POSSIBLE_TYPES } from "./generated/schema-facts.ts";

/** A field's policy, as far as it is used. */
export interface ConnectionPolicy {
  readonly keyArgs: readonly string[];
  merge(existing: StoredPages | undefined, incoming: StoredPages, options: MergeOptions): StoredPages;
}

/** Pages of one list in the cache; which of `nodes` and `edges` there are is the documents' choice. */
export interface StoredPages {
  readonly nodes?: readonly unknown[];
  readonly edges?: readonly unknown[];
  readonly pageInfo?: Readonly<Record<string, unknown>>;
  /** Where each page ends: its cursor, and how many rows there are up to it. */
  readonly pages?: readonly { readonly endCursor: unknown; readonly rows: number }[];
}

/** What Apollo Client tells of the field that is merged. */
export interface MergeOptions {
  readonly args: Readonly<Record<string, unknown>> | null;
}

/** Object types behind each interface and union. */
export const possibleTypes: Record<string, string[]> = Object.fromEntries(
  Object.entries(POSSIBLE_TYPES).map(([name, types]) => [name, [...types]]),
);

/**
 * Policies by which every list gathers its pages: `fetchMore({ variables: { after: pageInfo.endCursor } })` adds rows to `nodes` and
 * `edges` alike. Without `after` a list begins anew; behind an earlier page it goes on from there.
 */
export const typePolicies: Record<string, { fields: Record<string, ConnectionPolicy> }> = Object.fromEntries(
  Object.entries(CONNECTIONS).map(([type, fields]) => [
    type,
    {
      fields: Object.fromEntries(
        Object.entries<readonly string[]>(fields).map(([name, keyArgs]) => [name, { keyArgs, merge: mergePages }]),
      ),
    },
  ]),
);

function mergePages(existing: StoredPages | undefined, incoming: StoredPages, { args }: MergeOptions): StoredPages {
  const after = args?.after;
  const { pages = [] } = existing ?? {};
  const at = typeof after === "string" ? pages.findIndex(({ endCursor }) => endCursor === after) : -1;
  const kept = pages[at]?.rows ?? 0;
  const nodes = join(existing?.nodes, incoming.nodes, kept);
  const edges = join(existing?.edges, incoming.edges, kept);
  const rows = nodes?.length ?? edges?.length ?? 0;
  return {
    ...incoming,
    ...(nodes && { nodes }),
    ...(edges && { edges }),
    pages: [...pages.slice(0, at + 1), { endCursor: incoming.pageInfo?.endCursor, rows }],
  };
}

function join(
  existing: readonly unknown[] | undefined,
  incoming: readonly unknown[] | undefined,
  kept: number,
): readonly unknown[] | undefined {
  return incoming && [...(existing ?? []).slice(0, kept), ...incoming];
}
