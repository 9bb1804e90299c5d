import { describe, expect, it } from "@jest/globals";
import { connection, createRun, run, SOURCE } from "./rig.ts";

const COUNTS = [
  { status: "SUCCESS", count: 297 },
  { status: "FAILED", count: 3 },
];

describe("--template", () => {
  it.each([
    ["fields, and fields within", String.raw`{{.invokeId}}\t{{ .command.name }}`, "t-hz01\tdisk check"],
    ["each item of a list", "{{range .statusCounts}}{{.count}} {{.status}}, {{end}}", "297 SUCCESS, 3 FAILED, "],
    [
      "items themselves",
      "{{range .statusCounts}}{{.}};{{end}}",
      COUNTS.map((one) => `${JSON.stringify(one)};`).join(""),
    ],
    ["lists and objects as JSON", "{{.statusCounts}}", JSON.stringify(COUNTS)],
    ["booleans", "{{.isFinal}} {{.timed}}", "true false"],
    ["null", "{{.creationTime}}{{range .creationTime}}never{{end}}", "-"],
    ["braces that are none of it", "{ {.invokeId} }", "{ {.invokeId} }"],
  ])("writes %s", async (_what, template, line) => {
    const row = createRun({ statusCounts: COUNTS, creationTime: null });
    const { output, exitCode } = await run({ invocations: connection([row]) }, ["list", "--template", template]);
    expect([output, exitCode]).toEqual([`${line}\n`, 0]);
  });

  it("writes - for what is within null", async () => {
    const { output } = await run({ sources: [SOURCE] }, ["sources", "--template", "{{.regionId}} {{.error.code}}"]);
    expect(output).toBe("cn-hangzhou -\n");
  });

  it("reads no value as a template, and lets none steer a terminal", async () => {
    const command = { commandId: null, name: "{{.invokeId}} \u001b[2J\\n", type: null };
    const root = { invocations: connection([createRun({ command })]) };
    const { output } = await run(root, ["list", "--template", "{{.command.name}}"], { isTerminal: true });
    expect(output).toBe("{{.invokeId}} \\n\n");
  });

  it("writes one line a row, whatever a value holds", async () => {
    const command = { commandId: null, name: "two\r\nlines\tand a tab\n", type: null };
    const root = { invocations: connection([createRun({ command })]) };
    const { output } = await run(root, ["list", "--template", "{{.command.name}}|{{.invokeId}}"]);
    expect(output).toBe("two lines and a tab|t-hz01\n");
  });

  it("goes before --json, and says that a list goes on", async () => {
    const root = { invocations: connection([createRun()], "next") };
    const { output, errors } = await run(root, ["list", "--limit", "1", "--json=id", "--template", "{{.status}}"]);
    expect([output, errors]).toEqual(["SUCCESS\n", "cloud-assistant: there are more: raise --limit.\n"]);
  });

  it.each([
    ["{{.stauts}}", "some of id, provider, .*", ".stauts"],
    ["{{range .status}}{{end}}", "a list behind range", ".status"],
    ["{{.constructor.name}}", "some of id, provider, .*", "constructor.name"],
  ])("refuses %s for a row that has no such thing", async (template, expected, got) => {
    const { output, errors, exitCode } = await run({ invocations: connection([createRun()]) }, [
      "list",
      "--template",
      template,
    ]);
    expect([output, exitCode]).toEqual(["", 2]);
    expect(errors).toMatch(
      new RegExp(`^cloud-assistant: \`--template\`: expected ${expected}, got "\\.?${got.replace(/^\./, "")}"\\.\n$`),
    );
  });
});
