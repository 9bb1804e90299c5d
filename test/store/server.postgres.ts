import { afterAll } from "@jest/globals";
import { connectServer } from "../../src/store/sql/connect.ts";
import { describeRunStore } from "./conformance.ts";
import { createTestDatabase } from "./keepers.ts";
import { describeLettingGo } from "./letting-go.ts";
import { describeManyChanges, describeReplicas } from "./replicas.ts";
import { describeSharing } from "./sharing.ts";
import { describeWideRuns } from "./wide-runs.ts";

const url = process.env.TEST_DATABASE_URL ?? "";

// Only the project's own checks demand a server: the suite runs the same promises over the embedded PostgreSQL.
const { db, close } = connectServer(url);
const database = createTestDatabase(db);
afterAll(async () => {
  await database.drop();
  await close();
});
describeRunStore("PostgreSQL", database.open);
describeLettingGo("PostgreSQL", database);
describeReplicas("PostgreSQL", database);
describeManyChanges("PostgreSQL", database);
describeSharing("PostgreSQL", database);
describeWideRuns("PostgreSQL", database);
