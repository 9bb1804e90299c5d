import { describe, expect, it } from "@jest/globals";
import { createRedactor, type RedactionRule } from "#access";
import type { InvocationResult } from "#domain";
import type { Answer } from "#services";
import { createBench, EVERYTHING, refusal } from "../upstreams/stub.ts";
import { createGateway } from "./support/gateway.ts";
import { createWorldSource } from "./support/world.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Prints and scripts that look like base64 and are not, which only DescribeInvocationResult tells: it fails at first. */
function createRegion() {
  let isDown = true;
  const script = { CommandContent: base64("w\n") };
  const item = { InvokeId: "t-1", InstanceId: "i-1", InvocationStatus: "Success", Output: base64("ok") };
  const truth = { ...item, Output: base64(item.Output) };
  const bench = createBench(
    "SWAS",
    (action) => {
      if (action !== "DescribeInvocationResult") {
        return {
          CommandInvocations: [{ ...script, InvokeId: "t-1", InvocationStatus: "Success", InvokeInstances: [item] }],
        };
      }
      if (isDown) throw refusal("THROTTLED", "Throttling.User");
      return { InvocationResult: truth };
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
      const projection = { output: false, content: true };
      const [run] = await services.readInvocations([{ source, invokeId: "t-1" }], projection, bench.operation);
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
      "ok",
      ["DescribeCommandInvocations", "DescribeInvocationResult"],
    ]);
    region.recover();
    expect([await region.read(), region.asked()]).toEqual(["ok", []]);
    await region.passMinute();
    expect([await region.read(), region.asked()]).toEqual([
      base64("ok"),
      ["DescribeCommandInvocations", "DescribeInvocationResult"],
    ]);
    await region.passMinute();
    expect([await region.read(), region.asked()]).toEqual([base64("ok"), []]);
  });
});

describe("a script whose encoding could only be guessed", () => {
  it("is read anew once the encoding can be known, and is kept from then on", async () => {
    const region = createRegion();
    const calls = ["DescribeCommandInvocations", "DescribeInvocationResult"];
    expect([await region.readScript(), region.asked()]).toEqual(["w\n", calls]);
    region.recover();
    expect([await region.readScript(), region.asked()]).toEqual(["w\n", []]);
    await region.passMinute();
    expect([await region.readScript(), region.asked()]).toEqual(["dwo=", calls]);
    await region.passMinute();
    expect([await region.readScript(), region.asked()]).toEqual(["dwo=", []]);
  });
});

describe("outputs asked for right after the same page without them", () => {
  /** Ten runs on one server each, two of which still run, in a region whose outputs are base64. */
  function createPageRegion(rules: readonly RedactionRule[] = []) {
    const items = Array.from({ length: 10 }, (_, at) => ({
      InvokeId: `t-${at}`,
      InstanceId: "i-1",
      InvocationStatus: at < 2 ? "Running" : "Success",
      Output: base64(`line of ${at} key-1234\n`),
    }));
    const bench = createBench(
      "SWAS",
      (action, { InvokeId }) => {
        const meant = items.filter((item) => InvokeId === undefined || item.InvokeId === InvokeId);
        if (action === "DescribeInvocationResult") return { InvocationResult: meant[0] };
        const runs = meant.map((item, at) => ({
          InvokeId: item.InvokeId,
          CreationTime: `2026-01-02T03:04:${59 - at}Z`,
          InvokeInstances: [item],
        }));
        return { TotalCount: runs.length, PageNumber: 1, PageSize: 50, CommandInvocations: runs };
      },
      { outputEncoding: "auto" },
    );
    const { source } = bench.upstream;
    const { services } = createGateway([{ ...createWorldSource(source), upstream: bench.upstream }], {
      clock: bench.clock,
      redactor: () => createRedactor(rules),
    });
    const page = async (isOutputWanted: boolean) => {
      const projection = { output: isOutputWanted, content: false, totalCount: false };
      const { edges } = await services.pageInvocations({ first: 10 }, {}, projection, bench.operation);
      return edges.map(
        ({ node }) => node.instances[0]?.output && Buffer.from(node.instances[0].output.bytes).toString(),
      );
    };
    return { page, asked: () => bench.asked.splice(0).map(([action]) => action), pass: bench.clock.advance };
  }

  it("cost the calibration and no list", async () => {
    const region = createPageRegion();
    expect([await region.page(false), region.asked()]).toEqual([
      Array.from({ length: 10 }, () => undefined),
      ["DescribeCommandInvocations"],
    ]);
    const texts = Array.from({ length: 10 }, (_, at) => `line of ${at} key-1234\n`);
    expect([await region.page(true), region.asked()]).toEqual([texts, ["DescribeInvocationResult"]]);
    expect([await region.page(true), region.asked()]).toEqual([texts, []]);
  });

  it("are hidden by the rules all the same", async () => {
    const region = createPageRegion([{ pattern: "key-[0-9]+", replaceWith: "***" }]);
    await region.page(false);
    const texts = Array.from({ length: 10 }, (_, at) => `line of ${at} ***\n`);
    expect(await region.page(true)).toEqual(texts);
  });
});
