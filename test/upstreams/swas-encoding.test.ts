import { describe, expect, it } from "@jest/globals";
import type { Operation } from "#domain";
import { startUpstream } from "./running-upstream.ts";
import { type BenchOptions, createBench, EVERYTHING, NOTHING, refusal } from "./stub.ts";

const A = "ace0706b2ac4454d984295a942130001";
const base64 = (text: string) => Buffer.from(text).toString("base64");

interface World {
  /** What DescribeCommandInvocations says. */
  readonly output: string;
  readonly content?: string;
  readonly status?: string;
  /** What DescribeInvocationResult says; an error where undefined. */
  readonly truth?: string;
}

function createWorldBench(
  world: World,
  options: BenchOptions = { outputEncoding: "auto" },
  onCall: (action: string, operation: Operation) => void = () => {},
) {
  return createBench(
    "SWAS",
    (action, _parameters, operation) => {
      onCall(action, operation);
      if (action === "DescribeInvocationResult") {
        if (world.truth === undefined) throw refusal("THROTTLED", "Throttling.User");
        return { InvocationResult: { InvokeId: "t-1", InstanceId: A, Output: base64(world.truth) } };
      }
      const record = { InstanceId: A, InvocationStatus: world.status ?? "Success", Output: world.output };
      return { CommandInvocations: [{ InvokeId: "t-1", CommandContent: world.content, InvokeInstances: [record] }] };
    },
    options,
  );
}

async function readOutput(bench: ReturnType<typeof createWorldBench>, projection = EVERYTHING) {
  const run = await bench.upstream.readInvocation("t-1", projection, bench.operation);
  const bytes = run?.instances[0]?.output?.bytes;
  return bytes === undefined ? bytes : Buffer.from(bytes).toString();
}

const calibrations = (bench: ReturnType<typeof createWorldBench>) =>
  bench.asked.filter(([action]) => action === "DescribeInvocationResult").length;

