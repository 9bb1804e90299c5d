import { type Kysely, sql, type Transaction } from "kysely";
import { DatabaseProblem } from "./problem.ts";
import type { Tables } from "./tables.ts";

/** Stands for some numbers of runs: such a statement is carried out piece by piece, since no statement is waited for that long. */
const SOME = "between :first and :last";
const RUNS_PER_PIECE = 1_000;

/** An instant of a record, which has 24 characters, in milliseconds. */
const told = (member: string): string =>
  `(extract(epoch from substr(record::text, nullif(position('"${member}":"' in record::text), 0) + ${member.length + 4}, 24)::timestamptz) * 1000)::bigint`;
const TOLD_START = told("startTime");
const TOLD_END = told("finishTime");

/**
 * Each step of the tables, oldest first; a step that was released never changes. PostgreSQL 15 is the oldest server, so nothing
 * newer than its SQL. Names without a schema lie in the keeper's own.
 */
const STEPS: readonly (readonly string[])[] = [
  [
    `create table content (id uuid primary key, text text not null, bytes bytea, used_day int not null)`,
    `create index content_by_day on content (used_day)`,
    `create table source (source_key text collate "C" primary key, cut_at bigint not null)`,
    `create table list (
       source_key text collate "C" not null, list_key text collate "C" not null,
       spans json not null, notes json not null, read_at bigint,
       primary key (source_key, list_key))`,
    `create table run (
       id bigint generated always as identity primary key,
       source_key text collate "C" not null, invoke_id text collate "C" not null, age bigint not null,
       status text not null, is_open boolean not null, has_schedule boolean not null,
       command_id text collate "C", command_name text collate "C", command_type text, labels text[] not null,
       record json not null, script_state smallint not null, script uuid references content,
       read_at bigint not null, is_gone boolean not null,
       created_in xid8 not null default pg_current_xact_id(), changed_in xid8 not null default pg_current_xact_id(),
       changed_by text not null,
       unique (source_key, invoke_id)) with (fillfactor = 80)`,
    `create index run_order on run (age, source_key, invoke_id)`,
    `create index run_by_source on run (source_key, age, invoke_id)`,
    `create index run_by_status on run (status, age, source_key, invoke_id)`,
    `create index run_by_command on run (command_name, age, source_key, invoke_id)`,
    `create index run_by_command_id on run (command_id, age, source_key, invoke_id)`,
    `create index run_open on run (source_key, age) where is_open and not is_gone`,
    `create index run_by_change on run (changed_in)`,
    `create index run_by_script on run (script) where script is not null`,
    `create table execution (
       run bigint not null references run on delete cascade, instance_id text collate "C" not null, place int not null,
       status text not null, record json not null,
       output_state smallint not null, output uuid references content, dropped_bytes bigint, is_guess boolean not null,
       read_at bigint, primary key (run, instance_id))`,
    `create index execution_by_instance on execution (instance_id, run)`,
    `create index execution_by_output on execution (output) where output is not null`,
    `create table loose_result (
       source_key text collate "C" not null, invoke_id text collate "C" not null, instance_id text collate "C" not null,
       record json not null,
       output_state smallint not null, output uuid references content, dropped_bytes bigint, is_guess boolean not null,
       read_at bigint not null, primary key (source_key, invoke_id, instance_id))`,
    `create index loose_result_by_output on loose_result (output) where output is not null`,
    `create index loose_result_by_time on loose_result (read_at)`,
  ],
  // What collecting still has to read: few rows once it has caught up.
  [`create index execution_unread on execution (run) where output_state = 0`],
  [
    `alter table list add column epoch int not null default 0, add column written_by text not null default ''`,
    `create table replica (name text collate "C" primary key, seen_at timestamptz not null) with (fillfactor = 50)`,
    `create table lease (subject text collate "C" primary key, holder text collate "C" not null)`,
    `create index lease_by_holder on lease (holder)`,
    `create table quota (
       subject text collate "C" primary key, held jsonb not null,
       lesson json, taught_by text, taught_at timestamptz) with (fillfactor = 50)`,
  ],
  // What is asked of runs and lay in their records alone. Records with escapes that PostgreSQL refuses wait until they are written again.
  [
    `alter table run add column searched_name text collate "C", add column repeat_mode text collate "C", add column finished_at bigint`,
    `alter table execution add column error_code text collate "C", add column exit_code bigint`,
    `update execution set error_code = record->'error'->>'code', exit_code = (record->>'exitCode')::bigint
     where run ${SOME} and record::text !~ '\\\\u(0000|d[89a-f])'`,
    `update run set searched_name = lower(command_name) where id ${SOME} and command_name is not null`,
    `update run set repeat_mode = record->>'repeatMode' where id ${SOME} and record::text !~ '\\\\u(0000|d[89a-f])'`,
    `update run set finished_at = ended.at from (
       select run, max(extract(epoch from (record->>'finishTime')::timestamptz) * 1000)::bigint as at from execution
       where run ${SOME} and record::text !~ '\\\\u(0000|d[89a-f])' group by run) as ended
     where ended.run = run.id and run.status in ('SUCCESS', 'FAILED', 'PARTIAL_FAILED', 'STOPPED', 'FINISHED')`,
    `create index execution_by_status on execution (status, run) where status <> 'SUCCESS'`,
    `create index execution_by_error on execution (error_code, run) where error_code is not null`,
    `create index execution_by_exit_code on execution (exit_code, run) where exit_code <> 0`,
  ],
  // How long it took, of every record: a member's quotation marks, which a text within it never has, are found without reading escapes.
  [
    `alter table run add column duration_ms bigint`,
    `alter table execution add column duration_ms bigint`,
    `update execution set duration_ms = ${TOLD_END} - ${TOLD_START} where run ${SOME} and ${TOLD_END} >= ${TOLD_START}`,
    `update run set finished_at = told.ended, duration_ms = case when told.ended >= told.started then told.ended - told.started end
     from (select run, max(${TOLD_END}) as ended, min(${TOLD_START}) as started from execution
       where run ${SOME} group by run) as told
     where told.run = run.id and run.status in ('SUCCESS', 'FAILED', 'PARTIAL_FAILED', 'STOPPED', 'FINISHED')`,
  ],
  // Runs of which some instance cannot be shown, or is over and not told whole: these are few.
  [
    `update run set labels = labels || '{lacking}' where id ${SOME} and position('"missingInstances":' in record::text) > 0`,
    `update run set labels = labels || '{in part}' where id ${SOME} and exists (
       select 1 from execution where run = run.id and position('"isComplete":false' in execution.record::text) > 0)`,
    `create index run_lacking on run (source_key, age, invoke_id) where labels && '{lacking,in part}'::text[]`,
  ],
  // Runs that have ended and show no instance, or none that failed although the run did by its own word.
  [
    `update run set labels = labels || '{lacking}' where id ${SOME} and not labels @> '{lacking}' and (
       (status in ('SUCCESS', 'FAILED', 'PARTIAL_FAILED', 'STOPPED', 'FINISHED')
        and not exists (select 1 from execution where execution.run = run.id))
       or (status in ('FAILED', 'PARTIAL_FAILED')
        and position('"rawStatus":null' in record::text) = 0 and position('"isInstanceWord":true' in record::text) = 0
        and not exists (select 1 from execution where execution.run = run.id
          and execution.status not in ('SUCCESS', 'CANCELLED', 'TERMINATED', 'STOPPED'))))`,
  ],
  // Whose runs are kept under an alias, which may come to mean another account.
  [`create table account (alias text collate "C" primary key, owner text not null)`],
];

