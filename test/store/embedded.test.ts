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
