import { sql } from "kysely";
import type { ReadingTurns } from "./contract.ts";
import { toKeyText } from "./key-text.ts";
import { giveBack } from "./leases.ts";
import { LEASE_MS, type Presence, type ReplicaParts } from "./presence.ts";

/** Turns that are kept up with each sign of life. */
export interface KeptTurns extends ReadingTurns {
  /** Ends what could not be ended before. */
  keepUp(): Promise<void>;
}

/** Between two looks whether another replica has read. */
const LOOK_MS = 100;
/** How long another replica is waited for. */
const WAIT_MAX_MS = 3_000;

/** A turn is a row while something is read, and free as soon as its reader is silent. Alone, it costs no query. */
export function createTurns({ db, schema, clock }: ReplicaParts, presence: Presence): KeptTurns {
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
