import { afterEach, describe, expect, it } from "@jest/globals";
import { runAt } from "../cli/rig.ts";
import { TRANSPORTS } from "../support/live.ts";
import { LIST, onServers, resultsOf, runOf, startNameless } from "./missing-scene.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

type Body = Readonly<Record<string, unknown>>;

describe.each(["ECS", "SWAS"] as const)("an instance of a run on %s that cannot be read", (product) => {
  it("is missing, and the page and the run's list say so", async () => {
    rig = await startNameless(runOf([{ instanceId: "i-1" }, { instanceId: "i-nameless" }]), product);
    for (let times = 0; times < 2; times += 1) {
      const { data, errors } = await rig.ask(LIST);
      expect(errors).toBeUndefined();
      expect(data.invocations).toEqual({
        totalCount: 1,
        nodes: [
          {
            invokeId: "t-1",
            status: "SUCCESS",
            statusCounts: [
              { status: "SUCCESS", count: 1 },
              { status: "UNKNOWN", count: 1 },
            ],
            instanceInvocations: { totalCount: null, nodes: [{ instanceId: "i-1", status: "SUCCESS" }] },
          },
        ],
        sources: [{ ok: true, isComplete: false, error: null }],
      });
    }
    rig.far.mangle = (body) => body;
    const { data } = await rig.ask(LIST);
    expect(data.invocations.sources).toEqual([{ ok: true, isComplete: true, error: null }]);
    expect(data.invocations.nodes[0].instanceInvocations.totalCount).toBe(2);
  });

  it("leaves the run, also if it is the only one", async () => {
    rig = await startNameless(runOf([{ instanceId: "i-nameless" }]), product);
    const { data } = await rig.ask(LIST);
    expect(data.invocations).toMatchObject({
      nodes: [{ invokeId: "t-1", status: "SUCCESS", instanceInvocations: { totalCount: null, nodes: [] } }],
      sources: [{ ok: true, isComplete: false }],
    });
  });

  it.each([["garbage"], [7], [{ InvokeInstance: "garbage" }], [{ Other: 1 }]])(
    "leaves the run where %j stands for its instances",
    async (nested) => {
      rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([runOf([])]) }, { FRESHNESS_MS: "1" });
      rig.far.mangle = (body) =>
        JSON.parse(JSON.stringify(body), (key, value) => (key === "InvokeInstances" ? nested : value));
      const { data, errors } = await rig.ask(LIST);
      expect(errors).toBeUndefined();
      expect(data.invocations).toMatchObject({
        nodes: [{ invokeId: "t-1", instanceInvocations: { totalCount: null, nodes: [] } }],
        sources: [{ ok: true, isComplete: false }],
      });
    },
  );

  it("may be the one that a list is asked for", async () => {
    rig = await startNameless(runOf([{ instanceId: "i-1" }, { instanceId: "i-nameless" }]), product);
    const { data } = await rig.ask(LIST, { filter: { instanceId: "i-nameless" } });
    expect(data.invocations).toMatchObject({ nodes: [], sources: [{ ok: true, isComplete: false }] });
  });
});

it.each(["ECS", "SWAS"] as const)(
  "a run on %s that has ended, and shows no instance on which it can have ended so, does not say that it has no others",
  async (product) => {
    const failed = (invokeId: string, executions: Run["executions"]): Run => ({
      invokeId,
      at: Date.UTC(2026, 0, 2, 12),
      status: "Failed",
      executions,
    });
    const runs = [
      failed("t-1", []),
      failed("t-2", onServers(1)),
      failed("t-3", [{ instanceId: "i-1", status: "Failed" }]),
    ];
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace(runs) });
    const { nodes } = (
      await rig.ask("{ invocations { nodes { invokeId status instanceInvocations { totalCount } } } }")
    ).data.invocations;
    expect(nodes).toEqual([
      { invokeId: "t-1", status: "FAILED", instanceInvocations: { totalCount: null } },
      { invokeId: "t-2", status: "FAILED", instanceInvocations: { totalCount: null } },
      { invokeId: "t-3", status: "FAILED", instanceInvocations: { totalCount: 1 } },
    ]);
  },
);

describe.each(["ECS", "SWAS"] as const)("a run on %s that is looked for by its id", (product) => {
  const LOOK = `query ($invokeId: String!) { invocation(provider: ${product}, regionId: "cn-hangzhou", invokeId: $invokeId) { invokeId } }`;

  it("is an error, and not gone, where the answer counts it and does not hold it", async () => {
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([runOf([{ instanceId: "i-1" }])]) });
    rig.far.mangle = (body) =>
      JSON.parse(JSON.stringify(body), (key, value) =>
        ["Invocation", "CommandInvocations"].includes(key) ? [] : value,
      );
    const { data, errors } = await rig.ask(LOOK, { invokeId: "t-1" });
    expect(data).toEqual({ invocation: null });
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(["UPSTREAM_BAD_RESPONSE"]);
    rig.far.mangle = (body) => body;
    expect((await rig.ask(LOOK, { invokeId: "t-1" })).data).toEqual({ invocation: { invokeId: "t-1" } });
    expect(await rig.ask(LOOK, { invokeId: "t-none" })).toMatchObject({ data: { invocation: null } });
  });
});