/** Version of the tables that this program reads and writes. */
export const VERSION = STEPS.length;

/** What migrating needs to know. */
export interface MigrationOptions {
  readonly schema: string;
  /** Key of the ids of contents, taken if there is none yet. */
  readonly newContentKey: () => Uint8Array;
}

/**
 * Brings the tables to this program's version, one process at a time, all or nothing; answers the key of the ids of contents.
 * @throws DatabaseProblem for tables of a newer version
 */
export async function migrate(db: Kysely<Tables>, { schema, newContentKey }: MigrationOptions): Promise<Buffer> {
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${schema}, 0))`.execute(transaction);
    const name = sql.id(schema);
    const { rows } = await sql<{
      known: boolean;
    }>`select to_regnamespace(${`"${schema}"`}) is not null as known`.execute(transaction);
    if (rows[0]?.known !== true) await sql`create schema ${name}`.execute(transaction);
    await sql`create table if not exists ${name}.keeper (version int not null, content_key bytea not null)`.execute(
      transaction,
    );
    const tables = transaction.withSchema(schema);
    const known = await tables.selectFrom("keeper").selectAll().executeTakeFirst();
    const version = known?.version ?? 0;
    if (version > VERSION) throw newerTables(version);
    // Holds until the transaction ends, also behind a pooler.
    await sql`select set_config('search_path', ${`"${schema}"`}, true)`.execute(transaction);
    for (const statement of STEPS.slice(version).flat()) await carryOut(transaction, statement);
    const contentKey = known?.content_key ?? Buffer.from(newContentKey());
    if (known === undefined)
      await tables.insertInto("keeper").values({ version: VERSION, content_key: contentKey }).execute();
    else if (version < VERSION) await tables.updateTable("keeper").set({ version: VERSION }).execute();
    return contentKey;
  });
}

async function carryOut(transaction: Transaction<Tables>, statement: string): Promise<void> {
  if (!statement.includes(SOME)) return void (await sql.raw(statement).execute(transaction));
  const { rows } = await sql<{ last: number | null }>`select max(id) as last from run`.execute(transaction);
  for (let first = 1; first <= (rows[0]?.last ?? 0); first += RUNS_PER_PIECE) {
    const some = `between ${first} and ${first + RUNS_PER_PIECE - 1}`;
    await sql.raw(statement.replaceAll(SOME, some)).execute(transaction);
  }
}

// cspell:ignore schemaname
/** Number of tables in the schema; 0 if there is no schema. */
export async function countTables(db: Kysely<Tables>, schema: string): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select count(*) from pg_tables where schemaname = ${schema}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Makes sure that the database answers and that this program can use its tables, and changes nothing. @throws DatabaseProblem */
export async function checkTables(db: Kysely<Tables>, schema: string): Promise<void> {
  const { rows } = await sql<{
    known: boolean;
  }>`select to_regclass(${`"${schema}".keeper`}) is not null as known`.execute(db);
  if (rows[0]?.known !== true) return;
  const keeper = await db.withSchema(schema).selectFrom("keeper").select("version").executeTakeFirst();
  if (keeper !== undefined && keeper.version > VERSION) throw newerTables(keeper.version);
}

function newerTables(version: number): DatabaseProblem {
  return new DatabaseProblem(
    `expected tables of version ${VERSION} or older, got version ${version}: a newer gateway wrote them. Run that version, or name another database.`,
  );
}
