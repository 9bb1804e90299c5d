import { describe, expect, it } from "@jest/globals";
import { startRig } from "./rig.ts";

const ONE = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-ecs1") {
  invokeId status instanceInvocations { nodes { result { exitCode output { text } } } }
} }`;
const LIST = "{ invocations { nodes { invokeId } sources { provider ok } } }";

describe("what is final, while its source is down", () => {
  it("is given from the cache, and the answer says from when it is", async () => {
    const rig = await startRig();
    const before = await rig.ask(ONE);
    rig.emulator.setFaults([{ product: "ecs", fault: { kind: "error", code: "Forbidden.RAM" } }]);
    const list = await rig.ask(LIST);
    rig.takeCalls();
    const after = await rig.ask(ONE);
    const { data } = before.body as { data: object };
    expect(list.body).toMatchObject({
      data: { invocations: { nodes: [{ invokeId: "t-swas2" }, { invokeId: "t-swas1" }] } },
    });
    expect(after.body).toEqual({
      data,
      extensions: {
        cost: { calls: 0, cached: expect.any(Number), saved: 0, budget: 200 },
        stale: [
          {
            provider: "ECS",
            account: "default",
            regionId: "cn-hangzhou",
            readAt: expect.stringMatching(/^2026-01-02T03:04:\d\d\.\d{3}Z$/),
          },
        ],
      },
    });
    expect([before.body, list.body].filter((body) => JSON.stringify(body).includes('"stale"'))).toEqual([]);
    expect(rig.takeCalls()).toEqual([]);
  });

  it("is not called stale where its source is well", async () => {
    const rig = await startRig();
    await rig.ask(ONE);
    const { body } = await rig.ask(ONE);
    expect(body).toMatchObject({ extensions: { cost: { calls: 0 } } });
    expect(body).not.toHaveProperty("extensions.stale");
  });
});
