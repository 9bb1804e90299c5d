import type { Clock, Telemetry } from "#domain";
import type { RunStore } from "./contract/index.ts";
import { createChangeFeed } from "./contract/index.ts";
import { type AwayStore, isAway, type KeeperState, watchDatabase } from "./database-watch.ts";
import { isFull } from "./sql/index.ts";

/** A keeper that goes on in memory while its database is away. */
export interface FallbackStore extends RunStore {
  /** `opening` and `memory` mean that memory is read and written. */
  state(): KeeperState;
}

/** What a fallback is made of. */
export interface FallbackParts {
  /** Opens the database; asked again while it fails. */
  readonly open: () => Promise<AwayStore>;
  readonly memory: RunStore;
  /** Milliseconds that the first reads and writes wait for a database that opens: it may know what the upstreams have forgotten. */
  readonly openingMs: number;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "notice">;
}

/**
 * Reads and writes a database, and memory while it is away or takes long to open: a reader sees no error, but what only the
 * database knows is read again from the upstreams. What memory took is not carried over, and lists that were known there are not
 * claimed to be known here. Says so when that begins and when it ends. A database whose disk is full is used again once it takes the write
 * that found no room.
 */
export function createFallbackStore({ open, memory, openingMs, clock, telemetry }: FallbackParts): FallbackStore {
  const feed = createChangeFeed();
  const database = watchDatabase({ open, openingMs, clock, telemetry, onChange: feed.tell });
  memory.onChange(feed.tell);

  async function ask<Answer>(question: (store: RunStore) => Promise<Answer>): Promise<Answer> {
    const there = await database.find();
    if (there === null) return question(memory);
    try {
      return await question(there);
    } catch (error) {
      if (!isAway(error)) throw error;
      database.noteAway(error);
      return question(memory);
    }
  }

  return {
    state: database.state,
    write: (write) =>
      ask(async (store) => {
        try {
          await store.write(write);
        } catch (error) {
          if (isFull(error)) database.noteRefused(write);
          throw error;
        }
      }),
    readRuns: (...asked) => ask((store) => store.readRuns(...asked)),
    readLooseResults: (...asked) => ask((store) => store.readLooseResults(...asked)),
    readPage: (...asked) => ask((store) => store.readPage(...asked)),
    readOutlines: (...asked) => ask((store) => store.readOutlines(...asked)),
    count: (...asked) => ask((store) => store.count(...asked)),
    readUnfinished: (...asked) => ask((store) => store.readUnfinished(...asked)),
    readLackingOutputs: (...asked) => ask((store) => store.readLackingOutputs(...asked)),
    countLackingOutputs: (...asked) => ask((store) => store.countLackingOutputs(...asked)),
    readList: (...asked) => ask((store) => store.readList(...asked)),
    oldestTime: (...asked) => ask((store) => store.oldestTime(...asked)),
    onChange: feed.listen,
    async close() {
      await database.close();
      await memory.close();
    },
  };
}
