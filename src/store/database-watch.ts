import type { Clock, Telemetry } from "#domain";
import type { RunStore, RunWrite } from "./contract/index.ts";
import { DatabaseProblem, isUnavailable, toDatabaseProblem } from "./sql/index.ts";

/** Where reads and writes go. */
export type KeeperState = "opening" | "database" | "memory";

/** A keeper that may be away. */
export type AwayStore = RunStore & { ping(): Promise<void> };

/** What a database is watched with. */
interface WatchParts {
  /** Opens the database; asked again while it fails. */
  readonly open: () => Promise<AwayStore>;
  /** Milliseconds that the first reads and writes wait for a database that opens: it may know what the upstreams have forgotten. */
  readonly openingMs: number;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "notice">;
  readonly onChange: Parameters<RunStore["onChange"]>[0];
}

/** Knows whether a database answers, and opens and asks it until it does. */
interface DatabaseWatch {
  state(): KeeperState;
  /** The database, if it answers; waits a little for one that opens. */
  find(): Promise<AwayStore | null>;
  /** Notes that it did not answer. Null is found until it answers again. */
  noteAway(error: unknown): void;
  /** Notes what found no room. A full disk answers questions, and takes small rows: the database is used again once it takes this. */
  noteRefused(write: RunWrite): void;
  close(): Promise<void>;
}

/** How long it takes until a database that was away is asked again. */
const RETRY_MS = 1_000;

/** Begins to open it. */
export function watchDatabase({ open, openingMs, clock, telemetry, onChange }: WatchParts): DatabaseWatch {
  const ended = new AbortController();
  const connection = createConnection(open, onChange);
  const known = new AbortController();
  let opening: Promise<void> | null = null;
  let state: KeeperState = "opening";

  function turn(to: KeeperState, level: "info" | "error", message: string): void {
    const isTold = to === "memory" || state === "memory";
    state = to;
    known.abort();
    if (isTold) telemetry.notice({ level, message });
  }

  function goAway(error: unknown): void {
    if (state === "memory" || ended.signal.aborted) return;
    turn(
      "memory",
      "error",
      `memory is read and written until the database answers: ${toDatabaseProblem(error).message}`,
    );
  }

  async function recover(): Promise<void> {
    while (!ended.signal.aborted) {
      try {
        await connection.connect();
        return turn("database", "info", "the database answers again: it is read and written");
      } catch (error) {
        goAway(error);
      }
      await clock.sleep(RETRY_MS, ended.signal);
    }
  }

  const begun = recover();
  return {
    state: () => state,
    async find() {
      if (state === "opening") {
        opening ??= clock.sleep(openingMs, known.signal);
        await opening;
      }
      return state === "database" ? connection.get() : null;
    },
    noteAway(error) {
      if (state !== "database") return;
      goAway(error);
      void recover();
    },
    noteRefused: connection.noteRefused,
    async close() {
      ended.abort();
      known.abort();
      await begun;
      await connection.get()?.close();
    },
  };
}

/** Opens a database once, and finds out whether it answers. */
function createConnection(open: WatchParts["open"], onChange: WatchParts["onChange"]) {
  let database: AwayStore | null = null;
  let refused: RunWrite | null = null;
  return {
    get: () => database,
    noteRefused(write: RunWrite) {
      refused ??= write;
    },
    /** Ends if it answers and takes what it refused. @throws what it fails with */
    async connect(): Promise<void> {
      if (database === null) {
        database = await open();
        database.onChange(onChange);
      }
      await database.ping();
      // What is wrong with a write alone is not tried again and again.
      if (refused !== null) await database.write(refused).catch(throwIfAway);
      refused = null;
    },
  };
}

function throwIfAway(error: unknown): void {
  if (isAway(error)) throw error;
}

/** True for what another moment may bring; anything else is a fault of ours. */
export function isAway(error: unknown): boolean {
  return isUnavailable(error) || error instanceof DatabaseProblem;
}
