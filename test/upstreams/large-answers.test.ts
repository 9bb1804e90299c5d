import { describe, expect, it } from "@jest/globals";
import { startUpstream } from "./running-upstream.ts";
import { EVERYTHING, NOTHING } from "./stub.ts";
import { idsOf, readToEnd } from "./walk-list.ts";

/** 60 runs on 40 servers each. */
const RUNS = Array.from({ length: 60 }, (_, n) => ({
  invokeId: `t-${String(n).padStart(2, "0")}`,
  creationTime: new Date(Date.UTC(2026, 0, 1, 12, 0, -n)).toISOString().replace(".000", ""),
  instances: Array.from({ length: 40 }, (_, instance) => ({ instanceId: `i-${instance}` })),
}));
const IDS = RUNS.map(({ invokeId }) => invokeId);

/** How many were asked for at once, call by call. */
function sizesOf(calls: readonly string[]): readonly number[] {
  return calls.map((call) => Number(/(?:MaxResults|PageSize)=(\d+)/.exec(call)?.[1]));
}

describe("a list whose answers are too large to be read", () => {
  it.each([
    ["ECS, in tokens", "ECS", {}, [50, 13, 1, 13, 13, 13, 13]],
    ["ECS, in pages", "ECS", { pages: "only" }, [50, 13, 1, 12, 11, 10, 13, 12, 11]],
    ["SWAS", "SWAS", {}, [50, 13, 12, 11, 10, 13, 12, 11]],
  ] as const)("is read with fewer runs in each answer: %s", async (_name, provider, drift, sizes) => {
    const end = await startUpstream(provider, { invocations: RUNS }, { drift, maxAnswerBytes: 200_000 });
    const [list] = await end.upstream.openLists({ instanceId: "i-1" }, NOTHING, end.operation);
    const pages = list === undefined ? [] : await readToEnd(list, end.operation);
    expect(idsOf(pages)).toEqual(IDS);
    expect(sizesOf(end.takeCalls())).toEqual(sizes);
    await end.close();
  });

  it("is begun again with fewer in each answer if a later page is too large, of results", async () => {
    const instances = Array.from({ length: 90 }, (_, n) => ({
      instanceId: `i-${String(n).padStart(2, "0")}`,
      output: "x".repeat(n < 50 ? 1 : 4_000),
    }));
    const region = { invocations: [{ invokeId: "t-1", instances }] };
    const end = await startUpstream("ECS", region, { drift: { pages: "only" }, maxAnswerBytes: 100_000 });
    const results = await end.upstream.readResults(
      { invokeId: "t-1", instanceIds: instances.map(({ instanceId }) => instanceId), includeHistory: false },
      EVERYTHING,
      end.operation,
    );
    expect(results.map(({ instanceId, output }) => [instanceId, output?.bytes.length])).toEqual(
      instances.map(({ instanceId, output }) => [instanceId, output.length]),
    );
    expect(sizesOf(end.takeCalls())).toEqual([50, 50, 13, 13, 13, 13, 13, 13, 13]);
    await end.close();
  });

  it("is tried with one run at last, and then said to be too large", async () => {
    const end = await startUpstream("ECS", { invocations: RUNS }, { maxAnswerBytes: 2_000 });
    const [list] = await end.upstream.openLists({ instanceId: "i-1" }, NOTHING, end.operation);
    await expect(list?.read(null, end.operation)).rejects.toMatchObject({
      code: "BAD_RESPONSE",
      message: expect.stringContaining("the answer was larger than the 2000 bytes allowed"),
    });
    const again = () => expect(list?.read(null, end.operation)).rejects.toMatchObject({ code: "BAD_RESPONSE" });
    await again();
    await end.clock.advance(60_000);
    await again();
    expect(sizesOf(end.takeCalls())).toEqual([50, 13, 4, 1, 50, 50, 13, 4, 1]);
    await end.close();
  });
});
