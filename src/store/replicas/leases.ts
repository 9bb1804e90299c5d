import { sql } from "kysely";
import { sourceRank } from "#domain";
import type { Lease, Leases } from "./contract.ts";
import { toKeyText } from "./key-text.ts";
import { LEASE_MS, type Presence, type ReplicaParts } from "./presence.ts";

/** Leases that are kept up with each sign of life. */
export interface KeptLeases extends Leases {
  /** Takes what is wanted and free, and learns what is still held. */
  keepUp(): Promise<void>;
}

interface Wish {
  count: number;
  readonly listeners: Set<() => void>;
}

/**
 * A lease is a row that names its holder, good for as long as the holder gives signs of life: keeping thousands costs one row a
 * second. Subjects are taken the moment they are wanted, or when their holder ends, at the next sign of life.
 */
export function createLeases(parts: ReplicaParts, presence: Presence): KeptLeases {
  const wishes = new Map<string, Wish>();
  const book = createLeaseBook(parts, presence, wishes);
  const queue = oneAtATime(book.exchange);
  const isOurs = (subject: string): boolean => presence.isAway() || book.isHeld(subject);

  function want(wanted: string, onOurs: () => void = () => {}): Lease {
    const subject = toKeyText(wanted);
    const wish = wishes.get(subject) ?? { count: 0, listeners: new Set() };
    wishes.set(subject, wish);
    book.keep(subject);
    const listener = (): void => onOurs();
    wish.listeners.add(listener);
    wish.count += 1;
    if (!book.isHeld(subject)) void queue().catch(() => {});
    return {
      isOurs: () => isOurs(subject),
      release() {
        if (!wish.listeners.delete(listener)) return;
        wish.count -= 1;
        if (wish.count > 0) return;
        wishes.delete(subject);
        book.giveUp(subject);
        void queue().catch(() => {});
      },
    };
  }

  return {
    want,
    isOurs(source) {
      const subject = `collect|${sourceRank(source)}`;
      if (!wishes.has(toKeyText(subject))) want(subject);
      return isOurs(toKeyText(subject));
    },
    held() {
      const counts = new Map<string, number>();
      for (const subject of book.subjects()) {
        const duty = subject.slice(0, subject.indexOf("|"));
        if (book.isHeld(subject)) counts.set(duty, (counts.get(duty) ?? 0) + 1);
      }
      return counts;
    },
    keepUp: queue,
  };
}

/** What is held, as the database said it last, and what is to be given back. */
function createLeaseBook({ db, schema }: ReplicaParts, presence: Presence, wishes: ReadonlyMap<string, Wish>) {
  let held = { by: "", subjects: new Set<string>() };
  /** Given back, and not yet said so. */
  const returned = new Set<string>();
  return {
    subjects: (): Iterable<string> => held.subjects,
    isHeld: (subject: string): boolean =>
      held.by === presence.name() && held.subjects.has(subject) && presence.isKnown(LEASE_MS),
    keep: (subject: string): void => void returned.delete(subject),
    giveUp(subject: string): void {
      returned.add(subject);
      held.subjects.delete(subject);
    },
    async exchange(): Promise<void> {
      const name = presence.name();
      const given = [...returned];
      if (given.length > 0) {
        await giveBack(db, schema, name, given);
        for (const subject of given) returned.delete(subject);
      }
      const wanted = [...wishes.keys()];
      const before = held.by === name ? held.subjects : new Set<string>();
      const subjects = new Set(wanted.length === 0 ? [] : await takeFree(db, schema, name, wanted));
      held = { by: name, subjects: new Set([...subjects].filter((subject) => wishes.has(subject))) };
      for (const subject of subjects) {
        if (!before.has(subject)) for (const tell of [...(wishes.get(subject)?.listeners ?? [])]) tell();
      }
    },
  };
}

/** What is asked for while it goes on goes together with the next. */
function oneAtATime(exchange: () => Promise<void>): () => Promise<void> {
  let exchanges: Promise<void> = Promise.resolve();
  let isQueued = false;
  return () => {
    if (isQueued) return exchanges;
    isQueued = true;
    exchanges = exchanges
      .catch(() => {})
      .then(() => {
        isQueued = false;
        return exchange();
      });
    return exchanges;
  };
}

/** Takes the subjects whose holder is silent, and none of a living one; answers all that are held then. */
async function takeFree(
  db: ReplicaParts["db"],
  schema: string,
  name: string,
  subjects: readonly string[],
): Promise<readonly string[]> {
  const lease = sql.table(`${schema}.lease`);
  // In one order everywhere, so that two replicas cannot wait for each other in a circle.
  await sql`insert into ${lease} as known (subject, holder)
    select subject, ${name} from unnest(${subjects}::text[]) as wanted (subject) order by subject
    on conflict (subject) do update set holder = excluded.holder where known.holder <> excluded.holder and not exists (
      select from ${sql.table(`${schema}.replica`)} as alive
      where alive.name = known.holder and alive.seen_at > now() - ${LEASE_MS} * interval '1 ms')`.execute(db);
  const { rows } = await sql<{ subject: string }>`select subject from ${lease}
    where holder = ${name} and subject = any(${subjects}::text[])`.execute(db);
  return rows.map(({ subject }) => subject);
}

/** Hands subjects to those who want them. */
export async function giveBack(
  db: ReplicaParts["db"],
  schema: string,
  name: string,
  subjects: readonly string[],
): Promise<void> {
  await sql`delete from ${sql.table(`${schema}.lease`)}
    where holder = ${name} and subject = any(${subjects}::text[])`.execute(db);
}
