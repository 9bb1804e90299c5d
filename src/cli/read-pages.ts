import { GatewayError } from "../client/index.ts";
import type { Source } from "./sources.ts";
import { CommandError } from "./terminal/index.ts";

/** What commands read of a page. */
interface Page<Row> {
  readonly nodes: readonly (Row | null)[];
  readonly sources: readonly Source[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

/** How many rows are wanted, and behind which cursor. */
export interface PagesWanted {
  readonly limit: number;
  /** `pageInfo.endCursor` of an earlier page with the same filter. */
  readonly after?: string | undefined;
}

/** Rows of all pages that were read. */
export interface ReadPages<Row, Read> {
  readonly rows: readonly Row[];
  readonly sources: readonly Source[];
  readonly last: Read;
  /** True if a higher limit would give more. */
  readonly hasMore: boolean;
  /** Why a later page could not be read; null if none failed. */
  readonly failure: GatewayError | null;
}

const PAGE_SIZE = 100;
const PAGES_MAX = 1000;

/**
 * Reads pages until there are as many rows as are wanted, or no more. If a page behind the first one fails, gives what was read, and why
 * that is not all.
 * @throws GatewayError if the first page fails @throws CommandError if it is null
 */
export async function readPages<Row, Read extends Page<Row>>(
  { limit, after }: PagesWanted,
  read: (first: number, after: string | null) => Promise<Read | null>,
): Promise<ReadPages<Row, Read>> {
  const rows: Row[] = [];
  const sources: Source[] = [];
  let cursor = after ?? null;
  let last: Read | null = null;
  let failure: GatewayError | null = null;
  for (let pages = 1; ; pages += 1) {
    const page: Read | null = await read(Math.min(PAGE_SIZE, limit - rows.length), cursor).catch((error: unknown) => {
      if (last === null || !(error instanceof GatewayError)) throw error;
      failure = error;
      return null;
    });
    if (page === null && last !== null) return { rows, sources, last, hasMore: false, failure };
    if (page === null) throw new CommandError("The gateway gave no list.");
    rows.push(...page.nodes.filter((node) => node !== null));
    sources.push(...page.sources);
    last = page;
    const { hasNextPage, endCursor = null } = page.pageInfo;
    const isEnd = !hasNextPage || endCursor === null || endCursor === cursor;
    if (isEnd || rows.length >= limit || pages >= PAGES_MAX) return { rows, sources, last, hasMore: !isEnd, failure };
    cursor = endCursor;
  }
}
