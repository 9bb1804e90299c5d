import { describe, expect, it } from "@jest/globals";

import type { InstanceInvocationStatus } from "#domain";
import { ask, EXECUTORS, failure, stubServices } from "./ask.ts";
import { anInstanceInvocation, anInvocation, aResult, printed } from "./records.ts";

const LOG = "start\n\u001b[31merror: disk full\u001b[0m\r\nretry\nerror: gave up\nend";

async function output(executor: (typeof EXECUTORS)[number], fields: string, bytes: Uint8Array, dropped: number | null) {
  const record = anInstanceInvocation({ output: { bytes, droppedBytes: dropped } });
  const asked = stubServices({ readInvocations: async () => [anInvocation({ instances: [record] })] });
  const { data, errors } = await ask(
    asked,
    `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") {
      instanceInvocations { nodes { result { output { ${fields} } } } } } }`,
    {},
    executor,
  );
  type Answer = { invocation: { instanceInvocations: { nodes: { result: { output: unknown } }[] } } };
  return errors?.[0]?.code ?? (data as Answer).invocation.instanceInvocations.nodes[0]?.result.output;
}

describe.each(EXECUTORS)("with %s, an output", (executor) => {
  it("says its text, its bytes and how whole they are", async () => {
    const fields = "text base64 byteLength lineCount droppedBytes truncated charset lossy";
    expect(await output(executor, fields, Buffer.from("1tDOxA==", "base64"), 12)).toEqual({
      text: "中文",
      base64: "1tDOxA==",
      byteLength: 4,
      lineCount: 1,
      droppedBytes: 12,
      truncated: true,
      charset: "gb18030",
      lossy: false,
    });
  });

  it("does not claim to be whole where the upstream does not say", async () => {
    const fields = "droppedBytes truncated charset lineCount";
    expect(await output(executor, fields, Buffer.from("a\nb\n"), null)).toEqual({
      droppedBytes: null,
      truncated: null,
      charset: "utf-8",
      lineCount: 2,
    });
  });

  it("gives parts of its text", async () => {
    const fields = `
      plain: text(stripAnsi: true, firstLines: 2) head: text(firstLines: 1) tail: text(lastLines: 2)
      cut: text(maxBytes: 5) none: text(firstLines: 0)`;
    expect(await output(executor, fields, Buffer.from(LOG), 0)).toEqual({
      plain: "start\nerror: disk full\r\n",
      head: "start\n",
      tail: "error: gave up\nend",
      cut: "start",
      none: "",
    });
  });

  it("finds lines by text and by pattern", async () => {
    const fields = `
      byText: search(text: "ERROR", ignoreCase: true, limit: 1) { lineNumber before }
      byPattern: search(pattern: "^error: (\\\\w+) up", contextLines: 1) { lineNumber line before after }`;
    expect(await output(executor, fields, Buffer.from(LOG), 0)).toEqual({
      byText: [{ lineNumber: 2, before: [] }],
      byPattern: [{ lineNumber: 4, line: "error: gave up", before: ["retry"], after: ["end"] }],
    });
  });

  it.each([
    ["text(firstLines: -1)"],
    ["text(firstLines: 1, lastLines: 1)"],
    ["text(maxBytes: -1)"],
    [`search(pattern: "(") { line }`],
    ["search { line }"],
    [`search(text: "x", limit: 1001) { line }`],
  ])("refuses %s", async (field) => {
    expect(await output(executor, field, Buffer.from(LOG), 0)).toBe("BAD_USER_INPUT");
  });
});

describe.each(EXECUTORS)("with %s, the groups of a run's outputs", (executor) => {
  const records = ["i-1", "i-2", "i-3", "i-4"].map((instanceId) =>
    anInstanceInvocation({ instanceId, status: "RUNNING" as InstanceInvocationStatus }),
  );
  const groups = "{ count status exitCode output { text } instanceIds instanceInvocations(first: 1) { instanceId } }";
  const query = (args: string) =>
    `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") { outputGroups${args} ${groups} } }`;

  it("hold the instances that said the same, largest first, from one batch of reads", async () => {
    const asked = stubServices({
      readInvocations: async () => [anInvocation({ instances: records })],
      readResults: async (refs) =>
        refs.map((ref) =>
          ref.instanceId === "i-2"
            ? aResult({ ...ref, status: "FAILED", exitCode: 1, output: printed("no\n") })
            : aResult({ ...ref }),
        ),
    });
    expect(await ask(asked, query(""), {}, executor)).toEqual({
      data: {
        invocation: {
          outputGroups: [
            {
              count: 3,
              status: "SUCCESS",
              exitCode: 0,
              output: { text: "ok\n" },
              instanceIds: ["i-1", "i-3", "i-4"],
              instanceInvocations: [{ instanceId: "i-1" }],
            },
            {
              count: 1,
              status: "FAILED",
              exitCode: 1,
              output: { text: "no\n" },
              instanceIds: ["i-2"],
              instanceInvocations: [{ instanceId: "i-2" }],
            },
          ],
        },
      },
    });
    expect(asked.calls.map(([method]) => method)).toEqual(["readInvocations", "readResults"]);
  });

  it("are none, with an error, where one output could not be read: groups that leave out instances would mislead", async () => {
    const asked = stubServices({
      readInvocations: async () => [anInvocation({ instances: records })],
      readResults: async (refs) => refs.map((ref) => (ref.instanceId === "i-4" ? failure() : aResult({ ...ref }))),
    });
    expect(await ask(asked, query("(first: 1)"), {}, executor)).toEqual({
      data: { invocation: { outputGroups: null } },
      errors: [{ path: ["invocation", "outputGroups"], code: "TIMEOUT" }],
    });
  });
});
