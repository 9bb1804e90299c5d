import { afterAll } from "@jest/globals";
import { connectEmbedded } from "../../src/store/sql/connect.ts";
import { createEmbedded } from "../../src/store/sql/embedded.ts";
import { describeRunStore } from "./conformance.ts";
import { createTestDatabase } from "./keepers.ts";
import { describeLettingGo } from "./letting-go.ts";
import { describeReplicas } from "./replicas.ts";
import { describeSharing } from "./sharing.ts";

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
