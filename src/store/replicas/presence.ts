import { type QueryExecutorProvider, sql } from "kysely";
import type { Clock } from "#domain";

/** What everything that replicas agree on stands on. */
export interface ReplicaParts {
  readonly db: QueryExecutorProvider;
  /** A connection for signs of life, which must not wait for others. */
  readonly pulse: QueryExecutorProvider;
  /**
   * Called with each sign of life; what it returns is called if that waits for too long. If nothing else was answered meanwhile, what
   * waits has to be given up: it would wait as well.
   */
  readonly listen: () => () => void;
  /** Where the tables are. */
  readonly schema: string;
  readonly clock: Clock;
  /** A name that no other process has or had, another one each time. */
  readonly newName: () => string;
}

/** This process among the replicas. */
export interface Presence {
  /** Another one after the others gave this process up: what the old name held is lost. */
  name(): string;
  others(): number;
  /** True if the others knew of this process a moment ago, within so many milliseconds. */
  isKnown(withinMs: number): boolean;
  /** True while the database does not answer: each replica then goes on for itself. */
  isAway(): boolean;
  /** Gives a sign of life. @throws whatever the database says */
  beat(): Promise<void>;
  /** Says that this process goes, so that what it held can be taken. */
  leave(): Promise<void>;
}

/** How often a sign of life is given. */
export const BEAT_MS = 1_000;
/** After so much silence another one may take what a replica held. */
export const LEASE_MS = 3_000;
/** After so much silence the calls that a replica may have made do not count any more: it made none after {@link QUOTA_MS}. */
export const FORGET_MS = 75_000;
/** After so much silence a replica needs another name, well before the others forget the old one. */
const RENAME_MS = 60_000;
/** How long a replica that does not reach the database may use the places of a quota that it holds. */
export const QUOTA_MS = 10_000;

/** Starts unknown. */
export function createPresence({ pulse, listen, schema, clock, newName }: ReplicaParts): Presence {
  const replica = sql.table(`${schema}.replica`);
  let name = newName();
  let others = 0;
  let knownAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;

  const isKnown = (withinMs: number): boolean => clock.elapsed() - knownAt < withinMs;

  async function touch(): Promise<boolean> {
    const sentAt = clock.elapsed();
    const { rows } = await sql<{ mine: number; others: number }>`
      with mine as (
        insert into ${replica} as known (name, seen_at) values (${name}, now())
        on conflict (name) do update set seen_at = now() where known.seen_at > now() - ${RENAME_MS} * interval '1 ms'
        returning name)
      select (select count(*) from mine) as mine, (select count(*) from ${replica}
        where name <> ${name} and seen_at > now() - ${LEASE_MS} * interval '1 ms') as others`.execute(pulse);
    if (rows[0]?.mine !== 1) return false;
    others = rows[0].others;
    knownAt = sentAt;
    return true;
  }

  return {
    name: () => name,
    others: () => others,
    isKnown,
    isAway: () => hasFailed && !isKnown(LEASE_MS),
    async beat() {
      const giveUpIfSilent = listen();
      try {
        while (!(await inTime(touch(), clock))) name = newName();
        hasFailed = false;
      } catch (error) {
        hasFailed = true;
        if (error === SILENCE) giveUpIfSilent();
        throw error;
      }
    },
    async leave() {
      await sql`update ${replica} set seen_at = now() - ${LEASE_MS} * interval '1 ms' where name = ${name}`.execute(
        pulse,
      );
    },
  };
}

const SILENCE = new Error("The database does not answer in time.");
/** The limit is counted in steps, so that a process that slept is given time to read what came meanwhile. */
const STEPS = 3;

/** A database that takes longer than a lease lasts does not answer. */
async function inTime<Value>(answer: Promise<Value>, clock: Clock): Promise<Value> {
  const ended = new AbortController();
  const late = (async () => {
    for (let step = 0; step < STEPS; step += 1) await clock.sleep(LEASE_MS / STEPS, ended.signal);
    if (!ended.signal.aborted) throw SILENCE;
    return answer;
  })();
  late.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } finally {
    ended.abort();
  }
}
