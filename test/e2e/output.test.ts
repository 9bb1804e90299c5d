import { afterEach, describe, expect, it } from "@jest/globals";
import { createWorld, type RecordInput } from "../support/emulator/index.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";

let gateway: TestGateway | null = null;
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
});

const FIELDS = "text base64 byteLength droppedBytes truncated charset lossy lineCount";
const QUERY = `query ($provider: Provider!) {
  invocation(provider: $provider, regionId: "cn-hangzhou", invokeId: "t-1") {
    instanceInvocations { nodes { result { output { ${FIELDS} } } } } } }`;

interface Answer {
  readonly invocation: {
    readonly instanceInvocations: {
      readonly nodes: readonly { readonly result: { readonly output: unknown } | null }[];
    };
  };
}

/** What the gateway makes of the output of one record. */
async function read(provider: "ECS" | "SWAS", record: RecordInput): Promise<unknown> {
  const instanceId = provider === "ECS" ? "i-1" : "0".repeat(32);
  const invocations = [{ invokeId: "t-1", instances: [{ ...record, instanceId }] }];
  const region = { "cn-hangzhou": { invocations } };
  gateway = await startGateway({ world: createWorld(provider === "ECS" ? { ecs: region } : { swas: region }) });
  const { data } = await gateway.ask<Answer>(QUERY, { provider });
  return data.invocation.instanceInvocations.nodes[0]?.result?.output ?? null;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64 = (value: Uint8Array): string => Buffer.from(value).toString("base64");

describe("output, all along the road", () => {
  it.each([
    ["base64 of UTF-8", utf8("磁盘 ok\n"), "磁盘 ok\n", "utf-8", false],
    ["base64 that decodes to GBK", bytes(0xd6, 0xd0, 0xce, 0xc4, 0x0a), "中文\n", "gb18030", false],
    ["UTF-16 with a mark", bytes(0xff, 0xfe, 0x2d, 0x4e, 0x0a, 0x00), "中\n", "utf-16le", false],
    ["UTF-8 cut inside its last character", utf8("日志").subarray(0, 5), "日\ufffd", "utf-8", true],
    ["bytes that are no text", bytes(0x6f, 0x6b, 0xff, 0xff, 0x0a), "ok\ufffd\ufffd\n", "utf-8", true],
    ["control characters, NUL, ANSI and CRLF", utf8("a\0\u001b[1mb\r\n"), "a\0\u001b[1mb\r\n", "utf-8", false],
  ])("reads %s", async (_name, output, text, charset, lossy) => {
    expect(await read("ECS", { output })).toEqual({
      text,
      base64: base64(output),
      byteLength: output.length,
      droppedBytes: 0,
      truncated: false,
      charset,
      lossy,
      lineCount: 1,
    });
  });

  it("says how many bytes were dropped from the middle", async () => {
    const output = Uint8Array.from([...utf8("头中").subarray(0, 5), ...utf8("尾")]);
    expect(await read("ECS", { output, dropped: 18234 })).toEqual({
      text: "头\ufffd尾",
      base64: base64(output),
      byteLength: 8,
      droppedBytes: 18234,
      truncated: true,
      charset: "utf-8",
      lossy: true,
      lineCount: 1,
    });
  });

  it("does not know on SWAS whether anything was dropped", async () => {
    expect(await read("SWAS", { output: "disk\n" })).toEqual({
      text: "disk\n",
      base64: base64(utf8("disk\n")),
      byteLength: 5,
      droppedBytes: null,
      truncated: null,
      charset: "utf-8",
      lossy: false,
      lineCount: 1,
    });
  });

  it.each([
    ["an empty text", { output: "" }],
    ["a blank", { wire: { Output: " " } }],
    ["nothing", { wire: { Output: undefined } }],
  ])("takes %s for no output", async (_name, record) => {
    expect(await read("ECS", record)).toBeNull();
  });

  it("gives the part of a running execution that is there", async () => {
    expect(await read("ECS", { status: "Running", output: "step 1\n" })).toMatchObject({
      text: "step 1\n",
      lineCount: 1,
    });
  });
});
