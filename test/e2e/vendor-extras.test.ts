import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createWorld } from "../support/emulator/index.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";

const SWAS_ID = `${"0".repeat(31)}1`;
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({
    world: createWorld({
      ecs: {
        "cn-hangzhou": {
          invocations: [
            {
              invokeId: "t-labelled",
              instances: ["i-1"],
              tags: [
                { key: "env", value: "prod" },
                { key: "team", value: "shop" },
              ],
              resourceGroupId: "rg-1",
              frequency: "0 0 3 * * ? Asia/Shanghai",
              timed: true,
              repeatMode: "Period",
            },
            { invokeId: "t-plain", instances: ["i-1"] },
          ],
        },
      },
      swas: { "cn-hangzhou": { invocations: [{ invokeId: "t-swas", instances: [SWAS_ID] }] } },
    }),
  });
});
afterAll(() => gateway.stop());

const idsOf = async (filter: object) => {
  gateway.emulator.clearCalls();
  const query = "query ($filter: InvocationFilter) { invocations(filter: $filter) { nodes { invokeId } } }";
  const { data } = await gateway.ask<{ invocations: { nodes: { invokeId: string }[] } }>(query, { filter });
  return data.invocations.nodes.map(({ invokeId }) => invokeId);
};
const asked = () => gateway.calls().map(({ action, parameters }) => ({ action, parameters }));

describe("labels and resource groups", () => {
  it("select runs on the product that has them, by its own filter", async () => {
    expect(await idsOf({ tags: [{ key: "env", value: "prod" }, { key: "team" }] })).toEqual(["t-labelled"]);
    expect(asked()).toMatchObject([
      {
        action: "DescribeInvocations",
        parameters: { "Tag.1.Key": "env", "Tag.1.Value": "prod", "Tag.2.Key": "team" },
      },
    ]);
    expect(await idsOf({ resourceGroupId: "rg-1" })).toEqual(["t-labelled"]);
    expect(asked()).toMatchObject([{ action: "DescribeInvocations", parameters: { ResourceGroupId: "rg-1" } }]);
  });

  it("select nothing where a label has another value", async () => {
    expect(await idsOf({ tags: [{ key: "env", value: "test" }] })).toEqual([]);
  });
});

describe("a schedule", () => {
  it("is taken apart", async () => {
    const { data } = await gateway.ask(
      "{ invocations { nodes { invokeId frequency schedule { kind expression timeZone } } } }",
    );
    expect(data).toMatchObject({
      invocations: {
        nodes: expect.arrayContaining([
          {
            invokeId: "t-labelled",
            frequency: "0 0 3 * * ? Asia/Shanghai",
            schedule: { kind: "CRON", expression: "0 0 3 * * ?", timeZone: "Asia/Shanghai" },
          },
          { invokeId: "t-plain", frequency: null, schedule: null },
        ]),
      },
    });
  });
});

describe("the agent on a server", () => {
  it("is read with one call for the servers of a page", async () => {
    gateway.emulator.clearCalls();
    const query = `{ invocations { nodes { instanceInvocations { nodes {
      instanceId instance { agent { isReady } } } } } } }`;
    const { data, errors } = await gateway.ask(query);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      invocations: {
        nodes: [
          {
            instanceInvocations: {
              nodes: [{ instanceId: expect.any(String), instance: { agent: { isReady: true } } }],
            },
          },
          {
            instanceInvocations: {
              nodes: [{ instanceId: expect.any(String), instance: { agent: { isReady: true } } }],
            },
          },
          {
            instanceInvocations: {
              nodes: [{ instanceId: expect.any(String), instance: { agent: { isReady: true } } }],
            },
          },
        ],
      },
    });
    const agentCalls = asked().flatMap(({ action }) => (action.startsWith("DescribeCloudAssistant") ? action : []));
    expect(agentCalls.sort()).toEqual(["DescribeCloudAssistantAttributes", "DescribeCloudAssistantStatus"]);
  });
});
