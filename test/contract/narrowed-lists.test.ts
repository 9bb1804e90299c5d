import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const at = Date.UTC(2026, 0, 2, 12);
const idAt = (index: number) => `i-${String(index).padStart(3, "0")}`;
/** A run of which the last instance failed. */
const runOf = (count: number, invokeId = "t-1"): Run => ({
  invokeId,
  at,
  ...(count > 1 ? { status: "PartialFailed" } : {}),
  executions: Array.from({ length: count }, (_, index) => ({
    instanceId: idAt(index),
    output: `out ${index}`,
    ...(index > 0 && index === count - 1 ? { status: "Failed", exitCode: 1 } : {}),
  })),
});

const ROWS = "status statusCounts { status count } instanceInvocations(first: 100) { totalCount nodes { instanceId } }";
const BY_INSTANCE = `{ invocations(filter: { instanceId: "i-000" }) { totalCount
  nodes { id invokeId ${ROWS} } sources { ok isComplete } } }`;
const hereOf = (product: string) => `provider: ${product}, regionId: "cn-hangzhou"`;
const runQuery = (product: string) => `{ invocation(${hereOf(product)}, invokeId: "t-1") { ${ROWS} } }`;
const resultsQuery = (product: string) =>
  `{ invocationResults(first: 100, filter: { ${hereOf(product)}, invokeId: "t-1" }) { totalCount
  nodes { instanceId output { text } } sources { isComplete } } }`;

type Product = "ECS" | "SWAS";

/** Starts with these runs, of which a list of one instance's shows that instance alone. */
async function startNarrowing(product: Product, runs: readonly Run[]): Promise<void> {
  rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace(runs) });
  rig.far.mangle = (body, { asked }) => {
    const instanceId = asked.get("InstanceId");
    if (instanceId === null || asked.has("InvokeId")) return body;
    const isMeant = (one: { readonly InstanceId?: string }) => one.InstanceId === instanceId;
    return JSON.parse(JSON.stringify(body), (key, value) =>
      key === "InvokeInstance" || (key === "InvokeInstances" && Array.isArray(value)) ? value.filter(isMeant) : value,
    );
  };
}

describe.each(["ECS", "SWAS"] as const)(
  "a list of one instance's runs on %s that shows that instance alone",
  (product) => {
    it("does not say how many instances a run has", async () => {
      await startNarrowing(product, [runOf(60)]);
      const { data } = await rig.ask(BY_INSTANCE);
      expect(data.invocations).toMatchObject({
        totalCount: 1,
        nodes: [{ instanceInvocations: { totalCount: null, nodes: [{ instanceId: "i-000" }] } }],
        sources: [{ ok: true, isComplete: true }],
      });
    });

    it("makes nobody believe that a run has no others: it is read by its id, once", async () => {
      await startNarrowing(product, [runOf(60)]);
      const [{ id }] = (await rig.ask(BY_INSTANCE)).data.invocations.nodes;
      rig.far.calls.length = 0;
      const whole = {
        statusCounts: [
          { status: "SUCCESS", count: 59 },
          { status: "FAILED", count: 1 },
        ],
        instanceInvocations: { totalCount: 60, nodes: { length: 60 } },
      };
      expect((await rig.ask(runQuery(product))).data.invocation).toMatchObject(whole);
      expect((await rig.ask(`{ node(id: "${id}") { ... on Invocation { ${ROWS} } } }`)).data.node).toMatchObject(whole);
      expect(rig.far.calls).toHaveLength(1);
      // Nor does the list take anything of that back.
      expect((await rig.ask(BY_INSTANCE)).data.invocations.nodes).toMatchObject([whole]);
    });

    it("leaves out no results of the run, and they cost one call", async () => {
      await startNarrowing(product, [runOf(60)]);
      await rig.ask(BY_INSTANCE);
      rig.far.calls.length = 0;
      const { data } = await rig.ask(resultsQuery(product));
      expect(data.invocationResults).toMatchObject({ totalCount: 60, sources: [{ isComplete: true }] });
      expect(data.invocationResults.nodes.map((node: { output: { text: string } }) => node.output.text)).toContain(
        "out 59",
      );
      expect(rig.far.calls).toHaveLength(1);
    });

    it("is what is known of the run while that cannot be read by its id", async () => {
      await startNarrowing(product, [runOf(60)]);
      await rig.ask(BY_INSTANCE);
      rig.far.interfere = () => refusal(403, "Forbidden.RAM");
      const { data } = await rig.ask(runQuery(product));
      expect(data.invocation.instanceInvocations).toMatchObject({ totalCount: null, nodes: [{ instanceId: "i-000" }] });
    });

    it("says nothing against what the list of all runs tells", async () => {
      await startNarrowing(product, [runOf(1), runOf(60, "t-2")]);
      await rig.ask(BY_INSTANCE);
      const { data } = await rig.ask(`{ invocations { nodes { invokeId ${ROWS} } } }`);
      expect(data.invocations.nodes).toMatchObject([
        { invokeId: "t-1", instanceInvocations: { totalCount: 1 } },
        { invokeId: "t-2", instanceInvocations: { totalCount: 60 } },
      ]);
    });
  },
);

