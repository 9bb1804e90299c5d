import type { Kysely } from "kysely";
import { type Clock, mapInBreaks, sourceKey } from "#domain";
import type { RunStore, RunWrite } from "../contract/index.ts";
import { createChangeFeed } from "../contract/index.ts";
import { weightOfChange } from "./merge-write.ts";
import { createReader } from "./reader.ts";
import { createRemoteChanges, followRemoteChanges } from "./remote-changes.ts";
import type { Tables } from "./tables.ts";
import { type WriteOutcome, writeReading } from "./writer.ts";

/** What a keeper over a database is made of. */
export interface SqlStoreParts {
  readonly db: Kysely<Tables>;
  /** Where the tables are. */
  readonly schema: string;
  /** Key of the ids of contents. */
  readonly contentKey: Uint8Array;
  /** Names this process among all that write. */
  readonly writer: string;
  readonly clock: Clock;
  /** False if no other process can write. */
  readonly isShared: boolean;
}

/** A keeper over a database whose tables are there. Writes of one source follow each other. */
export function createSqlStore({ db, schema, contentKey, writer, clock, isShared }: SqlStoreParts): RunStore {
  const feed = createChangeFeed();
  const ended = new AbortController();
  let following: Promise<void> | null = null;
  const lastWrites = new Map<string, Promise<unknown>>();

  async function write(one: RunWrite): Promise<void> {
    await tell(await writeReading(db, one, { schema, contentKey, writer }));
  }

  async function tell({ runs, contents }: WriteOutcome): Promise<void> {
    const changed = runs.filter(({ before, after }) => before?.run !== after.run);
    await mapInBreaks(changed, weightOfChange, ({ before, after }) => {
      feed.note(before === null ? null : contents.restore(before.run), contents.restore(after.run));
    });
    await feed.flush();
  }

  const follow = (): Promise<void> =>
    followRemoteChanges(createRemoteChanges({ db, schema, writer }), clock, feed.tell, ended.signal);

  return {
    ...createReader(db, schema),
    write(one) {
      const key = sourceKey(one.source);
      const written = (lastWrites.get(key) ?? Promise.resolve()).then(() => write(one));
      const settled = written
        .catch(() => {})
        .finally(() => {
          if (lastWrites.get(key) === settled) lastWrites.delete(key);
        });
      lastWrites.set(key, settled);
      return written;
    },
    onChange(listener) {
      if (isShared) following ??= follow();
      return feed.listen(listener);
    },
    async close() {
      ended.abort();
      await Promise.all([following, ...lastWrites.values()]);
      await db.destroy();
    },
  };
}
