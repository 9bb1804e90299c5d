import { randomBytes, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { Gauge, type Registry } from "prom-client";
import { type Config, SettingsError } from "#config";
import type { Clock, Telemetry } from "#domain";
import {
  createDatabase,
  createFallbackStore,
  createLoneReplica,
  createMemoryStore,
  type Database,
  DatabaseProblem,
  type DatabaseStore,
  type FallbackStore,
  type Forgettable,
  keepRetention,
  type Replica,
  type RunStore,
} from "#store";

/** Where what was read is kept. */
export interface Keeper {
  readonly store: RunStore;
  /** False while what is read goes into memory because the database is away. */
  isLasting(): boolean;
  /** This process among all that share the store. */
  readonly replica: Replica;
  /** What people who look whether the gateway is ready should know; null if there is nothing. */
  remark(): string | null;
  stop(): Promise<void>;
}

/** What a keeper is opened with. */
export interface KeeperParts {
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "notice">;
  readonly registry: Registry;
  /** Done to a database each time that it answers anew, before anything is read from it: its tables may be others. */
  readonly prepare?: (database: DatabaseStore) => Promise<void>;
}

/**
 * Opens what the settings name. An embedded database opens behind the back of a gateway that listens already.
 * @throws SettingsError if the database cannot be used
 */
export async function openKeeper(config: Config, parts: KeeperParts): Promise<Keeper> {
  const memory = createMemoryStore({ bytesMax: config.memoryBytes });
  const alone = createLoneReplica();
  if (config.databaseUrl === null)
    return {
      store: memory,
      isLasting: () => true,
      replica: alone,
      remark: () => null,
      stop: () => memory.close(),
    };
  const database = nameDatabase(config.databaseUrl, parts.clock);
  await orSettingsError(database, database.prepare());
  const replica = database.isEmbedded ? alone : (await orSettingsError(database, database.open())).replica;
  measureReplicas(replica, parts.registry);
  return overDatabase(config, database, { memory, replica }, parts);
}

/** Says in one line whether the database of the settings can be used. @throws SettingsError if it cannot */
export async function checkDatabase({ databaseUrl }: Config, clock: Clock): Promise<string> {
  if (databaseUrl === null) return "DATABASE_URL is not set: what is read is kept in memory.";
  const database = nameDatabase(databaseUrl, clock);
  await orSettingsError(database, database.check());
  await database.close();
  return `The ${database.isEmbedded ? "folder" : "server"} of DATABASE_URL can be used.`;
}

/** Deletes from the database of the settings; says what went. @throws SettingsError if there is none that can be used */
export async function forgetStored({ databaseUrl }: Config, what: Forgettable, clock: Clock): Promise<string> {
  if (databaseUrl === null)
    throw new SettingsError(["DATABASE_URL: expected a database to forget from; it is missing"]);
  const database = nameDatabase(databaseUrl, clock);
  await orSettingsError(database, database.prepare());
  const store = await orSettingsError(database, database.open());
  const { runs, executions } = await store.forget(what).finally(async () => {
    await store.close();
    await database.close();
  });
  return `Forgot ${runs} ${runs === 1 ? "run" : "runs"} and ${executions} ${executions === 1 ? "execution" : "executions"}.`;
}

/** The database of the settings alone, without memory beside it, for a command beside gateways: what is read has to last. @throws SettingsError */
export async function openDatabase(
  { databaseUrl }: Config,
  clock: Clock,
): Promise<Pick<Keeper, "store" | "replica" | "stop">> {
  if (databaseUrl === null)
    throw new SettingsError(["`DATABASE_URL`: expected a database to collect into; it is missing."]);
  const database = nameDatabase(databaseUrl, clock);
  await orSettingsError(database, database.prepare());
  const store = await orSettingsError(database, database.open());
  return {
    store,
    // A lease would wait for a gateway that collects as well; with its turns a page that either reads is read once.
    replica: { ...store.replica, leases: createLoneReplica().leases },
    async stop() {
      await store.close();
      await database.close();
    },
  };
}

function nameDatabase(url: string, clock: Clock): Database {
  const holder = { host: hostname(), processId: process.pid };
  try {
    return createDatabase({ url, clock, holder, newContentKey: () => randomBytes(32), newId: randomUUID });
  } catch (error) {
    throw toSettingsError(error);
  }
}

async function orSettingsError<Value>(database: Database, opening: Promise<Value>): Promise<Value> {
  try {
    return await opening;
  } catch (error) {
    await database.close();
    throw toSettingsError(error);
  }
}

function toSettingsError(error: unknown): unknown {
  return error instanceof DatabaseProblem ? new SettingsError([error.message]) : error;
}

function overDatabase(
  config: Config,
  database: Database,
  { memory, replica }: { readonly memory: RunStore; readonly replica: Replica },
  parts: KeeperParts,
): Keeper {
  const { clock, telemetry, registry } = parts;
  const ended = new AbortController();
  let opened: DatabaseStore | null = null;
  const store = createFallbackStore({
    open: async () => {
      const found = await database.open();
      opened = found;
      const ping = async (): Promise<void> => {
        await found.ping();
        await parts.prepare?.(found);
      };
      return { ...found, ping };
    },
    memory,
    openingMs: Math.min(OPENING_MS, config.operationDeadlineMs * OPENING_SHARE),
    clock,
    telemetry,
  });
  // Also while memory is read and written: only what is let go makes room on a full disk.
  const pruning = keepRetention({ store: () => opened, retention: config.retention, clock, telemetry }, ended.signal);
  measure(store, registry);
  return {
    store,
    isLasting: () => store.state() === "database",
    replica,
    remark: () => REMARKS[store.state()],
    async stop() {
      ended.abort();
      await pruning;
      await store.close();
      await database.close();
    },
  };
}

/** The first time, an embedded database takes some 2 s to open; without the empty one that the build made, 6 s. */
const OPENING_MS = 8_000;
/** Share of an operation's deadline that waiting may take; the rest is for the upstreams. */
const OPENING_SHARE = 0.5;

const REMARKS: Readonly<Record<ReturnType<FallbackStore["state"]>, string | null>> = {
  database: null,
  opening: "The database is opening. Requests wait for it, but not until their deadline: then they read memory.",
  memory: "The database does not answer. Until it does, the gateway reads and writes memory.",
};

function measure(store: FallbackStore, registry: Registry): void {
  new Gauge({
    name: "gateway_database_up",
    help: "1 while what is read is kept in the database, 0 while it stays in memory.",
    registers: [registry],
    collect() {
      this.set(store.state() === "database" ? 1 : 0);
    },
  });
}

function measureReplicas(replica: Replica, registry: Registry): void {
  new Gauge({
    name: "gateway_replicas",
    help: "Gateways on this database that gave a sign of life within 3 s, this one included.",
    registers: [registry],
    collect() {
      this.set(replica.others() + 1);
    },
  });
  new Gauge({
    name: "gateway_leases_held",
    help: "What this gateway looks after for all replicas: lists and runs that are watched, sources that are collected.",
    labelNames: ["duty"],
    registers: [registry],
    collect() {
      for (const duty of ["list", "run", "collect"]) this.set({ duty }, replica.leases.held().get(duty) ?? 0);
    },
  });
}
