import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { both, createPlaces, createReader, SERVER } from "./reader.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Place, type Run } from "./world.ts";

const places = createPlaces();
let rig: Rig;
beforeAll(async () => {
  rig = await startRig(places);
});
afterAll(() => rig.stop());
const read = createReader(places, () => rig);

describe("output", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  const table: readonly [
    name: string,
    output: Uint8Array,
    text: string,
    charset: string,
    lossy: boolean,
    certain?: boolean,
  ][] = [
    ["UTF-8", Buffer.from("héllo 中文\n"), "héllo 中文\n", "utf-8", false],
    ["GBK", bytes(0xd6, 0xd0, 0xce, 0xc4), "中文", "gb18030", false],
    ["UTF-8 with a mark", bytes(0xef, 0xbb, 0xbf, 0x6f, 0x6b), "ok", "utf-8", false],
    ["UTF-16LE with a mark", bytes(0xff, 0xfe, 0x6f, 0, 0x6b, 0), "ok", "utf-16le", false],
    ["UTF-16BE with a mark", bytes(0xfe, 0xff, 0, 0x6f, 0, 0x6b), "ok", "utf-16be", false],
    ["UTF-8 cut in its last character", Buffer.from("日志").subarray(0, 4), "日\ufffd", "utf-8", true],
    ["GBK cut in its first character", bytes(0xed, 0xce, 0xf3, 0xa3, 0xba), "\ufffd误：", "gb18030", true],
    ["GBK cut in its last character", bytes(0xb4, 0xed, 0xce), "错\ufffd", "gb18030", true],
    ["UTF-16LE without a mark", Buffer.from("Err: 12\r\n", "utf16le"), "Err: 12\r\n", "utf-16le", false],
    ["UTF-16BE without a mark", Buffer.from("Err: 12\r\n", "utf16le").swap16(), "Err: 12\r\n", "utf-16be", false],
    [
      "UTF-8 among GBK",
      Buffer.concat([bytes(0xb4, 0xed, 0xce, 0xf3, 0x0a), Buffer.from("✓\n")]),
      "错误\n✓\n",
      "gb18030",
      false,
    ],
    ["a code page that fits GB18030", bytes(0x66, 0xfc, 0x72), "f黵", "gb18030", false, false],
    ["bytes that fit nothing", bytes(0x61, 0xff, 0xff, 0x62), "a\ufffd\ufffdb", "utf-8", true, false],
    ["NUL and escapes", Buffer.from("a\0\u001b[31mb\r\n"), "a\0\u001b[31mb\r\n", "utf-8", false],
  ];
  it.each(table)("decodes %s", async (_name, output, text, charset, lossy, certain = true) => {
    const { output: read1 } = await read("ECS", {}, { output });
    expect(read1).toEqual({
      text,
      base64: Buffer.from(output).toString("base64"),
      byteLength: output.length,
      droppedBytes: 0,
      truncated: false,
      charset,
      lossy,
      isCharsetCertain: certain,
      isRedacted: false,
    });
  });

  it("that lost its middle stays UTF-8 and says so", async () => {
    const cut = Buffer.concat([Buffer.from("头中").subarray(0, 5), Buffer.from("中尾").subarray(1)]);
    const { output } = await read("ECS", {}, { output: cut, wire: { Dropped: 18_234 } });
    expect(output).toMatchObject({ charset: "utf-8", lossy: true, truncated: true, droppedBytes: 18_234 });
    expect(output.text.startsWith("头")).toBe(true);
    expect(output.text.endsWith("尾")).toBe(true);
  });

  it.each(["", " ", null, undefined])("that is %p is null", async (Output) => {
    for (const product of both) expect((await read(product, {}, { wire: { Output } })).output).toBeNull();
  });

  it.each([
    ["MTU6MzA6\nMDEK", "15:30:01\n"],
    ["MTU6MzA6MDE", "15:30:01"],
    ["8J-YgA", "😀"],
  ])("%j in base64 of another sort is read", async (Output, text) => {
    expect((await read("ECS", {}, { wire: { Output } })).output?.text).toBe(text);
  });

  it("of a running execution is what is there so far", async () => {
    const { output, item } = await read("ECS", {}, { status: "Running", output: "step 1\n" });
    expect([output.text, item.exitCode]).toEqual(["step 1\n", null]);
  });

  it("of a server of 24 KB comes whole", async () => {
    const text = "0123456789abcdef".repeat(1_536);
    expect((await read("ECS", {}, { output: text })).output).toMatchObject({ text, byteLength: 24_576 });
  });
});

