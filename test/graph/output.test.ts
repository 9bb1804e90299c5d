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
    const fields = "text base64 byteLength lineCount droppedBytes truncated charset lossy isCharsetCertain isRedacted";
    expect(await output(executor, fields, Buffer.from("1tDOxA==", "base64"), 12)).toEqual({
      text: "中文",
      base64: "1tDOxA==",
      byteLength: 4,
      lineCount: 1,
      droppedBytes: 12,
      truncated: true,
      charset: "gb18030",
      lossy: false,
      isCharsetCertain: true,
      isRedacted: false,
    });
  });

  it("is decoded by the charset that is asked for, and says when the found one is a guess", async () => {
    const fields = `charset isCharsetCertain guess: text right: text(charset: "Latin1") greek: text(charset: "iso-8859-7")`;
    expect(await output(executor, fields, Buffer.from("für", "latin1"), 0)).toEqual({
      charset: "gb18030",
      isCharsetCertain: false,
      guess: "f黵",
      right: "für",
      greek: "fόr",
    });
  });

  it("goes on behind a byte with whole characters", async () => {
    const fields = [0, 1, 2, 3, 4, 6, 7, 8, 99].map((byte) => `b${byte}: text(fromByte: ${byte})`).join(" ");
    expect(await output(executor, fields, Buffer.from("a中文b"), 0)).toEqual({
      b0: "a中文b",
      b1: "中文b",
      b2: "文b",
      b3: "文b",
      b4: "文b",
      b6: "b",
      b7: "b",
      b8: "",
      b99: "",
    });
    const gbk = `cut: text(fromByte: 1) lines: text(fromByte: 4, firstLines: 1) named: text(charset: "gbk", fromByte: 3)`;
    expect(await output(executor, gbk, Buffer.from("1tDOxAphCmI=", "base64"), 0)).toEqual({
      cut: "文\na\nb",
      lines: "\n",
      named: "\na\nb",
    });
  });

  it("shows what a terminal shows of a bar, before anything else is cut", async () => {
    const bar = Array.from({ length: 101 }, (_, percent) => `\r\u001b[32m${percent}%\u001b[0m`).join("");
    const fields = `
      text: text(applyOverwriting: true, stripAnsi: true)
      last: text(applyOverwriting: true, stripAnsi: true, lastLines: 2, maxBytes: 4)`;
    expect(await output(executor, fields, Buffer.from(`${bar}\r\nok\n`), 0)).toEqual({
      text: "100%\r\nok\n",
      last: "100%",
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
    ["text(fromByte: -1)"],
    [`text(charset: "klingon")`],
    [`text(charset: "")`],
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
