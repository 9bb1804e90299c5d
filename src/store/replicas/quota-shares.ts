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
/**
 * The part of what others leave that a replica holds in advance while it is alone. The rest lets another one begin at once, also
 * after several were killed one after the other, whose places nobody may use yet.
 */
const AHEAD_ALONE = 0.5;

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
  const isAlone = (): boolean => presence.others() === 0;
  const ahead = (): number => {
    const limit = use.limit();
    if (!isAlone()) return Math.ceil(limit * AHEAD);
    return Math.max(0, Math.floor((limit - places.others) * AHEAD_ALONE) - use.used());
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

  /**
   * Asks for so many places beside those in use, and for some in advance: never less than cannot be given back now. How much others
   * hold is only known there, and so what a lone replica may hold in advance is bounded there again.
   */
  function exchange(more: () => number, inAdvance: () => number): Promise<void> {
    exchanges = exchanges
      .catch(() => {})
      .then(async () => {
        const name = presence.name();
        const needed = use.used() + more();
        const asked = Math.floor(needed + inAdvance());
        if (asked < own()) places = { ...places, held: asked };
        const least = Math.max(own(), use.used());
        const limit = Math.floor(use.limit());
        const part = isAlone() ? AHEAD_ALONE : 1;
        const { rows } = await sql<Row>`
        insert into ${quota} as known (subject, held) values (${subject},
          jsonb_build_object(${name}::text, greatest(${least}::int, least(${asked}::int, ${limit}::int))))
        on conflict (subject) do update set held = ${aliveIn(schema)} || jsonb_build_object(${name}::text,
          (select greatest(${least}::int, least(${asked}::int, room, greatest(${needed}::int, floor(room * ${part}::float8)::int)))
            from (select ${limit}::int - coalesce(sum(value::int), 0)::int as room
              from jsonb_each_text(${aliveIn(schema)}) where key <> ${name}) as left_by_others))
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
      growing ??= exchange(() => waiting, ahead).finally(() => {
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
      const inAdvance = isLast ? () => 0 : ahead;
      if (own() > use.used() + inAdvance()) await exchange(() => 0, inAdvance);
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
