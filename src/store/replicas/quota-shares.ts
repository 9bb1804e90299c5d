import { sql } from "kysely";
import type { OpenQuotaShare, QuotaLesson, QuotaShare, QuotaUse } from "#domain";
import { toKeyText } from "./key-text.ts";
import { FORGET_MS, type Presence, QUOTA_MS, type ReplicaParts } from "./presence.ts";

/** Shares that are kept up with each sign of life. */
export interface KeptShares {
  readonly open: OpenQuotaShare;
  /** Gives idle places back and learns of the others. */
  keepUp(): Promise<void>;
  /** Gives back every place that no call uses. */
  stop(): Promise<void>;
}

/** The part of a minute whose calls may be held in advance, among several. */
const AHEAD = 1 / 60;
/** The part of a quota that a replica holds in advance while it is alone; the rest lets another one begin at once. */
const AHEAD_ALONE = 0.8;

/** What the upstream said of its figures is believed for so long: each gateway finds out anew what a throttle left. */
const LESSON_MS = 1_200_000;
/** Lessons that come so soon after each other are one. */
const JOINED_MS = 60_000;

interface Row {
  readonly subject: string;
  readonly held: Readonly<Record<string, number>>;
  readonly lesson: QuotaLesson | null;
  readonly taught_by: string | null;
  readonly taught_at: string | null;
  /** Milliseconds since then. */
  readonly age: number | null;
}

interface KeptShare extends QuotaShare {
  readonly subject: string;
  take(row: Row): void;
  shrink(isLast: boolean): Promise<void>;
}

/**
 * One row a quota names how many places each replica holds. Only its update gives places out, never more than the quota has, and a
 * place goes back only when no call has used it within the window. So all calls together stay within the quota.
 */
export function createQuotaShares(parts: ReplicaParts, presence: Presence): KeptShares {
  const shares = new Map<string, KeptShare>();
  const quota = sql.table(`${parts.schema}.quota`);

  async function readRows(): Promise<void> {
    const { rows } = await sql<Row>`select ${COLUMNS}, ${aliveIn(parts.schema)} as held from ${quota} as known
      where subject = any(${[...shares.keys()]}::text[])`.execute(parts.db);
    for (const row of rows) shares.get(row.subject)?.take(row);
  }

  return {
    open(key, use) {
      const share = createShare(parts, presence, toKeyText(key), use);
      shares.set(share.subject, share);
      return share;
    },
    async keepUp() {
      if (shares.size === 0) return;
      await readRows();
      for (const share of shares.values()) await share.shrink(false);
    },
    async stop() {
      for (const share of shares.values()) await share.shrink(true);
    },
  };
}

function createShare({ db, schema }: ReplicaParts, presence: Presence, subject: string, use: QuotaUse): KeptShare {
  const quota = sql.table(`${schema}.quota`);
  let places = { by: "", held: 0, others: 0 };
  let growing: Promise<void> | null = null;
  let waiting = 0;
  let exchanges: Promise<void> = Promise.resolve();
  let learnedAt: string | null = null;

  const own = (): number => (places.by === presence.name() ? places.held : 0);
  /** While the database is away, each goes on with what it holds, or its even part. */
  const heldAway = (): number => own() || Math.ceil(use.limit() / (presence.others() + 1));
  const held = (): number => {
    if (presence.isAway()) return heldAway();
    return presence.isKnown(QUOTA_MS) ? own() : 0;
  };
  const ahead = (): number => {
    const limit = use.limit();
    return presence.others() === 0 ? Math.floor(limit * AHEAD_ALONE) - use.used() : Math.ceil(limit * AHEAD);
  };

  function take({ held: all, lesson, taught_by, taught_at, age }: Row): void {
    const name = presence.name();
    const mine = all[name] ?? 0;
    const others = Object.values(all).reduce((sum, one) => sum + one, 0) - mine;
    const isFreed = others < places.others;
    places = { ...places, others };
    if (lesson !== null && taught_at !== learnedAt && taught_by !== name) {
      learnedAt = taught_at;
      const since = age ?? 0;
      const figures = since < LESSON_MS ? lesson : { callsPerMinute: null, loweredTo: null };
      use.learn({ ...lesson, ...figures, pausedMs: Math.max(0, lesson.pausedMs - since) });
    }
    if (isFreed) use.onFreed();
  }

  /** Asks for so many places, at least those that this replica cannot give back now. */
  function exchange(wanted: () => number): Promise<void> {
    exchanges = exchanges
      .catch(() => {})
      .then(async () => {
        const name = presence.name();
        const asked = Math.max(0, Math.floor(wanted()));
        if (asked < own()) places = { ...places, held: asked };
        const least = Math.max(own(), use.used());
        const limit = Math.floor(use.limit());
        const { rows } = await sql<Row>`
        insert into ${quota} as known (subject, held) values (${subject},
          jsonb_build_object(${name}::text, greatest(${least}::int, least(${asked}::int, ${limit}::int))))
        on conflict (subject) do update set held = ${aliveIn(schema)} || jsonb_build_object(${name}::text,
          greatest(${least}::int, least(${asked}::int, ${limit}::int - (
            select coalesce(sum(value::int), 0) from jsonb_each_text(${aliveIn(schema)}) where key <> ${name}))))
        returning ${COLUMNS}, held`.execute(db);
        const [row] = rows;
        if (row === undefined) return;
        places = { ...places, by: name, held: row.held[name] ?? 0 };
        take(row);
      });
    return exchanges;
  }

  return {
    subject,
    others: () => (presence.isAway() ? Math.max(0, use.limit() - heldAway()) : places.others),
    held,
    async grow() {
      waiting += 1;
      growing ??= exchange(() => use.used() + waiting + Math.max(0, ahead())).finally(() => {
        growing = null;
        waiting = 0;
      });
      await growing.catch(() => {});
    },
    teach(lesson) {
      // Calls that are refused together teach one after the other: what an earlier one said stands where a later one is silent.
      const told = sql`${JSON.stringify(lesson)}::jsonb`;
      void sql`update ${quota} set taught_at = now(), taught_by = ${presence.name()}, lesson = (
        case when taught_at > now() - ${JOINED_MS} * interval '1 ms' then ${told} || jsonb_strip_nulls(lesson::jsonb)
          || jsonb_strip_nulls(${told}) else ${told} end)::json where subject = ${subject}`
        .execute(db)
        .catch(() => {});
    },
    take,
    async shrink(isLast) {
      const wanted = (): number => use.used() + (isLast ? 0 : Math.max(0, ahead()));
      if (own() > wanted()) await exchange(wanted);
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
