import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** Connections to the server for each database: fewer than the clients have, so that one serves many of them in turn. */
const POOL_SIZE = 3;
const READY_WITHIN_MS = 10_000;
const ENV = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin` };

/** PgBouncer between gateways and a server. */
export interface Pooler {
  /** The same database through it. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** True if PgBouncer is installed. */
export function hasPgBouncer(): boolean {
  return spawnSync("pgbouncer", ["--version"], { env: ENV }).status === 0;
}

/**
 * Starts PgBouncer in transaction mode: anybody who counts on a session fails behind it.
 * @param server a URL of the server, whose user it connects as
 * @throws Error if it does not answer
 */
export async function startPgBouncer(server: string): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), "pooler-"));
  // It refuses to run as root, and reads its settings as whom it runs as.
  chmodSync(folder, 0o755);
  const port = await findPort();
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(file, settingsOf(new URL(server), port));
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const child = spawn("pgbouncer", [...user, file], { env: ENV, stdio: ["ignore", "ignore", "pipe"] });
  const said: Buffer[] = [];
  child.stderr.on("data", (data: Buffer) => said.push(data));
  const through = (url: string): string => Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (const end = performance.now() + READY_WITHIN_MS; !(await answers(through(server))); await sleep(100)) {
    if (performance.now() < end && child.exitCode === null) continue;
    await stop();
    throw new Error(`PgBouncer does not answer: ${Buffer.concat(said).toString()}`);
  }
  return { through, stop };
}

function settingsOf({ hostname, port, username, password }: URL, listenPort: number): string {
  const secret = password === "" ? "" : ` password=${decodeURIComponent(password)}`;
  return `[databases]
* = host=${hostname} port=${port || "5432"} user=${decodeURIComponent(username)}${secret}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${POOL_SIZE}
max_client_conn = 500
log_connections = 0
log_disconnections = 0
log_stats = 0
`;
}

async function findPort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("No port is free.");
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
