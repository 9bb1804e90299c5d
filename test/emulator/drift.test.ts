import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { DriftOptions, Emulator } from "../support/emulator/index.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const NOW = Date.UTC(2026, 0, 2, 4, 0, 0);
const REGION = { RegionId: "cn-hangzhou" };
const IDS = Array.from({ length: 60 }, (_, index) => `t-${String(index).padStart(2, "0")}`);

interface List {
  readonly TotalCount: number;
  readonly PageSize: number;
  readonly NextToken: string;
  readonly Invocations: {
    readonly Invocation: readonly { readonly InvokeId: string; readonly CreationTime: string }[];
  };
}

describe("drift", () => {
  let emulator: Emulator;
  let client: EmulatorClient;
  const list = async (parameters: Record<string, string | number>) =>
    (await client.call("ecs", "DescribeInvocations", { ...REGION, ...parameters })).body as List;
  const ids = (body: List) => body.Invocations.Invocation.map((run) => run.InvokeId);
  const code = async (parameters: Record<string, string | number>) =>
    ((await client.call("ecs", "DescribeInvocations", { ...REGION, ...parameters })).body as { Code?: string }).Code;

  beforeEach(async () => {
    const invocations = IDS.map((invokeId, index) => ({ invokeId, creationTime: NOW - Math.floor(index / 5) * 1000 }));
    emulator = createEmulator({ world: createWorld({ ecs: { "cn-hangzhou": { invocations } } }), now: () => NOW });
    const { url } = await emulator.start();
    client = createEmulatorClient({ url, now: () => NOW });
  });
  afterEach(() => emulator.stop());

  it("is off unless asked for", async () => {
    expect(ids(await list({ PageSize: 50 }))).toEqual(IDS.slice(0, 50));
    expect(ids(await list({ PageSize: 50 }))).toEqual(IDS.slice(0, 50));
  });

  it("shuffles within a second from call to call, and nowhere else", async () => {
    emulator.setDrift({ shuffleTies: true });
    const [one, two] = [await list({ PageSize: 50 }), await list({ PageSize: 50 })];
    expect(ids(one)).not.toEqual(ids(two));
    expect([...ids(one)].sort()).toEqual(IDS.slice(0, 50));
    const times = one.Invocations.Invocation.map((run) => run.CreationTime);
    expect(times).toEqual([...times].sort().reverse());
  });

  it("is the same for the same seed", async () => {
    const walk = async () => {
      emulator.setDrift({ shuffleTies: true, shiftedPages: 0.5, seed: 7 });
      return [await list({ PageSize: 20 }), await list({ PageSize: 20, PageNumber: 2 })].map(ids);
    };
    expect(await walk()).toEqual(await walk());
  });

  it("lets runs arrive and vanish between calls", async () => {
    emulator.setDrift({ arrivals: 3, vanishing: 1 });
    const totals: number[] = [];
    for (let call = 0; call < 5; call += 1) totals.push((await list({})).TotalCount);
    const all = emulator.world.invokeIds("ecs", "cn-hangzhou");
    expect(all.filter((id) => IDS.includes(id))).toEqual(IDS.slice(0, 55));
    expect(totals.at(-1)).toBe(all.length);
    expect(all.length).toBeGreaterThan(55);
  });

  it("forgets what is older than its retention", async () => {
    emulator.setDrift({ retentionMs: 2_000 });
    expect(ids(await list({ PageSize: 50 }))).toEqual(IDS.slice(0, 15));
  });

  it("shows new runs late", async () => {
    emulator.setDrift({ hiddenForMs: 2_000 });
    expect(ids(await list({ PageSize: 50 }))[0]).toBe(IDS[10]);
    expect((await list({ InvokeId: "t-09" })).TotalCount).toBe(0);
  });

  it("repeats or leaves out records between pages", async () => {
    emulator.setDrift({ shiftedPages: 1, seed: 3 });
    const starts: number[] = [];
    for (const PageNumber of [2, 2, 2, 2, 2, 2])
      starts.push(IDS.indexOf(ids(await list({ PageSize: 20, PageNumber }))[0] ?? ""));
    expect(starts.every((start) => start !== 20 && Math.abs(start - 20) <= 3)).toBe(true);
    expect([starts.some((start) => start < 20), starts.some((start) => start > 20)]).toEqual([true, true]);
  });

  it("cuts or refuses large pages", async () => {
    emulator.setDrift({ clampPageSizeTo: 20 });
    expect(ids(await list({ PageSize: 50 }))).toEqual(IDS.slice(0, 20));
    emulator.setDrift({ refusePageSizeAbove: 20 });
    expect(await code({ PageSize: 50 })).toBe("InvalidParam.PageSize");
    expect(await code({ PageSize: 20 })).toBeUndefined();
  });

  it.each<[string, DriftOptions]>([
    ["after a number of uses", { tokenUses: 1 }],
    ["after a number of calls", { tokenLifetimeCalls: 1 }],
  ])("lets tokens die %s", async (_, options) => {
    emulator.setDrift(options);
    const { NextToken } = await list({ MaxResults: 20 });
    expect(ids(await list({ MaxResults: 20, NextToken }))).toEqual(IDS.slice(20, 40));
    expect(await code({ MaxResults: 20, NextToken })).toBe("InvalidParameter.NextToken");
  });

  it("gives one token again and again", async () => {
    emulator.setDrift({ repeatTokens: true });
    const { NextToken } = await list({ MaxResults: 20 });
    const second = await list({ MaxResults: 20, NextToken });
    expect([second.NextToken, ids(second)]).toEqual([NextToken, IDS.slice(20, 40)]);
  });

  it("lies about the total", async () => {
    emulator.setDrift({ totalCountError: -55 });
    expect((await list({})).TotalCount).toBe(5);
    emulator.setDrift({ totalCountError: -100 });
    expect((await list({})).TotalCount).toBe(0);
  });
});
