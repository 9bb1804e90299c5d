import { type Kysely, sql } from "kysely";
import { type Clock, PROVIDERS, type Source } from "#domain";
import type { RunChange } from "../contract/index.ts";
import { fromOrderedText } from "./ordered-text.ts";
import { readRows } from "./run-rows.ts";
import type { Tables } from "./tables.ts";

/** Learns what other processes write. */
export interface RemoteChanges {
  /** Runs that others wrote since the last time, in no order; none the first time. */
  poll(): Promise<readonly RunChange[]>;
}

/** What is looked through for changes. */
export interface RemoteChangesParts {
  readonly db: Kysely<Tables>;
  readonly schema: string;
  /** This process, whose own changes are not told. */
  readonly writer: string;
}

/** How often a process looks for what others wrote, while anybody listens. */
export const POLL_MS = 250;
const CHANGES_MAX = 1_000;

/**
 * Looks by the number of the transaction: what had no number yet the last time, and what was open then and is over now. So nothing is
 * passed over, and a long transaction of somebody else holds nothing back. Needs no session, so it works behind a pooler, where
 * NOTIFY does not.
 */
export function createRemoteChanges({ db, schema, writer }: RemoteChangesParts): RemoteChanges {
  const run = sql.table(`${schema}.run`);
  const sources = new Map<string, Source>();
  let last: Seen | null = null;

  async function findChanged(since: Seen, now: Seen): Promise<readonly ChangedRow[]> {
    const { rows } = await sql<ChangedRow>`
      select id, source_key, changed_in::text as changed_in, created_in >= ${since.end}::xid8
        or created_in = any(${since.open}::text[]::xid8[]) as is_new from ${run} as run
      where (changed_in = any(${since.open}::text[]::xid8[]) or changed_in >= ${since.end}::xid8 and changed_in < ${now.end}::xid8)
        and changed_in <> all(${now.open}::text[]::xid8[]) and changed_by <> ${writer}
      order by run.changed_in fetch first ${CHANGES_MAX} rows with ties`.execute(db);
    for (const { source_key } of rows) {
      // A newer gateway on the same tables may know more products.
      const source = sources.get(source_key) ?? readSource(source_key);
      if (source !== null) sources.set(source_key, source);
    }
    return rows;
  }

  async function toChanges(rows: readonly ChangedRow[]): Promise<readonly RunChange[]> {
    const runs = await readRows(
      db,
      schema,
      rows.map(({ id }) => id),
      sources,
    );
    const known = new Map(runs.map((row) => [row.id, row.run]));
    return rows.flatMap(({ id, is_new }) => {
      const after = known.get(id);
      return after === undefined ? [] : [{ before: is_new ? null : undefined, after }];
    });
  }

  return {
    async poll() {
      const now = await look(db);
      const rows = last === null ? [] : await findChanged(last, now);
      const changes = await toChanges(rows);
      const reached = rows.length < CHANGES_MAX ? null : rows.at(-1)?.changed_in;
      last = last === null || reached == null ? now : seenUntil(reached, last, now);
      return changes;
    },
  };
}

/** Which transactions a look saw the end of. Numbers of PostgreSQL, as texts. */
interface Seen {
  /** This one and all that are higher had not ended. */
  readonly end: string;
  /** Lower ones that were not over. */
  readonly open: readonly string[];
}

interface ChangedRow {
  readonly id: number;
  readonly source_key: string;
  readonly is_new: boolean;
  readonly changed_in: string;
}

async function look(db: Kysely<Tables>): Promise<Seen> {
  const { rows } =
    await sql<Seen>`select pg_snapshot_xmax(seen)::text as end, array(select pg_snapshot_xip(seen)::text) as open
    from pg_current_snapshot() as seen`.execute(db);
  return rows[0] ?? { end: "0", open: [] };
}

/** What counts as seen if more changed than fits: all that this transaction and lower ones changed; the rest comes next. */
function seenUntil(reached: string, before: Seen, now: Seen): Seen {
  const end = String(BigInt(reached) + 1n);
  const isBelow = (number: string): boolean => BigInt(number) < BigInt(end);
  if (BigInt(reached) >= BigInt(before.end)) return { end, open: now.open.filter(isBelow) };
  return { end: before.end, open: before.open.filter((number) => !isBelow(number) || now.open.includes(number)) };
}

function readSource(sourceKey: string): Source | null {
  const [name, account = "", regionId = ""] = fromOrderedText(sourceKey).split("\t");
  const provider = PROVIDERS.find((one) => one === name);
  return provider === undefined ? null : { provider, account, regionId };
}

/** Looks again and again until the signal aborts. A database that is away is told of by those who read it. */
export async function followRemoteChanges(
  changes: RemoteChanges,
  clock: Clock,
  tell: (changes: readonly RunChange[]) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const found = await changes.poll().catch(() => []);
    if (found.length > 0 && !signal.aborted) tell(found);
    await clock.sleep(POLL_MS, signal);
  }
}
