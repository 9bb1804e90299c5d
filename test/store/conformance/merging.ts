import { describe, expect, it } from "@jest/globals";
import type { InstanceInvocation } from "#domain";
import type { StoredRun } from "#store";
import type { StoreOfTest } from "../conformance.ts";
import { at, ECS, EVERYTHING, itemOf, outputOf, resultFor, runAt, SWAS, whole } from "../records.ts";

/** A state that is final is never replaced by one that is not, nor a richer record by a poorer one. */
export function describeMerging(store: StoreOfTest): void {
  const read = async (invokeId = "t-1"): Promise<StoredRun | null> =>
    (await store().readRuns([{ source: ECS, invokeId }], EVERYTHING))[0] ?? null;
  const running = runAt(1, "t-1", {
    status: "RUNNING",
    rawStatus: "Running",
    instances: [itemOf({ invokeId: "t-1", status: "RUNNING", rawStatus: "Running", exitCode: null })],
  });
  const done = runAt(1, "t-1", { parameters: { b: 1, a: [null, 0.5, "x"] }, launcher: "ops" });

  describe("merges", () => {
    it("a run as it was written, every member of it", async () => {
      const run = runAt(1, "t-1", {
        parameters: { b: 1, a: [null, 0.5, { deep: "x" }] },
        tags: [{ key: "k", value: "v" }],
        resourceGroupIds: ["rg-1"],
        timed: true,
        timeoutSeconds: 60,
        instances: [
          itemOf({
            invokeId: "t-1",
            instanceId: "i-2",
            output: null,
            error: { code: "X", info: null },
            exitCode: 137,
            isComplete: false,
          }),
          itemOf({
            invokeId: "t-1",
            instanceId: "i-1",
            output: null,
            ossDelivery: { status: "ok", uri: "oss://x", errorCode: null, errorInfo: null },
          }),
        ],
      });
      await store().write({ source: ECS, readAt: 7, runs: [run] });
      const stored = await read();
      expect(stored).toMatchObject({ run, readAt: 7, executionReadAt: new Map(), isGone: false });
      // Members keep their order: clients see them.
      expect(Object.keys(stored?.run.parameters ?? {})).toEqual(["b", "a"]);
    });

    it("which answer told it: the first one that told this", async () => {
      const from = (requestId: string) => ({ requestId, asOf: "2026-01-01T00:00:00.000Z" });
      const told = (requestId: string, exitCode: number) =>
        runAt(1, "t-1", {
          readFrom: from(requestId),
          instances: [itemOf({ invokeId: "t-1", output: null, exitCode, readFrom: from(requestId) })],
        });
      const changes: number[] = [];
      const end = store().onChange(({ length }) => void changes.push(length));
      await store().write({ source: ECS, readAt: 1, runs: [runAt(1, "t-1", { instances: told("R-1", 0).instances })] });
      await store().write({ source: ECS, readAt: 2, runs: [told("R-1", 0)] });
      await store().write({ source: ECS, readAt: 3, runs: [told("R-2", 0)] });
      await store().write({
        source: ECS,
        readAt: 4,
        results: [resultFor("t-1", { exitCode: 0, readFrom: from("R-3") })],
      });
      end();
      expect((await read())?.run).toEqual(told("R-1", 0));
      expect(changes).toEqual([1, 1]);
      const output = outputOf("x");
      await store().write({ source: ECS, readAt: 5, results: [resultFor("t-1", { output, readFrom: from("R-4") })] });
      expect((await read())?.run.instances[0]?.readFrom).toEqual(from("R-4"));
    });

    it("what went on", async () => {
      await store().write({ source: ECS, readAt: 1, runs: [running] });
      await store().write({ source: ECS, readAt: 2, runs: [done] });
      expect(await read()).toMatchObject({ run: done, readAt: 2 });
    });

    it("nothing unfinished over what is final", async () => {
      await store().write({ source: ECS, readAt: 2, runs: [done] });
      await store().write({ source: ECS, readAt: 3, runs: [running] });
      expect(await read()).toMatchObject({ run: done });
    });

    it.each([
      ["no output", undefined],
      ["no output after an answer without outputs", { output: undefined }],
    ] as const)("%s over what an execution had printed", async (_name, between) => {
      const write = (status: "RUNNING" | "SUCCESS", parts: Partial<InstanceInvocation>, readAt: number) => {
        const instances = [itemOf({ invokeId: "t-1", status, exitCode: null, ...parts })];
        return store().write({ source: ECS, readAt, runs: [runAt(1, "t-1", { status, instances })] });
      };
      await write("RUNNING", { output: outputOf("one") }, 1);
      if (between) await write("RUNNING", between, 2);
      await write("SUCCESS", { output: null }, 3);
      expect((await read())?.run.instances).toMatchObject([{ status: "SUCCESS", output: outputOf("one") }]);
      await write("SUCCESS", { output: outputOf("one two") }, 4);
      expect((await read())?.run.instances).toMatchObject([{ output: outputOf("one two") }]);
    });

    it("nothing poorer over what is richer", async () => {
      await store().write({ source: ECS, readAt: 1, runs: [done] });
      const poor = runAt(1, "t-1", {
        launcher: null,
        command: { ...done.command, commandId: null, name: null },
        instances: [itemOf({ invokeId: "t-1", isComplete: false, exitCode: null, output: undefined })],
      });
      await store().write({ source: ECS, readAt: 2, runs: [poor] });
      expect(await read()).toMatchObject({ run: done });
    });

    describe("nothing of an answer that came late, and is older than what is known,", () => {
      const state = (status: "PENDING" | "RUNNING", parts: Partial<InstanceInvocation> = {}) =>
        runAt(1, "t-1", {
          status,
          instances: [itemOf({ invokeId: "t-1", status, exitCode: null, output: null, ...parts })],
        });

      it("of a run", async () => {
        const newer = state("RUNNING", { output: outputOf("one two") });
        await store().write({ source: ECS, readAt: 9, runs: [newer] });
        await store().write({ source: ECS, readAt: 4, runs: [state("PENDING", { output: outputOf("one") })] });
        expect(await read()).toMatchObject({ run: newer, readAt: 9 });
      });

      it("of an execution", async () => {
        await store().write({ source: ECS, readAt: 1, runs: [state("PENDING")] });
        const result = { status: "RUNNING", exitCode: null } as const;
        await store().write({
          source: ECS,
          readAt: 9,
          results: [resultFor("t-1", { ...result, output: outputOf("one two") })],
        });
        await store().write({ source: ECS, readAt: 4, runs: [state("PENDING")] });
        await store().write({
          source: ECS,
          readAt: 5,
          results: [resultFor("t-1", { ...result, output: outputOf("one") })],
        });
        const stored = await read();
        expect(stored?.executionReadAt).toEqual(new Map([["i-1", 9]]));
        expect(stored?.run.instances).toMatchObject([{ status: "RUNNING", output: outputOf("one two") }]);
      });

      it("of a run that is repeated, whose latest execution may begin again", async () => {
        const repeated = (second: number, exitCode: number) =>
          runAt(1, "t-1", {
            status: "SCHEDULED",
            timed: true,
            repeatMode: "Period",
            instances: [
              itemOf({ invokeId: "t-1", startTime: at(second), finishTime: at(second), exitCode, output: null }),
            ],
          });
        await store().write({ source: ECS, readAt: 9, runs: [repeated(8, 0)] });
        await store().write({ source: ECS, readAt: 4, runs: [repeated(3, 1)] });
        expect(await read()).toMatchObject({ run: repeated(8, 0) });
        await store().write({ source: ECS, readAt: 12, runs: [repeated(11, 2)] });
        expect(await read()).toMatchObject({ run: repeated(11, 2) });
      });

      it("but its end, which nothing undoes", async () => {
        await store().write({ source: ECS, readAt: 9, runs: [running] });
        await store().write({ source: ECS, readAt: 4, runs: [done] });
        expect(await read()).toMatchObject({ run: done, readAt: 9 });
      });

      it("not even what was printed by then as the output of what is over", async () => {
        const over = runAt(1, "t-1", { instances: [itemOf({ invokeId: "t-1", output: undefined })] });
        await store().write({ source: ECS, readAt: 9, runs: [over] });
        await store().write({ source: ECS, readAt: 4, runs: [state("RUNNING", { output: outputOf("part") })] });
        expect((await read())?.run.instances).toMatchObject([{ status: "SUCCESS", output: undefined }]);
      });

      it("of a result whose run is not known", async () => {
        const newer = resultFor("t-1", { exitCode: 3 });
        await store().write({ source: ECS, readAt: 9, results: [newer] });
        await store().write({ source: ECS, readAt: 4, results: [resultFor("t-1", { exitCode: 1 })] });
        const ref = { source: ECS, invokeId: "t-1" };
        expect(await store().readLooseResults(ref)).toEqual([{ result: newer, readAt: 9 }]);
      });

      it("that the run is gone", async () => {
        await store().write({ source: ECS, readAt: 9, runs: [done] });
        await store().write({ source: ECS, readAt: 4, gone: ["t-1"] });
        expect(await read()).toMatchObject({ isGone: false });
      });
    });

    it("a reading by a clock that was set back", async () => {
      const day = 86_400_000;
      await store().write({ source: ECS, readAt: 2 * day, runs: [{ ...running, status: "PENDING" }] });
      await store().write({ source: ECS, readAt: day, runs: [running] });
      expect(await read()).toMatchObject({ run: { status: "RUNNING" } });
    });

    it("how many of its instances cannot be shown, until they can", async () => {
      const two = ["i-1", "i-2"].map((instanceId) => itemOf({ invokeId: "t-1", instanceId, output: null }));
      const lacking = { ...runAt(1, "t-1", { instances: two.slice(0, 1) }), missingInstances: 1 };
      await store().write({ source: ECS, readAt: 1, runs: [lacking] });
      expect((await read())?.run.missingInstances).toBe(1);
      await store().write({ source: ECS, readAt: 2, results: [resultFor("t-1", { instanceId: "i-2" })] });
      expect(Object.keys((await read())?.run ?? {})).not.toContain("missingInstances");
      await store().write({ source: ECS, readAt: 3, runs: [lacking] });
      expect((await read())?.run).not.toHaveProperty("missingInstances");
    });

    it("that it was read early, until all of its instances were asked later", async () => {
      const early = { ...done, isEarly: true } as const;
      const marks: unknown[] = [];
      for (const [readAt, run] of [early, { ...done, isNarrowed: true } as const, done, early].entries()) {
        await store().write({ source: ECS, readAt, runs: [run] });
        marks.push((await read())?.run.isEarly);
      }
      expect(marks).toEqual([true, true, undefined, undefined]);
    });

    it("the latest time of reading, also when an older reading arrives late", async () => {
      await store().write({ source: ECS, readAt: 9, runs: [running] });
      await store().write({ source: ECS, readAt: 4, runs: [running] });
      expect(await read()).toMatchObject({ readAt: 9 });
    });

    it("results into their run, with their own time of reading", async () => {
      await store().write({ source: ECS, readAt: 1, runs: [running] });
      const result = resultFor("t-1", { exitCode: 3, status: "FAILED", output: outputOf("no space") });
      await store().write({ source: ECS, readAt: 5, results: [result, resultFor("t-1", { instanceId: "i-9" })] });
      const stored = await read();
      expect(stored?.readAt).toBe(1);
      expect(stored?.executionReadAt).toEqual(
        new Map([
          ["i-1", 5],
          ["i-9", 5],
        ]),
      );
      expect(stored?.run.instances).toMatchObject([
        { instanceId: "i-1", exitCode: 3, status: "FAILED", output: outputOf("no space") },
        { instanceId: "i-9", exitCode: 0, status: "SUCCESS" },
      ]);
    });

    it("the end of a run whose last server is over by its result, and keeps it", async () => {
      const started = runAt(1, "t-1", {
        status: "RUNNING",
        instances: ["i-1", "i-2"].map((instanceId) =>
          itemOf({ invokeId: "t-1", instanceId, status: instanceId === "i-1" ? "FAILED" : "RUNNING", exitCode: null }),
        ),
      });
      await store().write({ source: ECS, readAt: 1, runs: [started] });
      await store().write({ source: ECS, readAt: 2, results: [resultFor("t-1", { instanceId: "i-2" })] });
      await store().write({ source: ECS, readAt: 3, runs: [started] });
      expect((await read())?.run).toMatchObject({
        status: "PARTIAL_FAILED",
        instances: [{ status: "FAILED" }, { status: "SUCCESS" }],
      });
    });

    it("an output that was read before the end was told as one that has to be read again", async () => {
      const readFrom = { requestId: "R-1", asOf: at(100) };
      const ended = (parts: Partial<InstanceInvocation>) =>
        runAt(1, "t-1", { instances: [itemOf({ invokeId: "t-1", startTime: at(2), readFrom, ...parts })] });
      const part = outputOf("part");
      const whole = outputOf("part whole");
      const kept = async (before: Partial<InstanceInvocation>, after: Partial<InstanceInvocation>) => {
        await store().write({ source: ECS, readAt: 1, runs: [{ ...ended(before), invokeId: "t-1" }] });
        await store().write({ source: ECS, readAt: 2, runs: [ended({ output: undefined, ...after })] });
        const [one] = (await read())?.run.instances ?? [];
        return [one?.finishTime, one?.output, one?.pastOutput];
      };
      const owed = { finishTime: null, output: part };
      expect(await kept(owed, { finishTime: null })).toEqual([null, undefined, part]);
      expect(await kept(owed, { finishTime: at(3) })).toEqual([at(3), undefined, part]);
      expect(await kept({ finishTime: at(3), output: part }, { finishTime: at(3) })).toEqual([at(3), part, undefined]);
      expect(await kept({}, { finishTime: at(3), output: whole })).toEqual([at(3), whole, undefined]);
    });

    it("results that came before their run", async () => {
      const ref = { source: ECS, invokeId: "t-1" };
      const result = resultFor("t-1", { exitCode: 3, status: "FAILED", output: outputOf("no space") });
      await store().write({
        source: ECS,
        readAt: 5,
        results: [resultFor("t-1"), result, resultFor("t-1", { instanceId: "i-2" })],
      });
      await store().write({ source: ECS, readAt: 6, results: [resultFor("t-2")] });
      const loose = [...(await store().readLooseResults(ref))].sort((a, b) =>
        a.result.instanceId < b.result.instanceId ? -1 : 1,
      );
      expect(loose).toEqual([
        { result, readAt: 5 },
        { result: resultFor("t-1", { instanceId: "i-2" }), readAt: 5 },
      ]);
      expect(await read()).toBeNull();
      await store().write({ source: ECS, readAt: 7, runs: [running] });
      expect((await read())?.run.instances).toMatchObject([
        { instanceId: "i-1", exitCode: 3, output: outputOf("no space") },
        { instanceId: "i-2" },
      ]);
      expect(await store().readLooseResults(ref)).toEqual([]);
    });

    it("a run and its results of one write", async () => {
      await store().write({ source: ECS, readAt: 1, runs: [running], results: [resultFor("t-1", { exitCode: 0 })] });
      expect((await read())?.run.instances).toMatchObject([{ status: "SUCCESS", exitCode: 0 }]);
    });

    it("that the upstream forgot a run, until it shows it again", async () => {
      await store().write({ source: ECS, readAt: 1, runs: [done] });
      await store().write({ source: ECS, readAt: 2, gone: ["t-1", "t-none"] });
      expect(await read()).toMatchObject({ run: done, readAt: 1, isGone: true });
      expect(await read("t-none")).toBeNull();
      await store().write({ source: ECS, readAt: 3, runs: [done] });
      expect(await read()).toMatchObject({ readAt: 3, isGone: false });
    });

    it("which executions of a run were not over when the upstream forgot it, until it shows it again", async () => {
      const [one] = running.instances;
      const over = itemOf({ invokeId: "t-1", instanceId: "i-9", status: "SUCCESS" });
      const run = { ...running, instances: one === undefined ? [] : [one, over] };
      await store().write({ source: ECS, readAt: 1, runs: [run] });
      await store().write({ source: ECS, readAt: 2, gone: ["t-1"] });
      expect((await read())?.run).toEqual({
        ...run,
        isGoneUpstream: true,
        instances: [{ ...one, isGoneUpstream: true }, over],
      });
      await store().write({ source: ECS, readAt: 3, runs: [run] });
      expect((await read())?.run).toEqual(run);
      await store().write({ source: ECS, readAt: 4, gone: ["t-1"] });
      await store().write({ source: ECS, readAt: 5, results: [resultFor("t-1", { instanceId: "i-9" })] });
      expect((await read())?.run.instances).toMatchObject([one, { instanceId: "i-9" }]);
      expect((await read())?.run.instances.map(({ isGoneUpstream }) => isGoneUpstream)).toEqual([undefined, undefined]);
    });

    it("that the upstream dropped runs: those that are over, and those alone that are meant", async () => {
      const older = runAt(0, "t-old", { instances: [itemOf({ invokeId: "t-old", output: undefined })] });
      const other = runAt(0, "t-other", { command: { ...older.command, name: "df" } });
      const undated = runAt(null, "t-undated");
      const elsewhere = runAt(0, "t-swas", { source: SWAS });
      await store().write({ source: SWAS, readAt: 1, runs: [elsewhere] });
      const going = { ...running, invokeId: "t-going", creationTime: at(0) };
      await store().write({ source: ECS, readAt: 1, runs: [done, older, other, undated, going] });
      const told: unknown[] = [];
      const end = store().onChange((changes) => told.push(changes));
      const dropped = { commandName: "uptime", createdBefore: at(1) };
      await store().write({ source: ECS, readAt: 2, runs: [done], dropped });
      end();
      const page = await store().readPage({
        stretches: [whole(ECS), whole(SWAS)],
        query: {},
        direction: 1,
        limit: 10,
        projection: EVERYTHING,
      });
      const gone = page.filter(({ run, isGone }) => isGone || run.isGoneUpstream === true);
      expect(gone).toEqual([{ ...gone[0], run: { ...older, isGoneUpstream: true }, readAt: 1, isGone: true }]);
      expect(told).toEqual([]);
      expect(await store().countLackingOutputs(ECS, 0)).toBe(0);
      await store().write({ source: ECS, readAt: 3, runs: [older] });
      expect(await read("t-old")).toMatchObject({ run: older, isGone: false });
    });

    it("many runs with many executions in one write", async () => {
      const wide = Array.from({ length: 3 }, (_, n) =>
        runAt(n, `t-${n}`, {
          instances: Array.from({ length: 400 }, (__, i) =>
            itemOf({ invokeId: `t-${n}`, instanceId: `i-${i}`, output: outputOf(`${i % 5}`) }),
          ),
        }),
      );
      await store().write({ source: ECS, readAt: 1, runs: wide });
      expect((await read("t-2"))?.run.instances).toEqual(wide[2]?.instances);
    });
  });
}
