import { describe, expect, it } from "@jest/globals";
import type { InvocationResult } from "#domain";
import type { Answer } from "#services";
import { createBench, EVERYTHING, refusal } from "../upstreams/stub.ts";
import { createGateway } from "./support/gateway.ts";
import { createWorldSource } from "./support/world.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A region whose outputs are base64, which only DescribeInvocationResult tells: it fails at first. */
function createRegion() {
  let isDown = true;
  const script = { CommandContent: base64("uptime") };
  const item = { InvokeId: "t-1", InstanceId: "i-1", InvocationStatus: "Success", Output: base64("ok") };
  const bench = createBench(
    "SWAS",
    (action) => {
      if (action !== "DescribeInvocationResult") {
        return {
          CommandInvocations: [{ ...script, InvokeId: "t-1", InvocationStatus: "Success", InvokeInstances: [item] }],
        };
      }
      if (isDown) throw refusal("THROTTLED", "Throttling.User");
      return { InvocationResult: item };
    },
    { outputEncoding: "auto" },
  );
  const { source } = bench.upstream;
  const { services } = createGateway([{ ...createWorldSource(source), upstream: bench.upstream }], {
    clock: bench.clock,
  });
  const key = { source, invokeId: "t-1", instanceId: "i-1", execution: null };
  return {
    asked: () => bench.asked.splice(0).map(([action]) => action),
    recover: () => {
      isDown = false;
    },
    passMinute: () => bench.clock.advance(60_000),
    readScript: async () => {
      const wants = { output: false, content: true };
      const [run] = await services.readInvocations([{ source, invokeId: "t-1" }], wants, bench.operation);
      const content = run instanceof Error ? null : run?.command.content;
      return content ? Buffer.from(content).toString() : null;
    },
    read: async () => textOf((await services.readResults([key], EVERYTHING, bench.operation))[0]),
  };
}

function textOf(answer: Answer<InvocationResult> | undefined): string | null {
  if (answer instanceof Error || !answer?.output) return null;
  return Buffer.from(answer.output.bytes).toString();
}

describe("an output whose encoding could only be guessed", () => {
  it("is read anew once the encoding can be known, and is kept from then on", async () => {
    const region = createRegion();
    expect([await region.read(), region.asked()]).toEqual([
      base64("ok"),
      ["DescribeCommandInvocations", "DescribeInvocationResult"],
    ]);
    region.recover();
    await region.passMinute();
    expect([await region.read(), region.asked()]).toEqual([
      "ok",
      ["DescribeCommandInvocations", "DescribeInvocationResult"],
    ]);
    await region.passMinute();
    expect([await region.read(), region.asked()]).toEqual(["ok", []]);
  });
});

describe("a script whose encoding could only be guessed", () => {
  it("is read anew once the encoding can be known, and is kept from then on", async () => {
    const region = createRegion();
    const calls = ["DescribeCommandInvocations", "DescribeInvocationResult"];
    expect([await region.readScript(), region.asked()]).toEqual([base64("uptime"), calls]);
    region.recover();
    await region.passMinute();
    expect([await region.readScript(), region.asked()]).toEqual(["uptime", calls]);
    await region.passMinute();
    expect([await region.readScript(), region.asked()]).toEqual(["uptime", []]);
  });
});