describe.each(["plain", "base64"] as const)("output on SWAS where the list has it in %s", (swasEncoding) => {
  const texts = ["disk", "file", "YWRtaW4K", "admin\n", "OutputMsg", "中文\n", "a+b/c=d=", "aGVsbG8=", "ok "];
  const run = (output: string, index: number): Run => ({
    invokeId: `t-e${index}`,
    at: Date.UTC(2026, 0, 2) - index * 1_000,
    executions: [{ instanceId: SERVER, output }],
  });

  it.each(["auto", swasEncoding])("is what the command printed, set to %s", async (setting) => {
    const place: Place = createPlace(texts.map(run), { swasEncoding });
    const own = await startRig({ "SWAS/cn-beijing": place }, { SWAS_OUTPUT_ENCODING: setting });
    const { data, errors } = await own.ask(
      "{ invocations { nodes { command { content } instanceInvocations { nodes { result { output { text } } } } } } }",
    );
    const calls = own.far.calls.length;
    await own.stop();
    expect(errors).toBeUndefined();
    const nodes: {
      command: { content: string };
      instanceInvocations: { nodes: { result: { output: { text: string } } }[] };
    }[] = data.invocations.nodes;
    expect(nodes.map((node) => node.instanceInvocations.nodes[0]?.result.output.text)).toEqual(texts);
    expect(new Set(nodes.map((node) => node.command.content))).toEqual(new Set(["date\n"]));
    expect(calls).toBeLessThanOrEqual(setting === "auto" ? 2 : 1);
  });
});

describe("outputs of which the record of a run says nothing", () => {
  const QUERY = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") {
    instanceInvocations { nodes { result { output { text } } } } outputGroups { count output { text } } } }`;
  const silent = createPlace([
    {
      invokeId: "t-1",
      at: Date.UTC(2026, 0, 2),
      executions: [
        { instanceId: "i-1", output: "real 1\n" },
        { instanceId: "i-2", output: "" },
      ],
    },
  ]);
  let own: Rig;
  beforeEach(async () => {
    own = await startRig({ "ECS/cn-hangzhou": silent });
    own.far.mangle = (body, { action }) => (action === "DescribeInvocations" ? withoutOutputs(body) : body);
  });
  afterEach(() => own.stop());
  // biome-ignore lint/suspicious/noExplicitAny: the vendor's body
  const withoutOutputs = (body: any) => {
    for (const run of body.Invocations.Invocation)
      for (const one of run.InvokeInstances.InvokeInstance) delete one.Output;
    return body;
  };

  it("are asked for by the results", async () => {
    for (let times = 0; times < 2; times += 1) {
      expect((await own.ask(QUERY)).data.invocation).toEqual({
        instanceInvocations: { nodes: [{ result: { output: { text: "real 1\n" } } }, { result: { output: null } }] },
        outputGroups: [
          { count: 1, output: { text: "real 1\n" } },
          { count: 1, output: null },
        ],
      });
    }
    expect(own.far.asked()).toEqual(["DescribeInvocationResults cn-hangzhou", "DescribeInvocations cn-hangzhou"]);
  });

  it("are an error and not nothing where the results are refused", async () => {
    own.far.interfere = ({ action }) => (action === "DescribeInvocationResults" ? refusal(403, "Forbidden.RAM") : null);
    const { data, errors = [] } = await own.ask(QUERY.replace(/outputGroups.*/, "} }"));
    expect(data.invocation.instanceInvocations.nodes).toEqual([
      { result: { output: null } },
      { result: { output: null } },
    ]);
    expect(errors.map(({ extensions }) => extensions?.code)).toEqual(["UPSTREAM_FORBIDDEN", "UPSTREAM_FORBIDDEN"]);
  });
});
