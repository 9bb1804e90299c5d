import { describe, expect, it } from "@jest/globals";
import { connection, createInstanceRun, createOutput, createRun, inTurn, run } from "./rig.ts";

/** A run with these outputs, one an instance; final if it says so. */
function state(isFinal: boolean, ...texts: readonly string[]): object {
  const instances = texts.map((text, index) =>
    createInstanceRun({
      instanceId: `i-0${index + 1}`,
      isFinal,
      status: isFinal ? "SUCCESS" : "RUNNING",
      exitCode: isFinal ? 0 : null,
      result: { id: `r-${index}`, output: createOutput(text) },
    }),
  );
  const status = isFinal ? "SUCCESS" : "RUNNING";
  const statusCounts = [{ status, count: texts.length }];
  return createRun({ isFinal, status, statusCounts, instanceInvocations: connection(instances) });
}

describe("cloud-assistant output --follow", () => {
  it("prints whole lines as they come, each once, and the rest when the run is final", async () => {
    const states = [
      state(false, "one\ntw"),
      state(false, "one\ntwo\n"),
      state(false, "one\ntwo\n"),
      state(true, "one\ntwo\nend"),
    ];
    const { exitCode, output, errors, asked } = await run({ node: inTurn(states) }, ["output", "AXIAid", "-f"]);
    expect([exitCode, output, asked.length, errors]).toEqual([
      0,
      "one\ntwo\nend\n",
      4,
      "cloud-assistant: t-hz01 RUNNING: 1 RUNNING\ncloud-assistant: t-hz01 SUCCESS: 1 SUCCESS\n",
    ]);
  });

  it("does not take what the upstream does not tell for silence", async () => {
    const untold = (isFinal: boolean) =>
      createInstanceRun({ isFinal, result: { id: "x", isOutputKnown: false, output: null } });
    const silent = createInstanceRun({ instanceId: "i-02", result: { id: "y", isOutputKnown: true, output: null } });
    const states = [false, true].map((isFinal) =>
      createRun({ isFinal, instanceInvocations: connection([untold(isFinal), silent]) }),
    );
    const { exitCode, output, errors } = await run({ node: inTurn(states) }, ["output", "AXIAid", "-f"]);
    expect([exitCode, output, errors.split("\n").filter((line) => line.includes("incomplete"))]).toEqual([
      4,
      "",
      ["cloud-assistant: incomplete: i-01 (SUCCESS, exit code 0): the upstream does not tell what was printed."],
    ]);
  });

  it("looks again for the end of what was printed if that is not told right after the run is over", async () => {
    const untold = createInstanceRun({ result: { id: "x", isOutputKnown: false, output: null } });
    const late = createRun({ isFinal: true, instanceInvocations: connection([untold]) });
    const soon = inTurn([state(false, "one\n"), late, late, state(true, "one\ntwo\n")]);
    const found = await run({ node: soon }, ["output", "AXIAid", "-f"]);
    expect([found.exitCode, found.output, found.errors.includes("incomplete")]).toEqual([0, "one\ntwo\n", false]);
    const never = inTurn([state(false, "one\n"), late]);
    const lost = await run({ node: never }, ["output", "AXIAid", "-f"]);
    expect([lost.exitCode, lost.output, lost.asked.length, lost.errors.split("\n").slice(2)]).toEqual([
      4,
      "one\n",
      7,
      ["cloud-assistant: incomplete: i-01 (SUCCESS, exit code 0): the upstream does not tell what was printed.", ""],
    ]);
  });

  it("says nothing of instances that cannot be shown as long as the run goes on", async () => {
    const early = createRun({
      isFinal: false,
      instanceInvocations: { ...connection([createInstanceRun({ isFinal: false, result: null })]), totalCount: null },
    });
    const found = await run({ node: inTurn([early, state(true, "one\n")]) }, ["output", "AXIAid", "-f"]);
    expect([found.exitCode, found.output]).toEqual([0, "one\n"]);
  });

  it("says whose lines they are if there are several", async () => {
    const states = [
      state(false, "a1\n", "b1\n"),
      state(false, "a1\n", "b1\nb2\n"),
      state(true, "a1\na2\n", "b1\nb2\n"),
    ];
    const { output } = await run({ node: inTurn(states) }, ["output", "AXIAid", "--follow"]);
    expect(output).toBe("==> i-01 <==\na1\n==> i-02 <==\nb1\nb2\n==> i-01 <==\na2\n");
  });

  it("begins with the last lines of what is there", async () => {
    const states = [state(false, "1\n2\n3\n"), state(true, "1\n2\n3\n4\n5\n")];
    const { output } = await run({ node: inTurn(states) }, ["output", "AXIAid", "-f", "--tail", "1"]);
    expect(output).toBe("3\n4\n5\n");
  });

  it("goes on behind what it printed if the upstream cut the beginning away, and says so if it cannot", async () => {
    const rolled = [state(false, "1\n2\n3\n"), state(true, "2\n3\n4\n")];
    const lost = [state(false, "1\n2\n3\n"), state(true, "8\n9\n")];
    const [first, second] = [
      await run({ node: inTurn(rolled) }, ["output", "AXIAid", "-f"]),
      await run({ node: inTurn(lost) }, ["output", "AXIAid", "-f"]),
    ];
    expect([first.output, second.output]).toEqual(["1\n2\n3\n4\n", "1\n2\n3\n8\n9\n"]);
    expect(second.errors).toContain("i-01: some of the output was cut away upstream before it was read.\n");
  });

  it("goes on by the bytes if the same lines are decoded as something else meanwhile", async () => {
    const output = (text: string, bytes: string, isFinal: boolean) =>
      createRun({
        isFinal,
        instanceInvocations: connection([
          createInstanceRun({
            isFinal,
            result: {
              id: "r",
              output: createOutput(text, { base64: Buffer.from(bytes, "latin1").toString("base64") }),
            },
          }),
        ]),
      });
    const states = [output("\ufffd\ufffd\n", "\xd6\xd0\n", false), output("中\n文\n", "\xd6\xd0\n\xce\xc4\n", true)];
    const { output: shown } = await run({ node: inTurn(states) }, ["output", "AXIAid", "-f"]);
    expect(shown).toBe("\ufffd\ufffd\n文\n");
  });

  it.each([
    [["-f"], false],
    [["-f"], true],
    [[], true],
  ])("says that the run did not go to a server, with %j", async (words, isFinal) => {
    const root = { node: state(isFinal, "one\n", "two\n") };
    const { exitCode, output, errors } = await run(root, ["output", "AXIAid", "--instance", "db-01", ...words]);
    expect([exitCode, output, errors]).toEqual([2, "", "cloud-assistant: The run did not go to instance db-01.\n"]);
  });

  it("waits for the servers of a run that shows none yet", async () => {
    const states = [state(false), state(true, "one\n")];
    const { exitCode, output } = await run({ node: inTurn(states) }, ["output", "AXIAid", "-f", "--instance", "i-01"]);
    expect([exitCode, output]).toEqual([0, "one\n"]);
  });

  it("ends with 1 if the run did not succeed", async () => {
    const failed = createRun({ status: "FAILED", instanceInvocations: connection([]) });
    expect((await run({ node: failed }, ["output", "AXIAid", "-f"])).exitCode).toBe(1);
  });
});
