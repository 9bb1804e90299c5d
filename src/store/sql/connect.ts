import { Socket } from "node:net";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Embedded } from "./embedded.ts";
import { EmbeddedStream } from "./embedded-stream.ts";
import type { Tables } from "./tables.ts";

const BIGINT = 20;
const CONNECT_MS = 5_000;
const QUERY_MS = 15_000;
const CONNECTIONS_MAX = 10;

/** Compiling a statement, or starting workers for it, takes longer than to carry it out: ours read few rows by an index. */
const SESSION = "set jit = off; set max_parallel_workers_per_gather = 0";

/** Numbers that PostgreSQL writes as bigint are times and counts here, which a double holds. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: never) =>
    oid === BIGINT ? Number : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig["getTypeParser"],
};

/** Connections to a PostgreSQL server. */
export interface ServerConnections {
  readonly db: Kysely<Tables>;
  /** A connection of its own for signs of life, which wait for no reader. */
  readonly pulse: Kysely<Tables>;
  /**
   * Listens on all connections. The function that it returns ends every one, and with it what waits there, if none has received a
   * byte since; new ones are opened when they are needed. While some answer, the rest may wait for their turn at a pooler.
   */
  listen(): () => void;
  close(): Promise<void>;
}

/** Connections to a PostgreSQL server, opened when they are needed. @param url `postgres://…` */
export function connectServer(url: string): ServerConnections {
  const sockets = new Set<Socket>();
  const stream = (): Socket => {
    const socket = new Socket();
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    return socket;
  };
  const connect = (max: number): Kysely<Tables> =>
    overPool(
      new pg.Pool({
        connectionString: url,
        stream,
        types,
        max,
        keepAlive: true,
        connectionTimeoutMillis: CONNECT_MS,
        query_timeout: QUERY_MS,
        application_name: "cloud-assistant-gateway",
      }),
    );
  const db = connect(CONNECTIONS_MAX);
  const pulse = connect(1);
  return {
    db,
    pulse,
    listen() {
      const before = new Map([...sockets].map((socket) => [socket, socket.bytesRead]));
      return () => {
        if ([...sockets].some((socket) => socket.bytesRead > (before.get(socket) ?? 0))) return;
        for (const socket of sockets) socket.destroy();
      };
    },
    close: async () => void (await Promise.all([db.destroy(), pulse.destroy()])),
  };
}

/** The embedded PostgreSQL, which has one session. It starts with the first query. */
export function connectEmbedded(embedded: Embedded): Kysely<Tables> {
  const pool = new pg.Pool({
    stream: () => new EmbeddedStream(embedded),
    user: "postgres",
    database: "postgres",
    password: "",
    types,
    max: 1,
    idleTimeoutMillis: 0,
  });
  return overPool(pool);
}

function overPool(pool: pg.Pool): Kysely<Tables> {
  // A connection may end while nobody waits for it, in the pool or between two statements of a transaction. The next statement
  // says so; an error that nobody hears would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => {
    client.on("error", () => {});
    // What fails here fails again with the statement that the connection was opened for.
    client.query(SESSION).catch(() => {});
  });
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
