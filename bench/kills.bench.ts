/**
 * Thirty processes that are killed in the middle of writing, then thirty gateways in the middle of collecting, over each database: what
 * was acknowledged is there, coverage claims nothing else, and the next one goes on where the last one was. KILLS says how many.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "#store";
import { systemClock } from "../src/system-clock.ts";
import { killWriter } from "../test/store/kills.ts";
import { ECS } from "../test/store/records.ts";
import { createOwnDatabase } from "../test/support/database.ts";
import { killCollectors } from "./killed-collector.ts";

const KILLS = Number(process.env.KILLS ?? 30);

async function killMany(name: string, url: string, schema: string): Promise<boolean> {
  let before = 0;
  let whole = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { found, acknowledged } = await killWriter(url, schema, 1 + ((kill * 7) % 12));
    const isWhole = found.runs >= before && found.whole === found.runs && found.claimed === found.runs;
    if (isWhole) whole += 1;
    else console.log(`${name}: ${before} runs were acknowledged, found ${JSON.stringify(found)}`);
    before = acknowledged;
  }
  console.log(`${name}: ${whole} of ${KILLS} were whole`);
  return whole === KILLS;
}

async function killManyCollectors(name: string, url: string): Promise<boolean> {
  const { faults, calls, callsMax } = await killCollectors(url, KILLS);
  for (const fault of faults) console.log(`${name}, collecting: ${fault}`);
  console.log(
    `${name}, collecting: ${faults.length} faults after ${KILLS} kills; ${calls} calls, of ${callsMax} that may be needed`,
  );
  return faults.length === 0 && calls <= callsMax;
}

/** Deletes what the writers left on a server. */
async function cleanUp(url: string, schema: string): Promise<void> {
  const holder = { host: "bench", processId: process.pid };
  const database = createDatabase({
    url,
    schema,
    clock: systemClock,
    holder,
    newContentKey: () => new Uint8Array(32),
    newId: randomUUID,
  });
  const store = await database.open();
  await store.forget({ account: ECS.account });
  await store.close();
  await database.close();
}

const folder = mkdtempSync(join(tmpdir(), "kills-"));
const results = [
  await killMany("embedded", `file:${join(folder, "writing")}`, "killed"),
  await killManyCollectors("embedded", `file:${join(folder, "collecting")}`),
];
rmSync(folder, { recursive: true, force: true });
const server = process.env.TEST_DATABASE_URL;
if (server) {
  const schema = `killed_${process.pid}`;
  results.push(await killMany("server", server, schema));
  await cleanUp(server, schema);
  const own = await createOwnDatabase(server);
  results.push(await killManyCollectors("server", own.url));
  await own.drop();
} else console.log("TEST_DATABASE_URL is not set: no server was looked at.");
process.exitCode = results.every(Boolean) ? 0 : 1;
