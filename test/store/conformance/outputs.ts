import { describe, expect, it } from "@jest/globals";
import type { Invocation, Output } from "#domain";
import type { StoreOfTest } from "../conformance.ts";
import { ECS, EVERYTHING, itemOf, NOTHING, outputOf, resultFor, runAt, SWAS, timeAt, whole } from "../records.ts";

/** Outputs and scripts: not asked for (undefined), none (null), there, or read by guessing. */
export function describeOutputs(store: StoreOfTest): void {
  const writeOutput = (output: Output | null | undefined, readAt = 1) =>
    store().write({
      source: ECS,
      readAt,
      runs: [runAt(1, "t-1", { instances: [itemOf({ invokeId: "t-1", output })] })],
    });
  const read = async () => (await store().readRuns([{ source: ECS, invokeId: "t-1" }], EVERYTHING))[0]?.run;
  const readOutput = async () => (await read())?.instances[0]?.output;

  describe("keeps outputs", () => {
    it.each<[string, Output | null | undefined]>([
      ["that were not asked for", undefined],
      ["that are none", null],
      ["that are empty", outputOf("")],
      ["of text", outputOf("磁盘已满\n", { droppedBytes: 12 })],
      ["that were guessed", outputOf("Zm9v", { isGuess: true })],
      ["that rules have masked", outputOf("password=[redacted]", { isRedacted: true, redactedBy: "rules" })],
      ["that rules were applied to", outputOf("nothing secret", { redactedBy: "rules" })],
      ["of every byte", { bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte), droppedBytes: 0 }],
      ["with a byte order mark", { bytes: Uint8Array.of(0xef, 0xbb, 0xbf, 65), droppedBytes: null }],
    ])("%s", async (_name, output) => {
      await writeOutput(output);
      const kept = await readOutput();
      expect(kept === null || kept === undefined ? kept : { ...kept, bytes: [...kept.bytes] }).toEqual(
        output === null || output === undefined ? output : { ...output, bytes: [...output.bytes] },
      );
    });

    it("that are left out if no more is wanted than the word that they are known", async () => {
      const texts = [outputOf("done"), outputOf("Zm9v", { isGuess: true }), outputOf("before"), null, undefined];
      const write = (readAt: number, outputs: readonly (Output | null | undefined)[], parts: object) => {
        const instances = outputs.map((output, n) =>
          itemOf({ invokeId: "t-1", instanceId: `i-${n}`, output, ...(n === 2 && parts) }),
        );
        return store().write({ source: ECS, readAt, runs: [runAt(1, "t-1", { instances })] });
      };
      await write(1, texts, { status: "RUNNING" });
      // What was printed before it went on is not what it has printed.
      await write(2, texts.with(2, undefined), { status: "SUCCESS" });
      const wanted = { output: "KEPT", content: false } as const;
      const [page] = await store().readPage({
        stretches: [whole(ECS)],
        query: {},
        direction: 1,
        limit: 1,
        projection: wanted,
      });
      const [stored] = await store().readRuns([{ source: ECS, invokeId: "t-1" }], wanted);
      const told = ({ output, keptOutput }: Invocation["instances"][number]) => {
        const known = output === undefined ? keptOutput : output;
        return known && { isGuess: known.isGuess === true };
      };
      for (const found of [page, stored])
        expect(found?.run.instances.map(told)).toEqual([
          { isGuess: false },
          { isGuess: true },
          undefined,
          null,
          undefined,
        ]);
    });

    it("of some executions of wide runs, which are all that has to be read for them", async () => {
      const runs = ["t-1", "t-2", "t-3"].map((invokeId, n) => {
        const instances = [1, 2, 3].map((server) =>
          itemOf({ invokeId, instanceId: `i-${server}`, output: outputOf(`${invokeId} ${server}`) }),
        );
        return runAt(n, invokeId, { instances });
      });
      await store().write({ source: ECS, readAt: 1, runs });
      const asked = { "t-1": ["i-3"], "t-2": [], "t-3": ["i-2", "i-1", "i-9"], "t-4": ["i-1"] };
      const refs = Object.entries(asked).map(([invokeId, instanceIds]) => ({ source: ECS, invokeId, instanceIds }));
      const found = await store().readRuns(refs, EVERYTHING);
      const chosen = found.map((stored, n) =>
        stored?.run.instances.filter(({ instanceId }) => refs[n]?.instanceIds.some((id) => id === instanceId)),
      );
      const [first, second] = runs[2]?.instances ?? [];
      expect(chosen).toEqual([[runs[0]?.instances[2]], [], [first, second], undefined]);
    });

    it("of equal content for many executions, each with its own length that was cut away", async () => {
      const instances = [1, 2, 3].map((n) =>
        itemOf({ invokeId: "t-1", instanceId: `i-${n}`, output: outputOf("same", { droppedBytes: n }) }),
      );
      await store().write({ source: ECS, readAt: 1, runs: [runAt(1, "t-1", { instances })] });
      expect((await read())?.instances).toEqual(instances);
    });

    it("when a later reading did not ask for them, and takes them when a later one does", async () => {
      await writeOutput(undefined);
      await writeOutput(outputOf("done"), 2);
      await writeOutput(undefined, 3);
      expect(await readOutput()).toEqual(outputOf("done"));
    });

    it("that are certain when a later reading only guessed, and takes certain ones over guesses", async () => {
      await writeOutput(outputOf("guess", { isGuess: true }));
      await store().write({ source: ECS, readAt: 2, results: [resultFor("t-1", { output: outputOf("sure") })] });
      await store().write({
        source: ECS,
        readAt: 3,
        results: [resultFor("t-1", { output: outputOf("guess", { isGuess: true }) })],
      });
      expect(await readOutput()).toEqual(outputOf("sure"));
    });

    it("that grow while an execution goes on", async () => {
      const running = (text: string) =>
        runAt(1, "t-1", {
          status: "RUNNING",
          instances: [itemOf({ invokeId: "t-1", status: "RUNNING", exitCode: null, output: outputOf(text) })],
        });
      await store().write({ source: ECS, readAt: 1, runs: [running("1")] });
      await store().write({ source: ECS, readAt: 2, runs: [running("1 2")] });
      expect(await readOutput()).toEqual(outputOf("1 2"));
    });

    it("of an execution that goes on as what was read before, once a later reading does not tell them", async () => {
      const write = (status: "RUNNING" | "SUCCESS", output: Output | undefined, readAt: number) => {
        const instances = [itemOf({ invokeId: "t-1", status, exitCode: null, output })];
        return store().write({ source: ECS, readAt, runs: [runAt(1, "t-1", { status, instances })] });
      };
      const readOutputs = async () => {
        const [one] = (await read())?.instances ?? [];
        return [one?.output, one?.pastOutput];
      };
      await write("RUNNING", outputOf("1", { droppedBytes: 3, redactedBy: "rules" }), 1);
      for (const readAt of [2, 3]) await write("RUNNING", undefined, readAt);
      const past = [undefined, outputOf("1", { droppedBytes: 3, redactedBy: "rules" })];
      expect(await readOutputs()).toEqual(past);
      await write("SUCCESS", undefined, 4);
      expect([await readOutputs(), await store().countLackingOutputs(ECS, 0)]).toEqual([past, 1]);
      await write("SUCCESS", outputOf("1 2"), 5);
      expect([await readOutputs(), await store().countLackingOutputs(ECS, 0)]).toEqual([
        [outputOf("1 2"), undefined],
        0,
      ]);
    });

    it("and gives them with pages when they are wanted", async () => {
      await writeOutput(outputOf("done"));
      const page = (projection: typeof NOTHING) =>
        store().readPage({ stretches: [whole(ECS)], query: {}, direction: 1, limit: 9, projection });
      expect((await page(EVERYTHING))[0]?.run.instances[0]?.output).toEqual(outputOf("done"));
      expect((await page(NOTHING))[0]?.run.instances[0]).toMatchObject({ instanceId: "i-1", status: "SUCCESS" });
    });

    it("and says of which runs that are over it has not all: failed ones first, then the newest", async () => {
      const over = (second: number, status: Invocation["status"], outputs: readonly (Output | null | undefined)[]) => {
        const invokeId = `t-${second}`;
        const instances = outputs.map((output, n) => itemOf({ invokeId, instanceId: `i-${n}`, output }));
        return runAt(second, invokeId, { status, instances });
      };
      const runs = [
        over(1, "SUCCESS", [null, undefined]),
        over(2, "PARTIAL_FAILED", [undefined]),
        over(3, "SUCCESS", [outputOf("done"), null]),
        over(4, "SUCCESS", [undefined]),
        over(5, "FAILED", [undefined]),
        over(6, "SUCCESS", [undefined]),
        runAt(7, "t-7", {
          status: "RUNNING",
          instances: [itemOf({ invokeId: "t-7", status: "RUNNING", output: undefined })],
        }),
        runAt(null, "t-8", { instances: [itemOf({ invokeId: "t-8", output: undefined })] }),
      ];
      await store().write({ source: ECS, readAt: 1, runs });
      await store().write({ source: ECS, readAt: 2, gone: ["t-6"] });
      await store().write({ source: SWAS, readAt: 1, runs: [runAt(9, "t-9", { source: SWAS })] });
      const lacks = (since: number, limit = 9) => store().readLackingOutputs(ECS, timeAt(since), limit);
      const lackAt = (second: number) => ({ invokeId: `t-${second}`, time: timeAt(second) });
      expect(await lacks(0)).toEqual([5, 2, 4, 1].map(lackAt));
      expect(await lacks(2, 2)).toEqual([5, 2].map(lackAt));
      expect(await store().countLackingOutputs(ECS, timeAt(2))).toBe(3);
    });

    it("and scripts, with whether they were guessed", async () => {
      const { command } = runAt(1, "t-1");
      const write = (content: string, isGuess: boolean, readAt: number) =>
        store().write({
          source: ECS,
          readAt,
          runs: [
            runAt(1, "t-1", {
              command: { ...command, content: outputOf(content).bytes, ...(isGuess ? { isGuess } : {}) },
            }),
          ],
        });
      await write("guess", true, 1);
      expect((await read())?.command).toEqual({ ...command, content: outputOf("guess").bytes, isGuess: true });
      await write("uptime", false, 2);
      await store().write({
        source: ECS,
        readAt: 3,
        runs: [runAt(1, "t-1", { command: { ...command, content: undefined } })],
      });
      expect((await read())?.command).toEqual({ ...command, content: outputOf("uptime").bytes });
    });
  });
}
