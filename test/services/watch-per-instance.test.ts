import { describe, expect, it } from "@jest/globals";

import { createOperation } from "../support/operation.ts";
import { createBench, refusal } from "../upstreams/stub.ts";
import { createGateway } from "./support/gateway.ts";
import { createWorldSource } from "./support/world.ts";

const INTERVAL_MS = 10_000;
const EVERYTHING = { output: true, content: true, details: true };

/** How far a run is on its instances, by instance id: the status at each look. */
type Course = Readonly<Record<string, readonly (string | null)[]>>;

/** A region that has no list of all runs, and a run that moves with every look. */
function createScene(course: Course, servers: readonly string[]) {
  let look = 0;
  const bench = createBench("SWAS", (action, { InstanceId }) => {
    if (action === "DescribeCommandInvocations") throw refusal("FORBIDDEN", "NoPermission", 403);
    if (action === "ListInstances") {
      return { Instances: servers.map((id) => ({ InstanceId: id })), TotalCount: servers.length };
    }
    if (action === "DescribeInvocations") {
      const record = { InvokeId: "t-1", CommandName: "demo", CreationTime: "2026-01-02T03:04:05Z" };
      return { Invocations: [record], TotalCount: 1 };
    }
    const InvocationStatus = course[String(InstanceId)]?.[look] ?? null;
    if (InvocationStatus === null) return {};
    const Output = Buffer.from(`${InstanceId} ${InvocationStatus}`).toString("base64");
    return { InvocationResult: { InvokeId: "t-1", InstanceId, InvocationStatus, ExitCode: 0, Output } };
  });
  const { source } = bench.upstream;
  const { services } = createGateway([{ ...createWorldSource(source), upstream: bench.upstream }], {
    clock: bench.clock,
    watch: { minIntervalMs: INTERVAL_MS, maxIntervalMs: INTERVAL_MS },
  });
  return {
    watch: () => services.watchInvocation({ source, invokeId: "t-1" }, EVERYTHING, createOperation()),
    /** The instances that the next look asks for one by one, and what else it asks for. */
    async pass() {
      await bench.clock.advance(look === 0 ? 0 : INTERVAL_MS);
      look += 1;
      const asked = bench.asked.splice(0);
      const single = asked.filter(([action]) => action === "DescribeInvocationResult");
      const others = asked.filter(([action]) => action === "DescribeInvocations" || action === "ListInstances");
      return [[...new Set(single.map(([, { InstanceId }]) => InstanceId))], others.map(([action]) => action)];
    },
  };
}

async function readAll(values: AsyncIterable<{ readonly status: string; readonly instances: readonly object[] }>) {
  const told: unknown[] = [];
  for await (const run of values) {
    told.push([run.status, run.instances.map((one) => textOf(one as { output?: { bytes: Uint8Array } | null }))]);
  }
  return told;
}

const textOf = ({ output }: { output?: { bytes: Uint8Array } | null }) => Buffer.from(output?.bytes ?? []).toString();

describe("a watched run of a source that is read instance by instance", () => {
  it("is asked for only where it still moves, and everywhere once it seems to be over", async () => {
    const course = { "i-1": ["Success", "-", "-", "-"], "i-2": ["Running", "Running", "Success", "-"] };
    const scene = createScene(course, ["i-1", "i-2", "i-3"]);
    const told = readAll(scene.watch());
    expect([await scene.pass(), await scene.pass(), await scene.pass()]).toEqual([
      [
        ["i-1", "i-2", "i-3"],
        ["ListInstances", "DescribeInvocations"],
      ],
      [["i-2"], []],
      [["i-2", "i-3"], []],
    ]);
    expect(await told).toEqual([
      ["RUNNING", ["i-1 Success", "i-2 Running"]],
      ["SUCCESS", ["i-1 Success", "i-2 Success"]],
    ]);
  });

  it("is over only when instances are that were not there at first", async () => {
    const course = { "i-1": ["Running", "Success", "-"], "i-2": [null, "Running", "Success"] };
    const scene = createScene(course, ["i-1", "i-2"]);
    const told = readAll(scene.watch());
    const looks = [await scene.pass(), await scene.pass(), await scene.pass()];
    expect(looks.map(([single]) => single)).toEqual([["i-1", "i-2"], ["i-1", "i-2"], ["i-2"]]);
    expect(await told).toEqual([
      ["RUNNING", ["i-1 Running"]],
      ["RUNNING", ["i-1 Success", "i-2 Running"]],
      ["SUCCESS", ["i-1 Success", "i-2 Success"]],
    ]);
  });

  it.each<readonly [string, Course[string], readonly unknown[]]>([
    ["failed", [null, null, "Failed"], ["PARTIAL_FAILED", ["i-1 Success", "i-2 Failed"]]],
    ["has no part in it", [null, null, null], ["SUCCESS", ["i-1 Success"]]],
  ])("is over only once a server that %s had 15 s to tell of it, and is asked twice", async (_name, late, end) => {
    const scene = createScene({ "i-1": ["Success", "-", "-"], "i-2": late }, ["i-1", "i-2"]);
    const told = readAll(scene.watch());
    const looks = [await scene.pass(), await scene.pass(), await scene.pass()];
    expect(looks.map(([single]) => single)).toEqual([["i-1", "i-2"], [], ["i-2"]]);
    expect(await told).toEqual([["SUCCESS", ["i-1 Success"]], end]);
  });

  it("asks for nothing again that is final where it is watched anew", async () => {
    const course = { "i-1": ["Success", "-"], "i-2": ["Running", "Success"] };
    const scene = createScene(course, ["i-1", "i-2"]);
    const first = scene.watch();
    void first.next();
    await scene.pass();
    await first.return?.();
    const told = readAll(scene.watch());
    const [single] = await scene.pass();
    expect([single, await told]).toEqual([["i-2"], [["SUCCESS", ["i-1 Success", "i-2 Success"]]]]);
  });

  it("is gone after three looks without it, also if one of its servers had ended and is known", async () => {
    const gone = Array<null>(6).fill(null);
    const { watch, pass } = createScene({ "i-1": ["Running", ...gone], "i-2": ["Success", ...gone] }, ["i-1", "i-2"]);
    const told = readAll(watch()).catch((error: unknown) => error);
    const looks = [];
    for (let look = 0; look < 4; look += 1) looks.push((await pass())[0]);
    expect(looks).toEqual([
      ["i-1", "i-2"],
      ["i-1", "i-2"],
      ["i-1", "i-2"],
      ["i-1", "i-2"],
    ]);
    expect(await told).toMatchObject({ code: "NOT_FOUND" });
  });
});
