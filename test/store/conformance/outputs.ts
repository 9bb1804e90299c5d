import { describe, expect, it } from "@jest/globals";
import type { Output } from "#domain";
import type { StoreOfTest } from "../conformance.ts";
import { ECS, EVERYTHING, itemOf, NOTHING, outputOf, resultFor, runAt, whole } from "../records.ts";

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
      ["of every byte", { bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte), droppedBytes: 0 }],
      ["with a byte order mark", { bytes: Uint8Array.of(0xef, 0xbb, 0xbf, 65), droppedBytes: null }],
    ])("%s", async (_name, output) => {
      await writeOutput(output);
      const kept = await readOutput();
      expect(kept === null || kept === undefined ? kept : { ...kept, bytes: [...kept.bytes] }).toEqual(
        output === null || output === undefined ? output : { ...output, bytes: [...output.bytes] },
      );
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

    it("and gives them with pages when they are wanted", async () => {
      await writeOutput(outputOf("done"));
      const page = (wants: typeof NOTHING) =>
        store().readPage({ stretches: [whole(ECS)], query: {}, direction: 1, limit: 9, wants });
      expect((await page(EVERYTHING))[0]?.run.instances[0]?.output).toEqual(outputOf("done"));
      expect((await page(NOTHING))[0]?.run.instances[0]).toMatchObject({ instanceId: "i-1", status: "SUCCESS" });
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