describe("an upstream that tells of more instances of a run than it shows", () => {
  const start = async (wire: object, run = runOf(onServers(120), wire)) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) });
    rig.far.mangle = (body, { action }) => (action === "DescribeInvocations" ? cutInstances(body) : body);
  };

  it("and shows the others as results is read on", async () => {
    await start({ InstanceCount: 120 });
    const listed = await rig.ask(LIST);
    expect(listed.data.invocations).toMatchObject({ sources: [{ isComplete: false }] });
    expect(listed.data.invocations.nodes[0].instanceInvocations).toMatchObject({ totalCount: null });
    const { data } = await rig.ask(resultsOf('invokeId: "t-1"'));
    expect(data.invocationResults).toMatchObject({
      totalCount: 120,
      pageInfo: { hasNextPage: true },
      sources: [{ isComplete: true }],
    });
    const again = await rig.ask(LIST);
    expect(again.data.invocations.nodes[0].instanceInvocations.totalCount).toBe(120);
    expect(again.data.invocations.sources).toMatchObject([{ isComplete: true }]);
  });

  it("without saying so is read on once its results are asked for", async () => {
    await start({});
    const listed = await rig.ask(LIST);
    expect(listed.data.invocations.nodes[0].instanceInvocations.totalCount).toBe(50);
    const { data } = await rig.ask(resultsOf('invokeId: "t-1"'));
    expect(data.invocationResults.totalCount).toBe(120);
    rig.far.calls.length = 0;
    const again = await rig.ask(LIST);
    expect(again.data.invocations.nodes[0].instanceInvocations.totalCount).toBe(120);
    await rig.ask(resultsOf('invokeId: "t-1"'));
    expect(rig.far.calls.filter(({ action }) => action === "DescribeInvocationResults")).toEqual([]);
  });

  describe("without saying so, and a question that names one of the others", () => {
    const IDS = "{ invocations { nodes { instanceInvocations(first: 100) { nodes { id instanceId } } } } }";
    const outputOf = (instanceId: string) => resultsOf(`invokeId: "t-1", instanceId: "${instanceId}"`);

    /** The gateway knows 50 instances of the run, and what they printed. Ids of the others are another's. */
    const startCut = async () => {
      await start({}, runOf(onServers(77)));
      const { mangle } = rig.far;
      rig.far.mangle = (body) => body;
      const { data } = await (await rig.twin()).ask(IDS);
      rig.far.mangle = mangle;
      await rig.ask(LIST.replace("instanceId status }", "instanceId status result { output { text } } }"));
      return data.invocations.nodes[0].instanceInvocations.nodes.at(-1).id;
    };
    const NODE = `query ($id: ID!) { node(id: $id) {
      ... on InstanceInvocation { instanceId status result { output { text } } invocation { instanceInvocations { totalCount } } } } }`;

    it("is answered by its id", async () => {
      const id = await startCut();
      for (let times = 0; times < 2; times += 1) {
        const { data, errors } = await rig.ask(NODE, { id });
        expect({ data, errors }).toEqual({
          data: {
            node: {
              instanceId: "i-076",
              status: "SUCCESS",
              result: { output: { text: "ok\n" } },
              invocation: { instanceInvocations: { totalCount: 77 } },
            },
          },
          errors: undefined,
        });
        rig.far.calls.length = 0;
      }
      expect(rig.far.calls).toEqual([]);
    });

    it("is an error, and no denial, while the others cannot be read", async () => {
      const id = await startCut();
      rig.far.interfere = () => ({ status: 400, body: { Code: "MissingParameter", Message: "what" } });
      const { data, errors } = await rig.ask(NODE, { id });
      expect({ data, codes: errors?.map(({ extensions }) => extensions?.code) }).toEqual({
        data: { node: null },
        codes: ["UPSTREAM_BAD_REQUEST"],
      });
      expect((await rig.ask(outputOf("i-076"))).data.invocationResults).toMatchObject({
        totalCount: null,
        nodes: [],
        sources: [{ ok: false, isComplete: false }],
      });
      expect((await rig.ask(resultsOf('invokeId: "t-1"'))).data.invocationResults).toMatchObject({
        totalCount: null,
        sources: [{ isComplete: false }],
      });
    });

    it("is answered by the results of the run, which tell the others too", async () => {
      await startCut();
      const { data } = await rig.ask(outputOf("i-076"));
      expect(data.invocationResults.nodes).toEqual([{ instanceId: "i-076", exitCode: 0, output: { text: "ok\n" } }]);
      const listed = (await rig.ask(LIST)).data.invocations;
      expect(listed.nodes[0].instanceInvocations.totalCount).toBe(77);
      expect((await rig.ask(outputOf("i-077"))).data.invocationResults.nodes).toEqual([]);
    });

    it("is answered on the command line", async () => {
      await startCut();
      const output = (instance: string) => runAt(["--url", rig.url, "output", "t-1", "--instance", instance]);
      expect(await output("i-076")).toEqual({ exitCode: 0, output: "ok\n", errors: "" });
      expect(await output("i-077")).toEqual({
        exitCode: 2,
        output: "",
        errors: "cloud-assistant: The run did not go to instance i-077.\n",
      });
    });

    it("is answered on the command line by the server's name", async () => {
      await startCut();
      const output = (instance: string) => runAt(["--url", rig.url, "output", "t-1", "--instance", instance]);
      expect(await output("name of i-076")).toEqual({ exitCode: 0, output: "ok\n", errors: "" });
    });

    it("is answered to who watches its output", async () => {
      const id = await startCut();
      const query = "subscription ($id: ID!) { outputAppended(id: $id) { text isFinal } }";
      const subscriber = TRANSPORTS.websocket(rig.url, { query, variables: { id } });
      expect(await subscriber.end).toBe("complete");
      expect(subscriber.results).toMatchObject([{ data: { outputAppended: { text: "ok\n", isFinal: true } } }]);
    });
  });

  it.each([
    ["PARTIAL_FAILED", "PartialFailed", "Success", "Failed"],
    ["PARTIAL_FAILED", "PartialFailed", "Failed", "Success"],
    ["FAILED", "Failed", "Terminated", "Timeout"],
    ["SUCCESS", "Success", "Cancelled", "Success"],
  ])("without saying so, whose end as %s others must account for, lacks these", async (status, word, shown, other) => {
    const executions = onServers(120).map((one, index) => ({ ...one, status: index < 100 ? shown : other }));
    await start({}, { ...runOf(executions), status: word });
    const listed = (await rig.ask(LIST)).data.invocations;
    expect(listed).toMatchObject({ nodes: [{ status }], sources: [{ ok: true, isComplete: false }] });
    expect(listed.nodes[0].statusCounts).toEqual([
      { status: shown.toUpperCase(), count: 50 },
      { status: "UNKNOWN", count: 1 },
    ]);
    expect(listed.nodes[0].instanceInvocations.totalCount).toBeNull();
    const { data } = await rig.ask(resultsOf('invokeId: "t-1"'));
    expect(data.invocationResults).toMatchObject({ totalCount: 120, sources: [{ isComplete: true }] });
    const again = (await rig.ask(LIST)).data.invocations;
    expect(again).toMatchObject({ nodes: [{ status, instanceInvocations: { totalCount: 120 } }] });
    expect(again.sources).toEqual([{ ok: true, isComplete: true, error: null }]);
  });

  it.each([
    ["Success", "Failed"],
    ["Failed", "Success"],
    ["Running", "Success"],
  ])("are shown as they are told if no other could account for it: %s of what is %s", async (word, shown) => {
    const executions = onServers(50).map((one) => ({ ...one, status: shown }));
    await start({}, { ...runOf(executions), status: word });
    const { nodes, sources } = (await rig.ask(LIST)).data.invocations;
    expect(nodes[0].statusCounts).toEqual([{ status: shown.toUpperCase(), count: 50 }]);
    expect(sources).toMatchObject([{ ok: true, isComplete: true }]);
  });

  function cutInstances(body: Body): Body {
    const { Invocation } = body.Invocations as { Invocation: readonly Body[] };
    const cut = Invocation.map((run) => {
      const { InvokeInstance } = run.InvokeInstances as { InvokeInstance: readonly Body[] };
      return { ...run, InvokeInstances: { InvokeInstance: InvokeInstance.slice(0, 50) } };
    });
    return { ...body, Invocations: { Invocation: cut } };
  }
});