describe.each(["Success", "Running"])(
  "a list of one server's runs where SWAS is read server by server, %s",
  (status) => {
    const whole = { instanceInvocations: { totalCount: 2, nodes: [{ instanceId: "i-000" }, { instanceId: "i-001" }] } };

    beforeEach(async () => {
      const executions = ["i-000", "i-001"].map((instanceId) => ({ instanceId, status, output: instanceId }));
      rig = await startRig({ "SWAS/cn-hangzhou": createPlace([{ invokeId: "t-1", at, status, executions }]) });
      rig.far.interfere = ({ action }) =>
        action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null;
      const { data } = await rig.ask(BY_INSTANCE);
      expect(data.invocations.nodes).toMatchObject([{ instanceInvocations: { totalCount: null, nodes: [{}] } }]);
    });

    it("makes nobody believe that a run has no others", async () => {
      expect((await rig.ask(runQuery("SWAS"))).data.invocation).toMatchObject(whole);
      expect((await rig.ask(BY_INSTANCE)).data.invocations.nodes).toMatchObject([whole]);
      rig.far.calls.length = 0;
      expect((await rig.ask(runQuery("SWAS"))).data.invocation).toMatchObject(whole);
      expect(rig.far.calls).toEqual([]);
    });

    it("leaves out no results of the run", async () => {
      expect((await rig.ask(resultsQuery("SWAS"))).data.invocationResults).toEqual({
        totalCount: 2,
        nodes: ["i-000", "i-001"].map((instanceId) => ({ instanceId, output: { text: instanceId } })),
        sources: [{ isComplete: true }],
      });
    });

    it("says nothing against what the lists of all servers tell", async () => {
      const { data } = await rig.ask(`{ invocations { nodes { invokeId ${ROWS} } } }`);
      expect(data.invocations.nodes).toMatchObject([{ invokeId: "t-1", ...whole }]);
    });
  },
);

describe.each(["ECS", "SWAS"] as const)(
  "a list of all runs on %s whose records leave out servers without a word",
  (product) => {
    it("does not stand for the list of one of these servers", async () => {
      const executions = Array.from({ length: 60 }, (_, index) => ({ instanceId: idAt(index) }));
      rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([{ invokeId: "t-1", at, executions }]) });
      rig.far.mangle = (body, { asked }) =>
        JSON.parse(JSON.stringify(body), (key, value) => {
          const isInstances = /^(InvokeInstance|InvokeInstances)$/.test(key) && Array.isArray(value);
          const isOwn = (one: { readonly InstanceId?: string }) => one.InstanceId === asked.get("InstanceId");
          return isInstances ? (asked.has("InstanceId") ? value.filter(isOwn) : value.slice(0, 50)) : value;
        });
      await rig.ask("{ invocations(first: 50) { nodes { invokeId } } }");
      const { data } = await rig.ask(
        `{ invocations(filter: { instanceId: "${idAt(55)}" }) { totalCount nodes { invokeId } sources { ok isComplete } } }`,
      );
      expect(data.invocations).toEqual({
        totalCount: 1,
        nodes: [{ invokeId: "t-1" }],
        sources: [{ ok: true, isComplete: true }],
      });
      const called = rig.far.calls.filter(({ action, asked }) => action !== "ListInstances" && asked.has("InstanceId"));
      expect(called).toHaveLength(1);
    });
  },
);

describe("a list of one instance's runs whose states that instance accounts for", () => {
  it("is believed: nothing is read by its id", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([runOf(1), runOf(1, "t-2")]) });
    const { data } = await rig.ask(BY_INSTANCE);
    const alone = { instanceInvocations: { totalCount: 1, nodes: [{ instanceId: "i-000" }] } };
    expect(data.invocations.nodes).toMatchObject([alone, alone]);
    rig.far.calls.length = 0;
    expect((await rig.ask(runQuery("ECS"))).data.invocation).toMatchObject(alone);
    expect(rig.far.calls).toEqual([]);
  });
});

describe("a list of one instance's runs that shows another instance", () => {
  it("is believed of all of its runs", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([runOf(1), runOf(2, "t-2")]) });
    const { data } = await rig.ask(BY_INSTANCE);
    expect(data.invocations.nodes).toMatchObject([
      { invokeId: "t-1", instanceInvocations: { totalCount: 1 } },
      { invokeId: "t-2", instanceInvocations: { totalCount: 2 } },
    ]);
    rig.far.calls.length = 0;
    await rig.ask(runQuery("ECS"));
    expect(rig.far.calls).toEqual([]);
  });
});
