import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, expect, it } from "@jest/globals";
import { sql } from "kysely";
import { connectEmbedded } from "../../src/store/sql/connect.ts";
import { createEmbedded } from "../../src/store/sql/embedded.ts";
import { describeRunStore } from "./conformance.ts";
import { createTestDatabase } from "./keepers.ts";
import { describeLettingGo } from "./letting-go.ts";
import { describeReplicas } from "./replicas.ts";
import { describeSharing } from "./sharing.ts";
import { describeWideRuns } from "./wide-runs.ts";

const embedded = createEmbedded(null);
const database = createTestDatabase(connectEmbedded(embedded));
afterAll(async () => {
  await database.drop();
  await embedded.close();
});

describeRunStore("embedded PostgreSQL", database.open);
describeLettingGo("embedded PostgreSQL", database);
describeReplicas("embedded PostgreSQL", database);
describeSharing("embedded PostgreSQL", database);
describeWideRuns("embedded PostgreSQL", database);

it("is begun anew after it stopped itself in the middle of a transaction, and says why it did", async () => {
  const engine = createEmbedded(null);
  const panic = Buffer.from("E\0\0\0\x20SPANIC\0VPANIC\0C53100\0Mfull\0\0", "latin1");
  const killed: string[] = [];
  const db = connectEmbedded({
    ...engine,
    kill: () => void killed.push("killed"),
    send: (bytes) => (Buffer.from(bytes).includes("fill the disk") ? Promise.resolve(panic) : engine.send(bytes)),
  });
  try {
    const filling = db.transaction().execute((step) => sql`select 'fill the disk'`.execute(step));
    await expect(filling).rejects.toMatchObject({ code: "53100" });
    expect(killed).toEqual(["killed"]);
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
  } finally {
    await db.destroy();
    await engine.close();
  }
});

it("keeps nothing of what it has answered", async () => {
  const worker = new Worker(new URL("../../src/store/sql/embedded-worker.js", import.meta.url), {
    workerData: { folder: null },
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  const [ready] = await once(worker, "message");
  const text = Buffer.from("select repeat('x', 4000000)\0");
  const header = Buffer.from([0x51, 0, 0, 0, 4 + text.length]);
  const lengths: number[] = [];
  try {
    for (let answers = 0; answers < 24; answers += 1) {
      worker.postMessage(Buffer.concat([header, text]));
      const [answer] = (await once(worker, "message")) as [Uint8Array];
      lengths.push(Math.floor(answer.byteLength / 1_000_000));
    }
  } finally {
    await worker.terminate();
  }
  expect([ready, lengths]).toEqual(["ready", Array.from({ length: 24 }, () => 4)]);
});
