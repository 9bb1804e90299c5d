import { sql } from "kysely";
import type { Replica } from "./contract.ts";
import { createLeases } from "./leases.ts";
import { BEAT_MS, createPresence, FORGET_MS, type ReplicaParts } from "./presence.ts";
import { aliveIn } from "./quota-rows.ts";
import { createQuotaShares } from "./quota-shares.ts";
import { createTurns } from "./turns.ts";

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
