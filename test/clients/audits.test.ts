import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { serverAudits } from "graphql-http";

import { startGateway, type TestGateway } from "../support/gateway.ts";
import { world } from "./world.ts";

describe("graphql-http's audits", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ world });
  });
  afterAll(() => gateway.stop());

  it("find no error and nothing to warn of in the gateway with its own schema", async () => {
    const audits = serverAudits({ url: gateway.url });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    expect(audits.length).toBeGreaterThan(60);
    const told = results.filter(({ status }) => status !== "ok").map(({ status, name }) => `${status}: ${name}`);
    // A GET without a preflight header could come from a foreign page; to refuse it is allowed, and noticed.
    expect(told.filter((line) => !/^notice: MAY .*GET/.test(line))).toEqual([]);
  });
});
