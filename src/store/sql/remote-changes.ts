import { type Kysely, sql } from "kysely";
import { type Clock, PROVIDERS, type Source } from "#domain";
import type { RunChange } from "../run-store.ts";
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
 * Looks by the number of the transaction, up to the oldest one that is still open: what commits later has that number or a higher one, so
 * nothing is passed over. Needs no session, so it works behind a pooler, where NOTIFY does not.
 */
export function createRemoteChanges({ db, schema, writer }: RemoteChangesParts): RemoteChanges {
  const run = sql.table(`${schema}.run`);
  const sources = new Map<string, Source>();
  let from: string | null = null;

  async function findChanged(since: string, until: string): Promise<readonly ChangedRow[]> {
    const { rows } = await sql<ChangedRow>`
      select id, source_key, created_in >= ${since}::xid8 as is_new, changed_in::text as changed_in from ${run}
      where changed_in >= ${since}::xid8 and changed_in < ${until}::xid8 and changed_by <> ${writer}
      order by changed_in limit ${CHANGES_MAX}`.execute(db);
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
      const until = await oldestOpen(db);
      const since = from ?? until;
      const rows = since === until ? [] : await findChanged(since, until);
      const changes = await toChanges(rows);
      // Of more than fit, the rest comes next; those of the last transaction may come twice.
      from = rows.length < CHANGES_MAX ? until : (rows.at(-1)?.changed_in ?? until);
      return changes;
    },
  };
}

interface ChangedRow {
  readonly id: number;
  readonly source_key: string;
  readonly is_new: boolean;
  readonly changed_in: string;
}

async function oldestOpen(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ until: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as until`.execute(
    db,
  );
  return rows[0]?.until ?? "0";
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
