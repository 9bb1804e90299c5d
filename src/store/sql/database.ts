import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Kysely } from "kysely";
import type { Clock } from "#domain";
import type { RunStore } from "../contract/index.ts";
import { createLoneReplica, joinReplicas, type Replica } from "../replicas/index.ts";
import { type AccountOwners, createAccountOwners } from "./accounts.ts";
import { connectEmbedded, connectServer, type ServerConnections } from "./connect.ts";
import { createEmbedded } from "./embedded.ts";
import { type FolderLock, type Holder, lockFolder } from "./folder-lock.ts";
import { type Forgettable, type Forgotten, forget } from "./forget.ts";
import { checkTables, countTables, migrate } from "./migrations.ts";
import { DatabaseProblem, toDatabaseProblem } from "./problem.ts";
import { pruneStep, type Retention } from "./prune.ts";
import { createSqlStore } from "./sql-store.ts";
import type { Tables } from "./tables.ts";

/** A keeper over a database, with what only a database needs. */
export interface DatabaseStore extends RunStore {
  /** This process among all that use the database; it leaves them when the store is closed. */
  readonly replica: Replica;
  /**
   * Makes sure that the database answers and has its tables. If all of them are gone, makes them anew.
   * @throws DatabaseProblem if some of them are gone
   */
  ping(): Promise<void>;
  /** Lets a few rows go whose time is over; true if there may be more. */
  prune(retention: Retention): Promise<boolean>;
  forget(what: Forgettable): Promise<Forgotten>;
  readonly owners: AccountOwners;
}

/** A database that the settings name. */
export interface Database {
  /** True if it runs within this process, takes seconds to open and serves no other process. */
  readonly isEmbedded: boolean;
  /** Makes sure that it can be used, and changes nothing but an embedded one's folder, which is taken. @throws DatabaseProblem */
  check(): Promise<void>;
  /**
   * Makes sure that it can be used, as far as that takes no time: a server is connected and its tables are brought up to date; the
   * folder of an embedded one is taken. @throws DatabaseProblem
   */
  prepare(): Promise<void>;
  /** The keeper over it; again if that failed before. @throws DatabaseProblem */
  open(): Promise<DatabaseStore>;
  close(): Promise<void>;
}

/** What a database is opened with. */
export interface DatabaseOptions {
  /** `postgres://…`, or `file:` and a folder. */
  readonly url: string;
  readonly clock: Clock;
  readonly holder: Holder;
  /** Key of the ids of contents, for a database that has none yet. */
  readonly newContentKey: () => Uint8Array;
  /** Another text each time, anywhere: two containers may have the same host name and process id. */
  readonly newId: () => string;
  /** Where the tables are; `cloud_assistant_gateway` unless told otherwise. */
  readonly schema?: string;
}

const SCHEMA = "cloud_assistant_gateway";
/** PostgreSQL of the embedded database: it opens folders of no other. */
const EMBEDDED_VERSION = "18";

/** A database by its URL; nothing is opened yet. @throws DatabaseProblem for a URL that names none */
export function createDatabase(options: DatabaseOptions): Database {
  const folder = readFolder(options.url);
  return folder === null ? createServerDatabase(options) : createEmbeddedDatabase(options, folder);
}

function readFolder(url: string): string | null {
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return null;
  if (url.startsWith("file:///")) return fileURLToPath(url);
  if (url.startsWith("file:") && url.length > "file:".length && !url.startsWith("file://"))
    return resolve(url.slice("file:".length));
  throw new DatabaseProblem(
    "expected postgres://user:password@host:port/name, or file:./folder; what came is not shown.",
  );
}

function createServerDatabase(options: DatabaseOptions): Database {
  const connections = connectServer(options.url);
  const { db } = connections;
  let store: Promise<DatabaseStore> | null = null;
  const open = (): Promise<DatabaseStore> => {
    store ??= openStore(db, options, connections);
    return store.catch((error: unknown) => {
      store = null;
      throw toDatabaseProblem(error);
    });
  };
  return {
    isEmbedded: false,
    check: () =>
      checkTables(db, options.schema ?? SCHEMA).catch((error: unknown) => {
        throw toDatabaseProblem(error);
      }),
    prepare: async () => void (await open()),
    open,
    close: connections.close,
  };
}

function createEmbeddedDatabase(options: DatabaseOptions, folder: string): Database {
  const files = join(folder, "postgres");
  const embedded = createEmbedded(files);
  const db = connectEmbedded(embedded);
  let lock: FolderLock | null = null;
  const prepare = async (): Promise<void> => {
    try {
      lock ??= lockFolder(folder, options.holder, options.clock);
      refuseOtherVersion(files);
    } catch (error) {
      throw toDatabaseProblem(error);
    }
  };
  return {
    isEmbedded: true,
    check: prepare,
    prepare,
    open: () =>
      openStore(db, options, null).catch((error: unknown) => {
        throw toDatabaseProblem(error);
      }),
    async close() {
      await db.destroy();
      await embedded.close();
      lock?.release();
      lock = null;
    },
  };
}

function refuseOtherVersion(files: string): void {
  const version = readVersion(join(files, "PG_VERSION"));
  if (version === null || version === EMBEDDED_VERSION) return;
  throw new DatabaseProblem(
    `expected a folder of PostgreSQL ${EMBEDDED_VERSION}, got one of PostgreSQL ${version}. Name an empty folder: what the upstream still has is read again.`,
  );
}

function readVersion(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

/** A keeper over a database, whose tables are brought up to date. @throws DatabaseProblem for tables of a newer version
 * @param sharing what other processes that may write too are met through; null if there are none */
export async function openStore(
  db: Kysely<Tables>,
  { schema = SCHEMA, clock, newContentKey, newId, holder }: Omit<DatabaseOptions, "url">,
  sharing: Pick<ServerConnections, "pulse" | "listen"> | null,
): Promise<DatabaseStore> {
  const contentKey = await migrate(db, { schema, newContentKey });
  const tables = await countTables(db, schema);
  const newName = (): string => `${holder.host}/${holder.processId}/${newId()}`;
  const store = createSqlStore({ db, schema, contentKey, clock, isShared: sharing !== null, writer: newName() });
  const replica =
    sharing === null
      ? createLoneReplica()
      : await joinReplicas({ db, pulse: sharing.pulse, listen: sharing.listen, schema, clock, newName });
  return {
    ...store,
    replica,
    async ping() {
      const found = await countTables(db, schema);
      // With the same key, since the store and its replicas go on with it.
      if (found === 0) await migrate(db, { schema, newContentKey: () => contentKey });
      else if (found < tables) throw lostTables(schema, tables, found);
    },
    prune: (retention) => pruneStep(db, schema, retention, clock.now()),
    forget: (what) => forget(db, schema, what),
    owners: createAccountOwners(db, schema),
    async close() {
      await replica.stop();
      await store.close();
    },
  };
}

function lostTables(schema: string, expected: number, found: number): DatabaseProblem {
  return new DatabaseProblem(
    `expected ${expected} tables in the schema ${schema}, got ${found}. Restore them, or drop the schema: the gateway makes it anew.`,
  );
}