describe("the encoding of SWAS outputs, found out from the outputs", () => {
  it.each<readonly [string, World, string]>([
    ["plain words that are legal base64", { output: "file", truth: "file" }, "file"],
    ["another of them", { output: "disk", truth: "disk\n" }, "disk"],
    ["text that is itself base64", { output: "YWRtaW4K", truth: "YWRtaW4K\n" }, "YWRtaW4K"],
    ["base64", { output: "YWRtaW4K", truth: "admin\n" }, "admin\n"],
    ["base64 of a short word", { output: base64("ok"), truth: "ok" }, "ok"],
    ["a plain line end", { output: "\n", truth: "\n" }, "\n"],
    ["plain blanks", { output: " \t ", truth: " \t " }, " \t "],
  ])("%s: by one call", async (_name, world, expected) => {
    const bench = createWorldBench(world);
    expect([await readOutput(bench), await readOutput(bench), calibrations(bench)]).toEqual([expected, expected, 1]);
  });

  it.each<readonly [string, string]>([
    ["words with blanks", "uptime is 3 days"],
    ["the sample of the document", "OutputMsg"],
    ["a printed line", "disk\n"],
    ["printed lines of base64", "YWRtaW4K\nYWRtaW4K\n"],
  ])("%s: without a call, as it can be no base64", async (_name, text) => {
    const bench = createWorldBench({ output: text });
    expect([await readOutput(bench), calibrations(bench)]).toEqual([text, 0]);
  });

  it.each<readonly [string, BenchOptions, string | undefined]>([
    ["is an output of plain ones", { outputEncoding: "plain" }, "\r\n\r\n"],
    ["is none of base64 ones", { outputEncoding: "base64" }, undefined],
  ])("that are set: what is blank %s", async (_name, options, expected) => {
    const bench = createWorldBench({ output: "\r\n\r\n" }, options);
    expect([await readOutput(bench), calibrations(bench)]).toEqual([expected, 0]);
  });

  it("is not shown by what is blank", async () => {
    const world = { output: "\n\n", truth: "" };
    const bench = createWorldBench(world);
    await readOutput(bench);
    Object.assign(world, { output: base64("ok\n") });
    expect(await readOutput(bench)).toBe("ok\n");
  });

  it("is not asked for where no output is wanted, which is then not there", async () => {
    const bench = createWorldBench({ output: "YWRtaW4K", truth: "admin\n" });
    expect([await readOutput(bench, NOTHING), calibrations(bench)]).toEqual([undefined, 0]);
  });

  it("is asked for once where many read at once", async () => {
    const bench = createWorldBench({ output: "YWRtaW4K", truth: "admin\n" });
    const texts = await Promise.all(Array.from({ length: 10 }, () => readOutput(bench)));
    expect([texts, calibrations(bench)]).toEqual([texts.map(() => "admin\n"), 1]);
  });

  it("is asked for at readers' pace where collecting begins it: they wait for it too", async () => {
    const seen: unknown[] = [];
    const bench = createWorldBench({ output: "YWRtaW4K", truth: "admin\n" }, undefined, (action, operation) =>
      seen.push([action, operation.pace, operation.deadline - bench.clock.elapsed()]),
    );
    const deadline = bench.clock.elapsed() + 1_800_000;
    await bench.upstream.readInvocation("t-1", EVERYTHING, { ...bench.operation, pace: "collect", deadline });
    expect(seen).toEqual([
      ["DescribeCommandInvocations", "collect", 1_800_000],
      ["DescribeInvocationResult", undefined, 10_000],
    ]);
  });

  it("is plain for a short output where the question fails, and is asked for again a minute later", async () => {
    const bench = createWorldBench({ output: "disk" });
    const texts = [await readOutput(bench), await readOutput(bench)];
    const early = calibrations(bench);
    await bench.clock.advance(60_000);
    await readOutput(bench);
    expect([texts, early, calibrations(bench)]).toEqual([["disk", "disk"], 1, 2]);
  });

  it("is base64 for a long one of readable lines where the question fails", async () => {
    const text = "deployed web-01 at 03:04\n";
    expect(await readOutput(createWorldBench({ output: base64(text) }))).toBe(text);
  });

  it.each<readonly [string, World, string]>([
    ["base64 of what it printed so far", { output: base64("step 1\n"), truth: "step 1\nstep 2\n" }, "step 1\n"],
    ["base64 of all it printed", { output: base64("ok"), truth: "ok" }, "ok"],
    [
      "base64 that is newer than the other answer",
      { output: base64("step 1\nstep 2\n"), truth: "step 1\n" },
      "step 1\nstep 2\n",
    ],
    ["plain", { output: "step", truth: "step and step" }, "step"],
    ["plain that is base64 of a line too", { output: "WEEK", truth: "WEEKLY\n" }, "WEEK"],
  ])("is found by an execution that still runs: %s", async (_name, world, expected) => {
    const bench = createWorldBench({ ...world, status: "Running" });
    expect([await readOutput(bench), await readOutput(bench), calibrations(bench)]).toEqual([expected, expected, 1]);
  });

  it("is asked for again a minute after an execution that still runs had nothing to compare", async () => {
    const bench = createWorldBench({ output: base64("step 1\n"), status: "Running", truth: "" });
    expect([await readOutput(bench), await readOutput(bench), calibrations(bench)]).toEqual([
      "step 1\n",
      "step 1\n",
      1,
    ]);
    await bench.clock.advance(60_000);
    await readOutput(bench);
    expect(calibrations(bench)).toBe(2);
  });

  it.each([
    "done",
    "test",
    "abcd",
    "12345678",
    "disk",
    "file",
    "WEEK",
    "SEEK",
    "City",
    "REVEREND",
    "ailments",
    "d41d8cd98f00b204e9800998ecf8427e",
    "key=",
    "circumstantially",
    "2026",
  ])("is plain for %j where the question fails", async (text) => {
    expect(await readOutput(createWorldBench({ output: text }))).toBe(text);
  });

  it.each(["ok\n", "ls", "a", "done\n", "step 1\n", "42\n", "中文\n", "\u001b[32mok\u001b[0m\n", "x".repeat(100)])(
    "is base64 for that of %j where the question fails",
    async (text) => {
      expect(await readOutput(createWorldBench({ output: base64(text) }))).toBe(text);
    },
  );

  it("holds for scripts too, unless a script shows that it is plain", async () => {
    const read = async (world: World) => {
      const bench = createWorldBench(world);
      const run = await bench.upstream.readInvocation("t-1", EVERYTHING, bench.operation);
      return Buffer.from(run?.command.content ?? []).toString();
    };
    expect([
      await read({ output: "YWRtaW4K", truth: "admin\n", content: base64("echo admin") }),
      await read({ output: "YWRtaW4K", truth: "admin\n", content: "echo admin" }),
      await read({ output: "two words", content: "ls" }),
    ]).toEqual(["echo admin", "echo admin", "ls"]);
  });
});

describe("the encoding of SWAS outputs, set", () => {
  it.each<readonly ["plain" | "base64", string, string]>([
    ["plain", "YWRtaW4K", "YWRtaW4K"],
    ["base64", "YWRtaW4K", "admin\n"],
    ["base64", "no base64!", "no base64!"],
  ])("%s takes %j as %j without a call", async (outputEncoding, text, expected) => {
    const bench = createWorldBench({ output: text }, { outputEncoding });
    expect([await readOutput(bench), calibrations(bench)]).toEqual([expected, 0]);
  });
});

describe("the encoding of SWAS outputs over real HTTP", () => {
  it.each(["plain", "base64"] as const)("%s is found by one calibration", async (outputEncoding) => {
    const instances = [{ instanceId: A, output: "dGVzdA==" }];
    const end = await startUpstream(
      "SWAS",
      { outputEncoding, invocations: [{ invokeId: "t-1", instances }] },
      { outputEncoding: "auto" },
    );
    const texts: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      const results = await end.upstream.readResults(
        { invokeId: "t-1", includeHistory: false },
        EVERYTHING,
        end.operation,
      );
      texts.push(Buffer.from(results[0]?.output?.bytes ?? []).toString());
    }
    expect([texts, end.takeCalls()]).toEqual([
      ["dGVzdA==", "dGVzdA=="],
      [
        "DescribeCommandInvocations InvokeId=t-1",
        `DescribeInvocationResult InstanceId=${A} InvokeId=t-1`,
        "DescribeCommandInvocations InvokeId=t-1",
      ],
    ]);
    await end.close();
  });
});
