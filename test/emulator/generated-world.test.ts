import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeEmulator } from "#emulator";
import type { Emulator } from "../support/emulator/index.ts";
import { createEmulator } from "../support/emulator/index.ts";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const START = Date.UTC(2026, 0, 20, 12, 0, 0);
const ALL_STATUSES = [
  "Aborted",
  "Cancelled",
  "Error",
  "Failed",
  "Invalid",
  "Running",
  "Scheduled",
  "Success",
  "Terminated",
  "Timeout",
];

interface RunMembers {
  readonly InvokeId: string;
  readonly CreationTime: string;
  readonly InvocationStatus: string;
}

interface RecordMembers {
  readonly InvocationStatus: string;
  readonly ErrorCode: string;
  readonly Output?: string;
}

type Nested = RunMembers & { readonly InvokeInstances: { readonly InvokeInstance: readonly RecordMembers[] } };
type Flat = RunMembers & { readonly InvokeInstances: readonly RecordMembers[] };
type EcsList = { readonly Invocations: { readonly Invocation: readonly Nested[] } };
type SwasList = { readonly CommandInvocations: readonly Flat[] };
type Listed = RunMembers & { readonly product: string; readonly records: readonly RecordMembers[] };

describe("the generated world", () => {
  let emulator: Emulator;
  let client: EmulatorClient;
  let now = START;
  const list = async (product: "ecs" | "swas", RegionId: string, page: object = {}): Promise<readonly Listed[]> => {
    const action = product === "ecs" ? "DescribeInvocations" : "DescribeCommandInvocations";
    const { body } = await client.call(product, action, { RegionId, PageSize: 50, ...page });
    const runs = product === "ecs" ? (body as EcsList).Invocations.Invocation : (body as SwasList).CommandInvocations;
    return runs.map(({ InvokeInstances, ...run }) => ({
      ...run,
      product,
      records: "InvokeInstance" in InvokeInstances ? InvokeInstances.InvokeInstance : InvokeInstances,
    }));
  };
  const newest = async () => {
    const pages: Listed[] = [];
    for (const product of ["ecs", "swas"] as const) {
      for (const regionId of emulator.world.regionIds(product)) pages.push(...(await list(product, regionId)));
    }
    return pages.sort((a, b) => (a.CreationTime < b.CreationTime ? 1 : -1)).slice(0, 100);
  };

  beforeAll(async () => {
    now = START;
    emulator = createEmulator({ seed: 5, now: () => now });
    const { url } = await emulator.start();
    client = createEmulatorClient({ url, now: () => now });
  });
  afterAll(() => emulator.stop());

  it("holds tens of thousands of runs on hundreds of machines of both products", async () => {
    const sizes = (["ecs", "swas"] as const).flatMap((product) =>
      emulator.world.regionIds(product).map((regionId) => emulator.world.invokeIds(product, regionId).length),
    );
    expect(sizes.length).toBe(8);
    expect(Math.min(...sizes)).toBeGreaterThan(1_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(20_000);
  });

  it("is the same for the same seed", async () => {
    const other = createEmulator({ seed: 5, now: () => START });
    expect(other.world.invokeIds("ecs", "cn-beijing")).toEqual(emulator.world.invokeIds("ecs", "cn-beijing"));
    const another = createEmulator({ seed: 6, now: () => START });
    expect(another.world.invokeIds("ecs", "cn-beijing")).not.toEqual(emulator.world.invokeIds("ecs", "cn-beijing"));
  });

  it("shows both products, several states and outputs among its newest hundred", async () => {
    const top = await newest();
    const words = new Set(top.map((run) => run.InvocationStatus));
    expect([...new Set(top.map((run) => run.product))].sort()).toEqual(["ecs", "swas"]);
    expect([...words]).toEqual(expect.arrayContaining(["Success", "Running", "PartialFailed"]));
    expect(top.some((run) => run.records.some((record) => record.Output))).toBe(true);
  });

  it("holds every state and every code of an execution, and runs on over a hundred machines of which few failed", async () => {
    const statuses = new Set<string>();
    const codes = new Set<string>();
    const large: number[] = [];
    const isMissing = () => statuses.size < ALL_STATUSES.length || codes.size < 19 || large.length < 2;
    for (let PageNumber = 1; PageNumber <= 140 && isMissing(); PageNumber += 1) {
      const pages = [true, false].map((Timed) => list("ecs", "cn-hangzhou", { PageNumber, Timed }));
      for (const run of (await Promise.all(pages)).flat()) {
        for (const { InvocationStatus, ErrorCode } of run.records) {
          // A pending or stopping run may or may not be there at this moment.
          if (ALL_STATUSES.includes(InvocationStatus)) statuses.add(InvocationStatus);
          codes.add(ErrorCode);
        }
        const failed = run.records.filter((record) => record.InvocationStatus !== "Success").length;
        if (run.records.length >= 100 && failed <= 3) large.push(failed);
      }
    }
    expect([...statuses].sort()).toEqual(ALL_STATUSES);
    expect([codes.size, large.length > 1, large.every((failed) => failed >= 1)]).toEqual([19, true, true]);
  });

  it("keeps the executions of repeated runs", async () => {
    const timed = { RegionId: "cn-beijing", Timed: true, PageSize: 50 };
    const { body } = await client.call("ecs", "DescribeInvocations", timed);
    const runs = (body as { Invocations: { Invocation: readonly { InvokeId: string; Frequency: string }[] } })
      .Invocations;
    const hourly = runs.Invocation.find((run) => run.Frequency === "rate(1h)");
    const parameters = { RegionId: "cn-beijing", InvokeId: hourly?.InvokeId ?? "", IncludeHistory: true, PageSize: 50 };
    const history = await client.call("ecs", "DescribeInvocationResults", parameters);
    const { TotalCount, InvocationResults } = (
      history.body as {
        Invocation: { TotalCount: number; InvocationResults: { InvocationResult: readonly { StartTime: string }[] } };
      }
    ).Invocation;
    const times = InvocationResults.InvocationResult.map((result) => result.StartTime);
    expect(TotalCount).toBeGreaterThan(150);
    expect(times).toEqual([...times].sort().reverse());
  });

  it("prints GBK and cuts what is over 24 KB", async () => {
    const outputsOf = async (CommandName: string) => {
      const { body } = await client.call("ecs", "DescribeInvocations", {
        RegionId: "cn-hangzhou",
        CommandName,
        PageSize: 5,
      });
      const runs = (body as { Invocations: { Invocation: readonly { InvokeId: string }[] } }).Invocations.Invocation;
      const InvokeId = runs.at(-1)?.InvokeId ?? "";
      const results = await client.call("ecs", "DescribeInvocationResults", { RegionId: "cn-hangzhou", InvokeId });
      return (
        results.body as {
          Invocation: { InvocationResults: { InvocationResult: readonly { Output: string; Dropped: number }[] } };
        }
      ).Invocation.InvocationResults.InvocationResult;
    };
    const [update] = await outputsOf("windows-update");
    expect(new TextDecoder("gbk").decode(Buffer.from(update?.Output ?? "", "base64"))).toMatch(
      /^正在检查更新\.\.\.\r\n/,
    );
    const [diagnosis] = await outputsOf("collect-diagnostics");
    expect(Buffer.from(diagnosis?.Output ?? "", "base64").length).toBe(24 * 1024);
    expect(diagnosis?.Dropped).toBeGreaterThan(0);
  });

  it("lives: new runs start every few seconds, and running ones print and end", async () => {
    const before = await newest();
    const running = before.find((run) => run.InvocationStatus === "Running" && run.product === "swas");
    const state = async () => {
      const pages = await Promise.all(
        emulator.world
          .regionIds("swas")
          .map((RegionId) => list("swas", RegionId, { InvokeId: running?.InvokeId ?? "" })),
      );
      return pages.flat()[0];
    };
    now += 60_000;
    const after = await newest();
    const known = new Set(before.map((run) => run.InvokeId));
    expect(after.filter((run) => !known.has(run.InvokeId)).length).toBeGreaterThanOrEqual(10);
    now += 3_600_000;
    expect((await state())?.InvocationStatus).not.toBe("Running");
  });

  it("says how to use it", () => {
    const text = describeEmulator(emulator);
    for (const part of [emulator.url, "testid", "testsecret", "aliyun ecs", "swas-open", "new Client"]) {
      expect(text).toContain(part);
    }
  });
});
