import type { Clock, Telemetry } from "#domain";
import { createChangeFeed } from "./change-feed.ts";
import type { RunStore, RunWrite } from "./run-store.ts";
import { DatabaseProblem, isUnavailable, toDatabaseProblem } from "./sql/problem.ts";

/** Where reads and writes go. */
export type KeeperState = "opening" | "database" | "memory";

/** A keeper that goes on in memory while its database is away. */
export interface FallbackStore extends RunStore {
  /** `opening` and `memory` mean that memory is read and written. */
  state(): KeeperState;
}

/** A keeper that may be away. */
export type AwayStore = RunStore & { ping(): Promise<void> };

/** What a fallback is made of. */
export interface FallbackParts {
  /** Opens the database; asked again while it fails. */
  readonly open: () => Promise<AwayStore>;
  readonly memory: RunStore;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "notice">;
}

/** How long it takes until a database that was away is asked again. */
const RETRY_MS = 1_000;
/** How long the first questions wait for a database that opens: it may know what the upstreams have forgotten. */
const OPENING_MS = 8_000;

/**
 * Reads and writes a database, and memory while it is away or takes long to open: a reader sees no error, but what only the
 * database knows is read again from the upstreams. What memory took is not carried over, and lists that were known there are not
 * claimed to be known here. Says so when that begins and when it ends. A database that refused a write is used again once it takes that.
 */
export function createFallbackStore({ open, memory, clock, telemetry }: FallbackParts): FallbackStore {
  const ended = new AbortController();
  const feed = createChangeFeed();
  let database: AwayStore | null = null;
  let state: KeeperState = "opening";
  /** Ends once it is known whether the database opens, or when that takes too long; null if nobody asked yet. */
  let opening: Promise<void> | null = null;
  let endOpening = (): void => {};
  /** What could not be written. A full disk answers questions, and takes small rows. */
  let refused: RunWrite | null = null;

  async function connect(): Promise<void> {
    if (database === null) {
      const opened = await open();
      opened.onChange(feed.tell);
      database = opened;
    }
    await database.ping();
    if (refused !== null) await retry(database, refused);
    refused = null;
  }

  async function retry(to: AwayStore, write: RunWrite): Promise<void> {
    try {
      await to.write(write);
    } catch (error) {
      if (isAway(error)) throw error;
    }
  }

  /** Ends once the database answers. */
  async function recover(): Promise<void> {
    while (!ended.signal.aborted) {
      try {
        await connect();
        if (state === "memory")
          telemetry.notice({ level: "info", message: "the database answers again: it is read and written" });
        state = "database";
        endOpening();
        return;
      } catch (error) {
        goAway(error);
      }
      await clock.sleep(RETRY_MS, ended.signal);
    }
  }

  function goAway(error: unknown): void {
    if (state === "memory" || ended.signal.aborted) return;
    state = "memory";
    endOpening();
    const { message } = toDatabaseProblem(error);
    telemetry.notice({ level: "error", message: `memory is read and written until the database answers: ${message}` });
  }

  async function awaitOpening(): Promise<void> {
    const isKnown = new Promise<void>((resolve) => {
      endOpening = resolve;
    });
    await Promise.race([isKnown, clock.sleep(OPENING_MS, ended.signal)]);
  }

  async function ask<Answer>(question: (store: RunStore) => Promise<Answer>): Promise<Answer> {
    if (state === "opening") {
      opening ??= awaitOpening();
      await opening;
    }
    if (state !== "database" || database === null) return question(memory);
    try {
      return await question(database);
    } catch (error) {
      if (!isAway(error)) throw error;
      if (state === "database") {
        goAway(error);
        void recover();
      }
      return question(memory);
    }
  }

  function write(one: RunWrite): Promise<void> {
    return ask(async (store) => {
      try {
        await store.write(one);
      } catch (error) {
        if (isAway(error)) refused ??= one;
        throw error;
      }
    });
  }

  memory.onChange(feed.tell);
  const begun = recover();
  return {
    state: () => state,
    write,
    readRuns: (refs, wants) => ask((store) => store.readRuns(refs, wants)),
    readLooseResults: (ref) => ask((store) => store.readLooseResults(ref)),
    readPage: (request) => ask((store) => store.readPage(request)),
    count: (request) => ask((store) => store.count(request)),
    readUnfinished: (source, limit) => ask((store) => store.readUnfinished(source, limit)),
    readLackingOutputs: (...asked) => ask((store) => store.readLackingOutputs(...asked)),
    countLackingOutputs: (...asked) => ask((store) => store.countLackingOutputs(...asked)),
    readList: (source, key) => ask((store) => store.readList(source, key)),
    oldestTime: (source) => ask((store) => store.oldestTime(source)),
    onChange: feed.listen,
    async close() {
      ended.abort();
      await begun;
      await database?.close();
      await memory.close();
    },
  };
}

const isAway = (error: unknown): boolean => isUnavailable(error) || error instanceof DatabaseProblem;
