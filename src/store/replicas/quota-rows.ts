import { sql } from "kysely";
import type { QuotaLesson } from "#domain";
import { FORGET_MS, type ReplicaParts } from "./presence.ts";

/** What the database holds of one quota. */
export interface QuotaRow {
  readonly subject: string;
  /** Places by replica, without those of replicas whose calls have left the window. */
  readonly held: Readonly<Record<string, number>>;
  readonly lesson: QuotaLesson | null;
  readonly taught_by: string | null;
  readonly taught_at: string | null;
  /** Milliseconds since then. */
  readonly age: number | null;
}

/** How many places a replica asks for. */
export interface PlacesWanted {
  /** In all. */
  readonly asked: number;
  /** Of these so many for calls, the others in advance. */
  readonly needed: number;
  /** Never less than cannot be given back now. */
  readonly least: number;
  /** How many the quota has. */
  readonly limit: number;
  /** The part of what others leave that may be held in advance. */
  readonly part: number;
}

/** Lessons that come so soon after each other are one. */
const JOINED_MS = 60_000;

/** One row a quota; each statement stands alone. */
export function createQuotaRows({ db, schema }: Pick<ReplicaParts, "db" | "schema">) {
  const quota = sql.table(`${schema}.quota`);
  return {
    async read(subjects: readonly string[]): Promise<readonly QuotaRow[]> {
      const { rows } = await sql<QuotaRow>`select ${COLUMNS}, ${aliveIn(schema)} as held from ${quota} as known
        where subject = any(${subjects}::text[])`.execute(db);
      return rows;
    },
    /** Gives a replica the places that it asks for, as far as others leave any. */
    async exchange(
      subject: string,
      name: string,
      { asked, needed, least, limit, part }: PlacesWanted,
    ): Promise<QuotaRow | undefined> {
      const { rows } = await sql<QuotaRow>`
        insert into ${quota} as known (subject, held) values (${subject},
          jsonb_build_object(${name}::text, greatest(${least}::int, least(${asked}::int, ${limit}::int))))
        on conflict (subject) do update set held = ${aliveIn(schema)} || jsonb_build_object(${name}::text,
          (select greatest(${least}::int, least(${asked}::int, room, greatest(${needed}::int, floor(room * ${part}::float8)::int)))
            from (select ${limit}::int - coalesce(sum(value::int), 0)::int as room
              from jsonb_each_text(${aliveIn(schema)}) where key <> ${name}) as left_by_others))
        returning ${COLUMNS}, held`.execute(db);
      return rows[0];
    },
    /** Calls that are refused together teach one after the other: what an earlier one said stands where a later one is silent. */
    async teach(subject: string, name: string, lesson: QuotaLesson): Promise<void> {
      const told = sql`${JSON.stringify(lesson)}::jsonb`;
      await sql`update ${quota} set taught_at = now(), taught_by = ${name}, lesson = (
        case when taught_at > now() - ${JOINED_MS} * interval '1 ms' then ${told} || jsonb_strip_nulls(lesson::jsonb)
          || jsonb_strip_nulls(${told}) else ${told} end)::json where subject = ${subject}`.execute(db);
    },
  };
}

const COLUMNS = sql`subject, lesson, taught_by, taught_at::text as taught_at,
  (extract(epoch from now() - taught_at) * 1000)::float8 as age`;

/** The places without those of replicas whose calls have left the window. A replica that just came may not be seen yet, and counts. */
export function aliveIn(schema: string) {
  return sql`(select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(known.held)
    where not exists (select from ${sql.table(`${schema}.replica`)} as gone
      where gone.name = key and gone.seen_at <= now() - ${FORGET_MS} * interval '1 ms'))`;
}