describe("an instance that a run tells twice", () => {
  const time = (second: number) => ({ StartTime: `2026-01-02T12:00:0${second}Z`, FinishTime: "", FinishedTime: "" });
  const twice = [
    { instanceId: "i-1", status: "Failed", exitCode: 1, wire: { ...time(1), FinishTime: "2026-01-02T12:00:02Z" } },
    { instanceId: "i-1", status: "Pending", exitCode: null, wire: { ...time(1), StartTime: "" } },
  ];

  it.each(["as they came", "the other way round"])("is in its latest state, %s", async (order) => {
    const executions = order === "as they came" ? twice : twice.toReversed();
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([{ ...runOf(executions), status: "Running" }]) });
    const { data } = await rig.ask(LIST);
    expect(data.invocations.nodes[0].instanceInvocations).toEqual({
      totalCount: 1,
      nodes: [{ instanceId: "i-1", status: "PENDING" }],
    });
    const query = resultsOf('invokeId: "t-1", includeHistory: true');
    expect((await rig.ask(query)).data.invocationResults.nodes.map(({ exitCode }: Body) => exitCode)).toEqual([
      null,
      1,
    ]);
  });

  it("has both executions in its history on SWAS, too", async () => {
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace([{ ...runOf(twice), status: "Running" }]) });
    const query = resultsOf('invokeId: "t-1", includeHistory: true').replace("ECS", "SWAS");
    expect((await rig.ask(query)).data.invocationResults.nodes.map(({ exitCode }: Body) => exitCode)).toEqual([
      null,
      1,
    ]);
  });
});
