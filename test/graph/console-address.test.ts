import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Source } from "#domain";
import { consoleAddressOf, readConsoleAddress } from "../../src/graph/runs/console-address.ts";
import { anInstanceInvocation } from "./records.ts";

const SOURCES: readonly Source[] = (["ECS", "SWAS"] as const).flatMap((provider) =>
  ["cn-hangzhou", "cn-beijing", "ap-southeast-1"].map((regionId) => ({ provider, account: "default", regionId })),
);

const sources = fc.constantFrom(...SOURCES);
const ids = fc.oneof(
  fc.stringMatching(/^t-[a-z0-9]{4,30}$/),
  fc.stringMatching(/^[a-z0-9-]{1,40}$/),
  fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).filter((text) => text.trim() === text && text !== ""),
);

describe("the console's address of a run", () => {
  it("is read back as the very run, in the very source", () => {
    fc.assert(
      fc.property(
        sources,
        ids,
        fc.stringMatching(/^(i-[a-z0-9]{4,20}|[0-9a-f]{32})$/),
        (source, invokeId, instanceId) => {
          const instances = [anInstanceInvocation({ source, invokeId, instanceId })];
          const address = consoleAddressOf({ source, invokeId, instances }) ?? "";
          expect(readConsoleAddress(address, SOURCES)).toMatchObject({ invokeId, sources: [source] });
        },
      ),
    );
  });

  it("is that of the page of the run, or of its first server", () => {
    const at = (provider: Source["provider"], instanceIds: readonly string[]) => {
      const source: Source = { provider, account: "default", regionId: "cn-hangzhou" };
      const instances = instanceIds.map((instanceId) => anInstanceInvocation({ source, instanceId }));
      return consoleAddressOf({ source, invokeId: "t-abcd1", instances });
    };
    expect([at("ECS", []), at("SWAS", ["b2", "a1"]), at("SWAS", [])]).toEqual([
      "https://ecs.console.aliyun.com/cloud-assistant/region/cn-hangzhou/result?InvokeId=t-abcd1",
      "https://swasnext.console.aliyun.com/servers/cn-hangzhou/a1/dashboard?InvokeId=t-abcd1",
      null,
    ]);
  });

  it("names the product by its host, whatever the ids look like", () => {
    const sourcesOf = (address: string) => readConsoleAddress(address, SOURCES).sources.map(({ provider }) => provider);
    expect(sourcesOf("https://ecs.console.aliyun.com/x/region/cn-beijing?invokeId=t-swas5")).toEqual(["ECS"]);
    expect(sourcesOf("https://home.console.aliyun.com/swas/cn-beijing#/run?InvokeId=t-abcd")).toEqual(["SWAS"]);
  });
});
