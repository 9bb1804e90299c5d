import { sql } from "kysely";
import type { ReadingTurns, Replica } from "./contract.ts";
import { toKeyText } from "./key-text.ts";
import { createLeases, giveBack } from "./leases.ts";
import { BEAT_MS, createPresence, FORGET_MS, LEASE_MS, type Presence, type ReplicaParts } from "./presence.ts";
import { aliveIn } from "./quota-rows.ts";
import { createQuotaShares } from "./quota-shares.ts";

/** How many signs of life come between two times at which what ended replicas left is swept up. */
const SWEEP_BEATS = 60;

/**
 * Joins the replicas on a database, whose tables are there, and gives signs of life until it is stopped. Every statement stands
 * alone, so this works behind a pooler too. If the database does not answer, each replica goes on for itself.
 */
export async function joinReplicas(parts: ReplicaParts): Promise<Replica> {
  const { db, clock } = parts;
  const presence = createPresence(parts);
  const leases = createLeases(parts, presence);
  const turns = createTurns(parts, presence);
  const shares = createQuotaShares(parts, presence);
  const ended = new AbortController();

  async function keepUp(): Promise<void> {
    // What fails for one of them must not end the others.
    await Promise.allSettled([leases.keepUp(), turns.keepUp(), shares.keepUp()]);
  }

  async function live(): Promise<void> {
    let keeping: Promise<void> | null = null;
    for (let beats = 1; ; beats += 1) {
      await clock.sleep(BEAT_MS, ended.signal);
      if (ended.signal.aborted) break;
      // A database that is away is told of by those who read it.
      const isKnown = await presence.beat().then(
        () => true,
        () => false,
      );
      // A sign of life does not wait for the rest.
      if (isKnown)
        keeping ??= keepUp()
          .catch(() => {})
          .finally(() => {
            keeping = null;
          });
      if (beats % SWEEP_BEATS === 0) await sweep(parts).catch(() => {});
    }
    await keeping;
  }

  async function leave(): Promise<void> {
    await shares.stop();
    await presence.leave();
    await sql`delete from ${sql.table(`${parts.schema}.lease`)} where holder = ${presence.name()}`.execute(db);
  }

  await presence.beat().catch(() => {});
  const living = live();
  return {
    leases,
    turns,
    openQuotaShare: shares.open,
    others: presence.others,
    async stop() {
      ended.abort();
      await living;
      if (!presence.isAway()) await leave().catch(() => {});
    },
  };
}

/** Deletes what replicas left that ended long ago. */
async function sweep({ db, schema }: ReplicaParts): Promise<void> {
  const replica = sql.table(`${schema}.replica`);
  const quota = sql.table(`${schema}.quota`);
  const lease = sql.table(`${schema}.lease`);
  const isGone = sql`gone.seen_at <= now() - ${FORGET_MS} * interval '1 ms'`;
  await sql`update ${quota} as known set held = ${aliveIn(schema)}
    where exists (select from ${replica} as gone where ${isGone} and jsonb_exists(known.held, gone.name))`.execute(db);
  await sql`delete from ${lease} using ${replica} as gone where holder = gone.name and ${isGone}`.execute(db);
  await sql`delete from ${replica} as gone where ${isGone}
    and not exists (select from ${quota} as known where jsonb_exists(known.held, gone.name))
    and not exists (select from ${lease} where holder = gone.name)`.execute(db);
}

/** Turns that are kept up with each sign of life. */
interface KeptTurns extends ReadingTurns {
  /** Ends what could not be ended before. */
  keepUp(): Promise<void>;
}

/** Between two looks whether another replica has read. */
const LOOK_MS = 100;
/** How long another replica is waited for. */
const WAIT_MAX_MS = 3_000;

/** A turn is a row while something is read, and free as soon as its reader is silent. Alone, it costs no query. */
function createTurns({ db, schema, clock }: ReplicaParts, presence: Presence): KeptTurns {
  const ended = new Set<string>();

  async function tryTake(subject: string): Promise<boolean> {
    const lease = sql.table(`${schema}.lease`);
    const { rows } = await sql`insert into ${lease} as known (subject, holder) values (${subject}, ${presence.name()})
      on conflict (subject) do update set holder = excluded.holder where not exists (
        select from ${sql.table(`${schema}.replica`)} as alive where alive.name = known.holder
        and alive.name <> excluded.holder and alive.seen_at > now() - ${LEASE_MS} * interval '1 ms')
      returning subject`.execute(db);
    return rows.length > 0;
  }

  async function keepUp(): Promise<void> {
    const subjects = [...ended];
    if (subjects.length === 0) return;
    await giveBack(db, schema, presence.name(), subjects);
    for (const subject of subjects) ended.delete(subject);
  }

  return {
    async take(key, signal, onBusy) {
      const subject = `read|${toKeyText(key)}`;
      const isAlone = (): boolean => presence.others() === 0 || presence.isAway();
      const until = clock.elapsed() + WAIT_MAX_MS;
      let hasWaited = false;
      while (!isAlone() && !signal.aborted && clock.elapsed() < until) {
        ended.delete(subject);
        const isTaken = await tryTake(subject).catch(() => null);
        if (isTaken === null) break;
        if (isTaken) {
          return {
            hasWaited,
            end() {
              ended.add(subject);
              void keepUp().catch(() => {});
            },
          };
        }
        if (!hasWaited) await onBusy();
        hasWaited = true;
        await clock.sleep(LOOK_MS, signal);
      }
      return { hasWaited, end: () => {} };
    },
    keepUp,
  };
}
