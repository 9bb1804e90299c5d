import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { getIntrospectionQuery } from "graphql";
import { type Rig, startRig } from "./rig.ts";
import { aliases, createSender } from "./sender.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(30, "t-h")) });
});
afterAll(() => rig.stop());
const { send, post } = createSender(() => rig.url);

/** What is in use once nothing is left that nobody needs, in bytes. */
function usedAfterCollection(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

describe("passed:", () => {
  it("full introspection", async () => {
    const { body, status } = await post({
      query: getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
      }),
    });
    expect([status, body?.errors]).toEqual([200, undefined]);
  });

  it("a Relay page 12 levels deep", async () => {
    const query = `{ invocations(first: 2) { edges { node { instanceInvocations(first: 2) { edges { node { invocation {
      instanceInvocations(first: 1) { edges { node { result { output { text } } } } } } } } } } } } }`;
    const { body } = await post({ query });
    expect(body?.errors).toBeUndefined();
  });

  it("100 aliases", async () => {
    const { body } = await post({ query: aliases(100) });
    expect(body?.errors).toBeUndefined();
  });

  it("GET with a preflight header, and a JSON body with a charset", async () => {
    const get = await send(
      { method: "GET", headers: { "apollo-require-preflight": "1" } },
      `?query=${encodeURIComponent("{ __typename }")}`,
    );
    const charset = await send({
      headers: { "content-type": "application/json; charset=UTF-8" },
      body: JSON.stringify({ query: "{ __typename }" }),
    });
    expect([get.body, charset.body]).toMatchObject([
      { data: { __typename: "Query" } },
      { data: { __typename: "Query" } },
    ]);
  });

  it("1,000 requests of one client in a row of bursts", async () => {
    const statuses = new Set<number>();
    for (let burst = 0; burst < 10; burst += 1) {
      const replies = await Promise.all(Array.from({ length: 100 }, () => post({ query: "{ sources { ok } }" })));
      for (const { status } of replies) statuses.add(status);
    }
    expect([...statuses]).toEqual([200]);
  });

  it("many different large documents, within bounded memory", async () => {
    const text = (n: number) =>
      `{ ${Array.from({ length: 60 }, (_, index) => `f${n}_${index}: __typename`).join(" ")} } #${"x".repeat(10_000)}`;
    for (let n = 0; n < 100; n += 1) await post({ query: text(n) });
    const before = usedAfterCollection();
    for (let n = 100; n < 400; n += 1) await post({ query: text(n) });
    // 300 documents of 12 KB text, each several times that once parsed.
    expect(usedAfterCollection() - before).toBeLessThan(75_000_000);
  });
});
