import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database of its own on the server that the tests are given. */
export interface OwnDatabase {
  readonly url: string;
  /** Ends every connection to it and drops it. */
  drop(): Promise<void>;
}

/** Creates an empty one. @param server a URL of the server, whose user may create databases */
export async function createOwnDatabase(server: string): Promise<OwnDatabase> {
  const name = `replicas_${randomBytes(6).toString("hex")}`;
  await execute(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(server, `drop database ${name} with (force)`) };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
