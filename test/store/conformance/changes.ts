import { expect, it } from "@jest/globals";
import type { RunChange } from "#store";
import type { StoreOfTest } from "../conformance.ts";
import { ECS, itemOf, outputOf, resultFor, runAt } from "../records.ts";

/** Who listens hears of each write that changed anything, in order. */
export function describeChanges(store: StoreOfTest): void {
  const running = runAt(1, "t-1", { status: "RUNNING", rawStatus: "Running" });
  const tell = ({ before, after }: RunChange) => `${after.invokeId}: ${before?.status ?? "-"} > ${after.status}`;

  it("tells what changed, once a write, what is gone too, and nothing of what stayed", async () => {
    const told: string[][] = [];
    const end = store().onChange((changes) => void told.push(changes.map(tell)));
    await store().write({ source: ECS, readAt: 1, runs: [running, runAt(2, "t-2")] });
    await store().write({ source: ECS, readAt: 2, runs: [running, runAt(2, "t-2")] });
    await store().write({ source: ECS, readAt: 3, results: [resultFor("t-none")], gone: ["t-2"] });
    await store().write({ source: ECS, readAt: 4, runs: [runAt(1, "t-1")] });
    await store().write({ source: ECS, readAt: 5, results: [resultFor("t-1", { exitCode: 0 })] });
    end();
    await store().write({ source: ECS, readAt: 6, runs: [runAt(3, "t-3")] });
    expect(told).toEqual([
      ["t-1: - > RUNNING", "t-2: - > SUCCESS"],
      ["t-2: SUCCESS > SUCCESS"],
      ["t-1: RUNNING > SUCCESS"],
    ]);
  });

  it("tells of the output that a write brought", async () => {
    await store().write({ source: ECS, readAt: 1, runs: [running] });
    const told: RunChange[] = [];
    store().onChange((changes) => void told.push(...changes));
    const output = outputOf("ready");
    await store().write({ source: ECS, readAt: 2, results: [resultFor("t-1", { output })] });
    await store().write({ source: ECS, readAt: 3, results: [resultFor("t-1", { output })] });
    expect(told.map(({ after }) => after.instances[0]?.output)).toEqual([output]);
  });

  it("tells once of a run that a write brings many results of", async () => {
    const ids = ["i-1", "i-2", "i-3"];
    const instances = ids.map((instanceId) => itemOf({ invokeId: "t-1", instanceId, exitCode: null }));
    await store().write({ source: ECS, readAt: 1, runs: [runAt(1, "t-1", { instances })] });
    const told: RunChange[] = [];
    const end = store().onChange((changes) => void told.push(...changes));
    const results = ids.map((instanceId, exitCode) => resultFor("t-1", { instanceId, exitCode }));
    await store().write({ source: ECS, readAt: 2, results });
    end();
    const codesOf = (run: RunChange["before"]) => run?.instances.map(({ exitCode }) => exitCode);
    expect(told.map(({ before, after }) => [codesOf(before), codesOf(after)])).toEqual([
      [
        [null, null, null],
        [0, 1, 2],
      ],
    ]);
  });

  it("tells of runs with many executions some at a time, in their order", async () => {
    const told: (readonly string[])[] = [];
    store().onChange((changes) => void told.push(changes.map(({ after }) => after.invokeId)));
    const ids = ["t-1", "t-2", "t-3", "t-4"];
    const runs = ids.map((invokeId) => {
      const instances = Array.from({ length: 600 }, (_, n) => itemOf({ invokeId, instanceId: `i-${n}` }));
      return runAt(1, invokeId, { instances });
    });
    await store().write({ source: ECS, readAt: 1, runs });
    expect(told.map(({ length }) => length)).toEqual([2, 2]);
    expect(told.flat().toSorted()).toEqual(ids);
  });

  it("tells in the order of the writes, also when they overlap", async () => {
    const told: string[] = [];
    store().onChange((changes) => void told.push(...changes.map(({ after }) => after.invokeId)));
    const ids = Array.from({ length: 10 }, (_, n) => `t-${n}`);
    await Promise.all(ids.map((invokeId, n) => store().write({ source: ECS, readAt: n, runs: [runAt(n, invokeId)] })));
    expect(told).toEqual(ids);
  });
}
