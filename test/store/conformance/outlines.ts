import { describe, expect, it } from "@jest/globals";
import type { Output } from "#domain";
import { above, outlineOf, placeOfOutline, positionOf, type RunOutline } from "#store";
import type { StoreOfTest } from "../conformance.ts";
import { at, ECS, itemOf, outputOf, resultFor, runAt, SWAS, timeAt, whole } from "../records.ts";

const TIMES = [
  { startTime: null, finishTime: null },
  { startTime: at(10), finishTime: null },
  { startTime: at(10), finishTime: at(12) },
  { startTime: at(86_399), finishTime: at(86_401) },
  { startTime: at(12), finishTime: at(10) },
];
const STATES = ["SUCCESS", "FAILED", "RUNNING", "UNKNOWN"] as const;
/** Every state of an output: not read, none, whole, cut, redacted, read with a guessed encoding. */
const OUTPUTS: readonly (Output | null | undefined)[] = [
  undefined,
  null,
  outputOf("ok"),
  { ...outputOf("half"), droppedBytes: 7 },
  { ...outputOf("[redacted]"), isRedacted: true, redactedBy: "rules" },
  { ...outputOf("b2s="), isGuess: true },
];
const NAMES = [null, "", "backup", "\u0000\ud800'", "备份"];

/** Runs of every state, with every kind of times on their servers. */
const runs = STATES.flatMap((status, n) =>
  TIMES.map((times, i) => {
    const invokeId = `t-\u0000${n}-${i}`;
    const one = itemOf({ invokeId, status, ...times, output: OUTPUTS[(n + i) % OUTPUTS.length] });
    const other = itemOf({ invokeId, instanceId: "i-\ud800", ...TIMES[(i + n) % TIMES.length] });
    const command = { commandId: `c-${i}`, name: NAMES[i] ?? null, description: null, type: null, content: null };
    const instances = [[one], [other, one], []][(i + n) % 3] ?? [];
    return runAt(i === 4 ? null : n, invokeId, { status, command, instances });
  }),
);

const sorted = (outlines: readonly RunOutline[]): readonly RunOutline[] =>
  outlines.map((one) => ({
    ...one,
    executions: one.executions.toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1)),
  }));

/** Outlines tell what the records tell. */
export function describeOutlines(store: StoreOfTest): void {
  const all = { stretches: [whole(ECS), whole(SWAS)], query: {}, limit: 100 };

  describe("outlines", () => {
    it("tell of a run when it was, how it ended and how long it took", async () => {
      const ended = { startTime: at(3), finishTime: at(8) };
      const instances = [itemOf({ invokeId: "t-1", ...ended }), itemOf({ invokeId: "t-1", instanceId: "i-2" })];
      await store().write({ source: ECS, readAt: 1, runs: [runAt(2, "t-1", { instances })] });
      const outline = {
        source: ECS,
        invokeId: "t-1",
        time: timeAt(2),
        status: "SUCCESS",
        command: { commandId: "c-1", name: "uptime" },
        finishTime: timeAt(8),
        durationMs: 5_000,
        executions: [],
        executionCount: 0,
      };
      expect(await store().readOutlines({ ...all, detail: "RUNS" })).toEqual({ outlines: [outline], next: null });
      const executions = [
        { instanceId: "i-1", status: "SUCCESS", durationMs: 5_000 },
        { instanceId: "i-2", status: "SUCCESS", durationMs: null },
      ];
      expect(sorted((await store().readOutlines({ ...all, detail: "EXECUTIONS" })).outlines)).toEqual([
        { ...outline, executions, executionCount: 2 },
      ]);
    });

    it.each(["RUNS", "EXECUTIONS", "OUTPUTS"] as const)(
      "are those of the page's runs, in detail: %s",
      async (detail) => {
        await store().write({ source: ECS, readAt: 1, runs });
        await store().write({ source: SWAS, readAt: 1, runs: [runAt(1, "s-1", { source: SWAS })] });
        const page = await store().readPage({ ...all, direction: 1, projection: { output: true, content: false } });
        expect(page.length).toBe(runs.length + 1);
        const expected = page.map(({ run }) => outlineOf(run, detail));
        expect(sorted((await store().readOutlines({ ...all, detail })).outlines)).toEqual(sorted(expected));
        expect(expected.map(placeOfOutline)).toEqual(page.map(({ run }) => positionOf(run)));
      },
    );

    it("follow what is asked for: a stretch, a query, a limit", async () => {
      await store().write({ source: ECS, readAt: 1, runs: [1, 2, 3, 4].map((second) => runAt(second, `t-${second}`)) });
      const ids = async (parts: object) =>
        (await store().readOutlines({ ...all, detail: "RUNS", ...parts })).outlines.map(({ invokeId }) => invokeId);
      expect(await ids({ limit: 2 })).toEqual(["t-4", "t-3"]);
      expect(await ids({ limit: 0 })).toEqual([]);
      expect(await ids({ stretches: [] })).toEqual([]);
      expect(await ids({ query: { invokeId: "t-2" } })).toEqual(["t-2"]);
      const stretch = { source: ECS, after: above(timeAt(3)), before: above(timeAt(1)) };
      expect(await ids({ stretches: [stretch] })).toEqual(["t-3", "t-2"]);
    });

    it("come in parts, each of which says where the next one begins", async () => {
      const printed = (n: number) => outputOf(`${n} `.repeat(400_000));
      const wide = Array.from({ length: 9 }, (_, n) =>
        runAt(n, `t-${n}`, { instances: [itemOf({ invokeId: `t-${n}`, output: printed(n) })] }),
      );
      await store().write({ source: ECS, readAt: 1, runs: wide });
      await store().write({ source: SWAS, readAt: 1, runs: [runAt(4, "s-1", { source: SWAS, instances: [] })] });
      const told: string[] = [];
      let stretches = [whole(ECS), whole(SWAS)];
      for (let parts = 0; parts < 20; parts += 1) {
        const { outlines, next } = await store().readOutlines({ stretches, query: {}, limit: 6, detail: "OUTPUTS" });
        told.push(...outlines.map(({ invokeId, executions }) => `${invokeId} ${executions[0]?.output?.bytes[0]}`));
        if (next === null) break;
        stretches = stretches.map((stretch) => ({ ...stretch, after: next }));
      }
      const byTime = wide.map(({ invokeId }, n) => `${invokeId} ${String(n).charCodeAt(0)}`).reverse();
      expect(told).toEqual(byTime.toSpliced(5, 0, "s-1 undefined"));
    });

    it("change with what is read later", async () => {
      const open = { status: "RUNNING", startTime: at(3) } as const;
      const instances = [itemOf({ invokeId: "t-1", ...open })];
      await store().write({ source: ECS, readAt: 1, runs: [runAt(2, "t-1", { status: "RUNNING", instances })] });
      const told = async () => {
        const [one] = (await store().readOutlines({ ...all, detail: "EXECUTIONS" })).outlines;
        return [one?.finishTime, one?.durationMs, one?.executions.map(({ durationMs }) => durationMs)];
      };
      expect(await told()).toEqual([null, null, [null]]);
      const ended = { startTime: at(3), finishTime: at(4) };
      await store().write({ source: ECS, readAt: 2, results: [resultFor("t-1", ended)] });
      expect(await told()).toEqual([timeAt(4), 1_000, [1_000]]);
    });
  });
}
