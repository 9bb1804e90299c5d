import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { serverAudits } from "graphql-http";

import { startGateway, type TestGateway } from "../gateway.ts";

describe("GraphQL over HTTP", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  it("passes graphql-http's audits without an error or a warning, also once documents are compiled", async () => {
    for (let round = 0; round < 4; round += 1) {
      const results = await Promise.all(serverAudits({ url: gateway.url }).map((audit) => audit.fn()));
      const bad = results.filter((result) => result.status === "error" || result.status === "warn");
      expect(bad.map((result) => [result.id, result.name, "reason" in result ? result.reason : ""])).toEqual([]);
    }
  });

  it("answers a query with its cost", async () => {
    const { status, body } = await gateway.ask({ query: "{ hello }" });
    expect({ status, body }).toEqual({
      status: 200,
      body: { data: { hello: "hello" }, extensions: { cost: { calls: 0, cached: 0, budget: 200 } } },
    });
  });
});
