import "reflect-metadata";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { silentTelemetry } from "#domain";
import { invocationOf } from "../../src/graph/invocation.ts";
import { createResultFinder } from "../../src/services/result-finder.ts";
import { createStock, toResult } from "../../src/services/stock.ts";
import { createItem, createRun } from "../services/support/records.ts";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";

const SOURCE = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;
const WITH_OUTPUT = { output: true, content: false };

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** A run as a list keeps it, one of whose results was asked for, and then pushed out of the cache. */
function createServedRun() {
  const item = createItem({ source: SOURCE, invokeId: "t-1", instanceId: "i-1" });
  const run = createRun({ source: SOURCE, invokeId: "t-1", creationTime: null, instances: [item] });
  const clock = createFakeClock();
  const stock = createStock({ cacheBytes: 100_000, clock, telemetry: silentTelemetry });
  stock.putResult({ ...toResult(item), output: { bytes: new Uint8Array(8_000), droppedBytes: 0 } });
  const find = createResultFinder(stock, clock);
  const [result] = find([item], WITH_OUTPUT, createOperation()) ?? [];
  if (result === undefined) throw new Error("the result was kept");
  const row = invocationOf(run).rowOf(item, result);
  for (let serial = 0; serial < 20; serial += 1) {
    stock.putResult({
      ...result,
      invokeId: `t-other-${serial}`,
      output: { bytes: new Uint8Array(8_000), droppedBytes: 0 },
    });
  }
  return { run, find, isSameRow: invocationOf(run).rowOf(item, result) === row, result: new WeakRef(result) };
}

describe("what a run's record keeps alive", () => {
  it("is the same row for the same result, and no result that the cache has let go", async () => {
    const { run, find, isSameRow, result } = createServedRun();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(isSameRow).toBe(true);
    expect(result.deref()).toBeUndefined();
    expect([run.invokeId, typeof find]).toEqual(["t-1", "function"]);
  });
});
