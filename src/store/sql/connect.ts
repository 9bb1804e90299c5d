import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Embedded } from "./embedded.ts";
import { EmbeddedStream } from "./embedded-stream.ts";
import type { Tables } from "./tables.ts";

const BIGINT = 20;
const CONNECT_MS = 5_000;
const QUERY_MS = 15_000;
const CONNECTIONS_MAX = 10;

/** Numbers that PostgreSQL writes as bigint are times and counts here, which a double holds. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: never) =>
    oid === BIGINT ? Number : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig["getTypeParser"],
};

/** Connections to a PostgreSQL server, opened when they are needed. @param url `postgres://…` */
export function connectServer(url: string): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    types,
    max: CONNECTIONS_MAX,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    application_name: "cloud-assistant-gateway",
  });
  return overPool(pool);
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
  pool.on("connect", (client) => void client.on("error", () => {}));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
