import { describe, expect, it } from "@jest/globals";
import { connection, createInstanceRun, createOutput, createRun, inTurn, run } from "./rig.ts";

const FAILED = createInstanceRun({
  instanceId: "i-02",
  status: "FAILED",
  exitCode: 2,
  durationMs: null,
  error: { code: "ExitCodeNonzero", class: "EXIT_CODE", info: "not\nzero", remedy: "Read the output." },
  result: { id: "x", output: createOutput("no disk") },
});
const BOTH = connection([createInstanceRun(), FAILED]);

describe("cloud-assistant output", () => {
  it("prints the output of one instance as it is", async () => {
    const node = createRun({ instanceInvocations: BOTH });
    expect(await run({ node }, ["output", "AXIAid", "--instance", "i-02"])).toEqual({
      exitCode: 0,
      output: "no disk\n",
      errors: "",
      asked: [["runOutputs", { id: "AXIAid", after: null }]],
    });
  });

  it("puts titles between the outputs of several", async () => {
    const waiting = createInstanceRun({
      instanceId: "i-03",
      status: "RUNNING",
      exitCode: null,
      result: { id: "y", output: null },
    });
    const node = createRun({ instanceInvocations: connection([createInstanceRun(), FAILED, waiting]) });
    const { output, errors } = await run({ node }, ["output", "AXIAid"]);
    expect({ output, errors }).toEqual({
      output:
        "==> i-01 (SUCCESS, exit code 0) <==\nok\n\n==> i-02 (FAILED, exit code 2) <==\nno disk\n\n==> i-03 (RUNNING) <==\n",
      errors: "cloud-assistant: i-03 (RUNNING): no output.\n",
    });
  });

  it("prints identical outputs once", async () => {
    const group = {
      count: 297,
      status: "SUCCESS",
      exitCode: 0,
      instanceIds: ["i-01"],
      isKnown: true,
      output: createOutput("ok\n"),
    };
    const odd = {
      count: 1,
      status: "FAILED",
      exitCode: 2,
      instanceIds: ["i-02"],
      isKnown: true,
      output: createOutput("no disk\n"),
    };
    const { output, asked } = await run({ node: createRun({ outputGroups: [group, odd] }) }, [
      "output",
      "AXIAid",
      "--group",
    ]);
    expect({ output, asked }).toEqual({
      output: "==> 297 instances (SUCCESS, exit code 0) <==\nok\n\n==> i-02 (FAILED, exit code 2) <==\nno disk\n",
      asked: [["identicalOutputs", { id: "AXIAid", first: 100 }]],
    });
  });

  it("keeps colours on a terminal alone, and lets nothing steer either", async () => {
    const text = "\u001b[31mred\u001b[0m\r\nbell\u0007\ttab\u009b2J";
    const result = { id: "x", output: createOutput(text) };
    const node = createRun({ instanceInvocations: connection([createInstanceRun({ result })]) });
    const [terminal, pipe] = [
      await run({ node }, ["output", "AXIAid"], { isTerminal: true }),
      await run({ node }, ["output", "AXIAid"]),
    ];
    expect([terminal.output, pipe.output]).toEqual(["\u001b[31mred\u001b[0m\nbell\ttab\n", "red\nbell\ttab\n"]);
  });

  it("writes the bytes as they came", async () => {
    const result = { id: "x", output: createOutput("text", { base64: Buffer.from("bytes\u0000").toString("base64") }) };
    const node = createRun({ instanceInvocations: connection([createInstanceRun({ result })]) });
    expect((await run({ node }, ["output", "AXIAid", "--raw"], { isTerminal: true })).output).toBe("bytes\u0000");
  });

  it("says what is missing from an output", async () => {
    const result = { id: "x", output: createOutput("a\ufffd", { truncated: true, droppedBytes: 18234, lossy: true }) };
    const node = createRun({ instanceInvocations: connection([createInstanceRun({ result })]) });
    expect((await run({ node }, ["output", "AXIAid"])).errors).toBe(
      "cloud-assistant: i-01 (SUCCESS, exit code 0): 18234 bytes were cut away upstream.\n" +
        "cloud-assistant: i-01 (SUCCESS, exit code 0): some bytes could not be read as utf-8; --raw gives what came.\n",
    );
  });

  it("prints what there is where one part could not be read", async () => {
    const unread = createInstanceRun({
      instanceId: "i-04",
      result: { id: "x", output: () => Promise.reject(new Error("Too many calls.")) },
    });
    const node = createRun({ instanceInvocations: connection([createInstanceRun(), unread]) });
    const { exitCode, output, errors } = await run({ node }, ["output", "AXIAid"]);
    expect({ exitCode, output, errors }).toEqual({
      exitCode: 4,
      output: "==> i-01 (SUCCESS, exit code 0) <==\nok\n\n==> i-04 (SUCCESS, exit code 0) <==\n",
      errors:
        "cloud-assistant: incomplete: node.instanceInvocations.nodes.1.result.output: Too many calls.\n" +
        "cloud-assistant: i-04 (SUCCESS, exit code 0): its output could not be read.\n",
    });
  });

  it("does not take what the upstream does not tell for silence", async () => {
    const untold = createInstanceRun({ result: { id: "x", isOutputKnown: false, output: null } });
    const silent = createInstanceRun({ instanceId: "i-02", result: { id: "y", isOutputKnown: true, output: null } });
    const group = {
      count: 2,
      status: "SUCCESS",
      exitCode: 0,
      instanceIds: ["i-01", "i-02"],
      isKnown: false,
      output: null,
    };
    const node = createRun({ instanceInvocations: connection([untold, silent]), outputGroups: [group] });
    const [each, grouped, rows, groups] = [
      await run({ node }, ["output", "AXIAid"]),
      await run({ node }, ["output", "AXIAid", "--group"]),
      await run({ node }, ["output", "AXIAid", "--json", "isOutputKnown"]),
      await run({ node }, ["output", "AXIAid", "--group", "--json", "isKnown"]),
    ];
    expect([rows, groups].map(({ exitCode, output, errors }) => [exitCode, JSON.parse(output), errors])).toEqual([
      [
        4,
        [{ isOutputKnown: false }, { isOutputKnown: true }],
        "cloud-assistant: incomplete: i-01 (SUCCESS, exit code 0): the upstream does not tell what was printed.\n",
      ],
      [
        4,
        [{ isKnown: false }],
        "cloud-assistant: incomplete: 2 instances (SUCCESS, exit code 0): the upstream does not tell what was printed.\n",
      ],
    ]);
    expect([each.exitCode, each.errors, grouped.exitCode, grouped.errors]).toEqual([
      4,
      "cloud-assistant: incomplete: i-01 (SUCCESS, exit code 0): the upstream does not tell what was printed.\n" +
        "cloud-assistant: i-02 (SUCCESS, exit code 0): no output.\n",
      4,
      "cloud-assistant: incomplete: 2 instances (SUCCESS, exit code 0): the upstream does not tell what was printed.\n",
    ]);
  });

  it("shows a bar as it was drawn last, and the last lines only", async () => {
    const bar = Array.from({ length: 101 }, (_, percent) => `\r${percent}%`).join("");
    const result = { id: "x", output: createOutput(`one\ntwo\n${bar}\n`) };
    const node = createRun({ instanceInvocations: connection([createInstanceRun({ result })]) });
    const [whole, tail] = [
      await run({ node }, ["output", "AXIAid"]),
      await run({ node }, ["output", "AXIAid", "--tail", "2"]),
    ];
    expect([whole.output, tail.output]).toEqual(["one\ntwo\n100%\n", "two\n100%\n"]);
  });

  it("asks for the instances that failed alone", async () => {
    const node = createRun({ instanceInvocations: connection([FAILED]) });
    const { exitCode, output, asked } = await run({ node }, ["output", "AXIAid", "--failed"]);
    expect([exitCode, output, asked]).toEqual([
      0,
      "no disk\n",
      [["runOutputs", { id: "AXIAid", after: null, statusIn: ["FAILED", "ERROR", "TIMEOUT", "ABORTED", "INVALID"] }]],
    ]);
  });

  describe("of the instances that failed", () => {
    type State = Readonly<{ status: string; isFinal?: boolean; instances: readonly string[] }>;
    /** The run on one instance for each state, as the gateway answers what is asked for. */
    const runOf = ({ status, isFinal = true, instances }: State, isAll: boolean) => {
      const rows = instances.map((state, index) =>
        createInstanceRun({
          instanceId: `i-${index}`,
          status: state,
          result: { id: "x", output: createOutput("out") },
        }),
      );
      const isShown = (one: object) => isAll || ("status" in one && one.status === "FAILED");
      return createRun({
        status,
        isFinal,
        statusCounts: instances.map((state) => ({ status: state, count: 1 })),
        instanceInvocations: connection(rows.filter(isShown)),
        outputGroups: instances.map((state, index) => ({
          count: 1,
          status: state,
          exitCode: null,
          instanceIds: [`i-${index}`],
          isKnown: true,
          output: createOutput("out"),
        })),
      });
    };
    const NONE = "no instance failed.";
    const SHOWS_NONE = "The run shows no instances now.";
    const doubt = (states: string) => `can say whether these instances failed: ${states}.`;

    it.each<[State, number, string]>([
      [{ status: "SUCCESS", instances: ["SUCCESS", "SUCCESS"] }, 0, NONE],
      [{ status: "STOPPED", instances: ["SUCCESS", "CANCELLED", "TERMINATED", "STOPPED"] }, 0, NONE],
      [{ status: "RUNNING", isFinal: false, instances: ["SUCCESS"] }, 0, "no instance has failed so far."],
      [
        { status: "RUNNING", isFinal: false, instances: ["SUCCESS", "RUNNING", "PENDING"] },
        0,
        "no instance has failed so far.",
      ],
      [{ status: "FINISHED", instances: ["SUCCESS", "FINISHED", "FINISHED"] }, 2, `Nobody ${doubt("2 FINISHED")}`],
      [{ status: "UNKNOWN", isFinal: false, instances: ["UNKNOWN"] }, 2, `Nobody ${doubt("1 UNKNOWN")}`],
      [{ status: "SUCCESS", instances: ["SUCCESS", "RUNNING"] }, 2, `Nobody ${doubt("1 RUNNING")}`],
      [{ status: "PENDING", isFinal: false, instances: [] }, 2, SHOWS_NONE],
      [{ status: "UNKNOWN", isFinal: false, instances: [] }, 2, SHOWS_NONE],
      [{ status: "PARTIAL_FAILED", instances: ["FAILED", "SUCCESS"] }, 0, ""],
      [{ status: "RUNNING", isFinal: false, instances: ["FAILED", "RUNNING"] }, 0, ""],
      [{ status: "PARTIAL_FAILED", instances: ["FAILED", "UNKNOWN"] }, 4, `incomplete: nobody ${doubt("1 UNKNOWN")}`],
    ])("says no more than anybody can say, of %j", async (state, code, message) => {
      for (const more of [[], ["--group"], ["--json=status"], ["--group", "--json=status"]]) {
        const isJson = more.some((word) => word.startsWith("--json"));
        const { exitCode, output, errors } = await run({ node: runOf(state, false) }, [
          "output",
          "AXIAid",
          "--failed",
          ...more,
        ]);
        const isTold = message !== "" && !(isJson && code === 0);
        expect([more, exitCode, errors]).toEqual([more, code, isTold ? `cloud-assistant: ${message}\n` : ""]);
        const shown = state.instances.filter((one) => one === "FAILED");
        if (code === 2) expect(output).toBe("");
        else if (isJson) expect(JSON.parse(output)).toEqual(shown.map((status) => ({ status })));
        else expect(output).toBe(shown.length === 0 ? "" : "out\n");
      }
    });

    it("says it of one instance, by how the run stands there", async () => {
      const node = runOf({ status: "PARTIAL_FAILED", instances: ["FAILED", "SUCCESS", "FINISHED"] }, true);
      const ask = async (instanceId: string) => {
        const words = ["output", "AXIAid", "--failed", "--instance", instanceId];
        const { exitCode, output, errors, asked } = await run({ node }, words);
        expect(asked[0]).toEqual(["runOutputs", { id: "AXIAid", after: null }]);
        return [exitCode, output, errors];
      };
      expect(await ask("i-0")).toEqual([0, "out\n", ""]);
      expect(await ask("i-1")).toEqual([0, "", `cloud-assistant: ${NONE}\n`]);
      expect(await ask("i-2")).toEqual([2, "", `cloud-assistant: Nobody ${doubt("1 FINISHED")}\n`]);
      expect(await ask("i-9")).toEqual([2, "", "cloud-assistant: The run did not go to instance i-9.\n"]);
    });
  });

  it.each(["FAILED", "PARTIAL_FAILED"])("does not deny the failure of a run that is %s", async (status) => {
    const bare = createRun({ status, instanceInvocations: connection([]), outputGroups: [] });
    const words = ["output", "AXIAid", "--failed"];
    const told = `cloud-assistant: incomplete: The run is ${status}, but it shows no instance that failed.\n`;
    const none = { node: bare, invocationResults: connection([]) };
    for (const more of [[], ["--group"], ["--json=instanceId"]]) {
      const { exitCode, errors } = await run(none, [...words, ...more]);
      expect([more, exitCode, errors]).toEqual([more, 4, told]);
    }
    // Once they were read, its results are a part of the run.
    const node = inTurn([bare, createRun({ status, instanceInvocations: connection([FAILED]) })]);
    const found = await run({ node, invocationResults: connection([{ ...FAILED, repeats: 1 }]) }, words);
    expect([found.exitCode, found.output, found.errors]).toEqual([0, "no disk\n", ""]);
  });

  it.each([[], ["--group"], ["--json=instanceId"], ["--group", "--json"]])(
    "owns up once to a failed run that has instances and shows none, with %j, %j",
    async (...more) => {
      const list = { ...connection([]), totalCount: null };
      const node = createRun({ status: "FAILED", isFinal: true, outputGroups: [], instanceInvocations: list });
      const none = { node, invocationResults: connection([]) };
      const plain = await run(none, ["output", "AXIAid", ...more]);
      expect([plain.exitCode, plain.errors]).toEqual([
        4,
        "cloud-assistant: incomplete: the run has instances that cannot be shown.\n" +
          "cloud-assistant: The run shows no instances now, as far as it could be read.\n",
      ]);
      const failed = await run(none, ["output", "AXIAid", "--failed", ...more]);
      expect([failed.exitCode, failed.errors]).toEqual([
        4,
        "cloud-assistant: incomplete: The run is FAILED, but it shows no instance that failed.\n",
      ]);
    },
  );

  it("does not tell of instances that cannot be shown what their results show", async () => {
    const list = { ...connection([]), totalCount: null };
    const bare = createRun({ status: "FAILED", instanceInvocations: list });
    const node = inTurn([bare, createRun({ status: "FAILED", instanceInvocations: connection([FAILED]) })]);
    const results = connection([{ ...FAILED, repeats: 1 }]);
    const found = await run({ node, invocationResults: results }, ["output", "AXIAid", "--failed"]);
    expect([found.exitCode, found.output, found.errors]).toEqual([0, "no disk\n", ""]);
  });

  it("finds an instance by the name of its server", async () => {
    const named = createInstanceRun({ instanceId: "i-05", instance: { id: "s", name: "web-05" } });
    const node = createRun({ instanceInvocations: connection([createInstanceRun(), named]) });
    const { output, asked } = await run({ node }, ["output", "AXIAid", "--instance", "web-05"]);
    expect([output, asked]).toEqual(["ok\n", [["runOutputs", { id: "AXIAid", after: null, withNames: true }]]]);
  });

  it("writes chosen fields as JSON", async () => {
    const node = createRun({ instanceInvocations: BOTH });
    const words = ["output", "AXIAid", "--json", "instanceId,error.code,output.byteLength"];
    const { output } = await run({ node }, words);
    expect(JSON.parse(output)).toEqual([
      { instanceId: "i-01", "error.code": null, "output.byteLength": 3 },
      { instanceId: "i-02", "error.code": "ExitCodeNonzero", "output.byteLength": 7 },
    ]);
    const wrong = await run({ node }, ["output", "AXIAid", "--json=instance_id"]);
    expect([wrong.exitCode, wrong.errors]).toEqual([
      2,
      'cloud-assistant: `--json`: expected some of id, instanceId, status, isFinal, exitCode, error, output, isOutputKnown, got "instance_id".\n',
    ]);
  });

  it("says that the run did not go to an instance", async () => {
    const { exitCode, errors } = await run({ node: createRun() }, ["output", "AXIAid", "--instance", "i-9"]);
    expect([exitCode, errors]).toEqual([2, "cloud-assistant: The run did not go to instance i-9.\n"]);
  });

  it.each([
    [["--group"], "The run shows no instances now."],
    [["--group", "--json"], "The run shows no instances now."],
    [[], "The run shows no instances now."],
    [["--instance", "i-9"], "The run shows no such instance now."],
  ])("says that a run which is over shows no instance, and not that none failed, with %j", async (words, message) => {
    const node = createRun({ status: "FAILED", isFinal: true, outputGroups: [], instanceInvocations: connection([]) });
    const { exitCode, output, errors } = await run({ node }, ["output", "AXIAid", ...words]);
    expect([exitCode, output, errors]).toEqual([2, "", `cloud-assistant: ${message}\n`]);
  });

  it("says that an instance is not there as far as names could be read, if a name is asked for", async () => {
    const instance = () => {
      throw new Error("No permission.");
    };
    const node = createRun({ instanceInvocations: connection([{ ...createInstanceRun(), instance }]) });
    const { exitCode, errors } = await run({ node }, ["output", "AXIAid", "--instance", "web-1"]);
    expect([exitCode, errors]).toEqual([
      4,
      "cloud-assistant: incomplete: node.instanceInvocations.nodes.0.instance: No permission.\n" +
        "cloud-assistant: The run shows no such instance now, as far as it could be read.\n",
    ]);
  });
});
