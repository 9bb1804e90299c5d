import { describe, expect, it } from "@jest/globals";
import type { Stage } from "./conformance-stage.ts";

/** Servers and the agents on them. */
export function describeServers(stage: Stage): void {
  const { product, first, second } = stage;
  const { calls } = product;

  describe("servers", () => {
    it("come by id, unknown ones are missing", async () => {
      await stage.restart({ instances: [first, second] });
      const servers = await stage.end.upstream.readInstances(
        [second, first, product.instanceId(9)],
        stage.end.operation,
      );
      const expected = [first, second].map((instanceId) => ({
        source: stage.end.source,
        instanceId,
        name: instanceId,
        osType: "linux",
        osName: expect.any(String),
        status: "Running",
        privateIpAddresses: ["172.16.0.10"],
        publicIpAddresses: ["203.0.113.10"],
      }));
      expect([...servers].sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1))).toEqual(expected);
      expect(stage.end.takeCalls()).toEqual([calls.servers([second, first, product.instanceId(9)])]);
    });

    it("are missing where none is known", async () => {
      expect(await stage.end.upstream.readInstances([product.instanceId(9)], stage.end.operation)).toEqual([]);
    });

    it("come 100 a call", async () => {
      const ids = Array.from({ length: 230 }, (_, index) => product.instanceId(index + 1));
      await stage.restart({ instances: ids });
      const servers = await stage.end.upstream.readInstances(ids, stage.end.operation);
      expect([servers.length, stage.end.takeCalls().length]).toEqual([230, 3]);
    });
  });

  describe("agents", () => {
    it("come by the ids of their servers, 50 a call, unknown ones are missing", async () => {
      const ids = Array.from({ length: 60 }, (_, index) => product.instanceId(index + 1));
      const offline = { instanceId: first, agentOnline: false };
      await stage.restart({ instances: [offline, ...ids.slice(1)] });
      const agents =
        (await stage.end.upstream.readAgentStates?.([...ids, product.instanceId(99)], stage.end.operation)) ?? [];
      expect(agents.map(({ instanceId, isReady }) => [instanceId, isReady]).sort()).toEqual(
        ids.map((instanceId) => [instanceId, instanceId !== first]),
      );
      expect(agents[0]).toEqual({
        source: stage.end.source,
        instanceId: first,
        isReady: false,
        ...product.agentExtras,
      });
      expect(stage.end.takeCalls().length).toBeLessThanOrEqual(10);
    });
  });
}
