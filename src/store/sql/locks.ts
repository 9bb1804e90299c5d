import { sql, type Transaction } from "kysely";
import type { Tables } from "./tables.ts";

// Locks of the database that last as long as the transaction, so that they hold behind a pooler too.

/**
 * Takes a source: one writer at a time, on every replica. Writers then need no other lock and cannot wait for each other in a
 * circle. Nobody lets contents go meanwhile.
 */
export async function lockSource(step: Transaction<Tables>, schema: string, sourceKey: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${schema}, 2)),
    pg_advisory_xact_lock(hashtextextended(${`${schema}\t${sourceKey}`}, 1))`.execute(step);
}

/** Takes every source, to let something go: no writer may count on a content that is about to vanish. */
export async function lockAll(step: Transaction<Tables>, schema: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${schema}, 2))`.execute(step);
}
