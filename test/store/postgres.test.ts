import { afterAll, describe, it } from "@jest/globals";
import { connectServer } from "../../src/store/sql/connect.ts";
import { describeRunStore } from "./conformance.ts";
import { createTestDatabase } from "./keepers.ts";
import { describeLettingGo } from "./letting-go.ts";
import { describeReplicas } from "./replicas.ts";

const url = process.env.TEST_DATABASE_URL ?? "";

// A server is what only the project's own checks demand: `npm test` runs the same promises over the embedded PostgreSQL.
if (url === "")
  describe("the keeper PostgreSQL", () => it.todo("runs if TEST_DATABASE_URL names a database that can be written"));
else {
  const database = createTestDatabase(connectServer(url));
  afterAll(() => database.drop());
  describeRunStore("PostgreSQL", database.open);
  describeLettingGo("PostgreSQL", database);
  describeReplicas("PostgreSQL", database);
}
