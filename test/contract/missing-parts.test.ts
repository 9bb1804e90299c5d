import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { type FarFault, refusal } from "./upstream.ts";
import { createPlace, type Execution, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const at = Date.UTC(2026, 0, 2, 12);
const runOf = (executions: readonly Execution[], wire = {}): Run => ({ invokeId: "t-1", at, executions, wire });
const onServers = (count: number): readonly Execution[] =>
  Array.from({ length: count }, (_, index) => ({ instanceId: `i-${String(index).padStart(3, "0")}` }));

const LIST = `query ($filter: InvocationFilter) { invocations(filter: $filter) { totalCount
  nodes { invokeId status statusCounts { status count } instanceInvocations(first: 100) { totalCount nodes { instanceId status } } }
  sources { ok isComplete error { code } } } }`;
const HERE = `provider: ECS, regionId: "cn-hangzhou"`;
const resultsOf = (filter: string) => `{ invocationResults(first: 100, filter: { ${HERE}, ${filter} }) { totalCount
  nodes { instanceId exitCode output { text } } pageInfo { hasNextPage endCursor } sources { ok isComplete } } }`;

type Body = Readonly<Record<string, unknown>>;

/** Starts with one run, whose instances on a server of this name have no id. */
async function startNameless(run: Run, product: "ECS" | "SWAS" = "ECS"): Promise<void> {
  rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([run]) }, { FRESHNESS_MS: "1" });
  rig.far.mangle = (body) => JSON.parse(JSON.stringify(body).replaceAll('"InstanceId":"i-nameless",', ""));
}

describe.each(["ECS", "SWAS"] as const)("an instance of a run on %s that cannot be read", (product) => {
  it("is missing, and the page and the run's list say so", async () => {
    await startNameless(runOf([{ instanceId: "i-1" }, { instanceId: "i-nameless" }]), product);
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
    await startNameless(runOf([{ instanceId: "i-nameless" }]), product);
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
    await startNameless(runOf([{ instanceId: "i-1" }, { instanceId: "i-nameless" }]), product);
    const { data } = await rig.ask(LIST, { filter: { instanceId: "i-nameless" } });
    expect(data.invocations).toMatchObject({ nodes: [], sources: [{ ok: true, isComplete: false }] });
  });
});

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

describe("a result that cannot be read", () => {
  const NO_RUNS: FarFault = { status: 200, body: { RequestId: "R-0", TotalCount: 0, Invocations: { Invocation: [] } } };
  const nameless = { wire: { InvokeId: undefined } };

  it("is missing among those of a run that nobody knows", async () => {
    const executions = [{ instanceId: "i-1" }, { instanceId: "i-nameless" }];
    await startNameless(runOf(executions));
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? NO_RUNS : null);
    const { data, errors } = await rig.ask(resultsOf('invokeId: "t-1"'));
    expect(errors).toBeUndefined();
    expect(data.invocationResults).toMatchObject({
      totalCount: null,
      nodes: [{ instanceId: "i-1", output: { text: "ok\n" } }],
      sources: [{ ok: false, isComplete: false }],
    });
  });

  it("leaves the others of a history, and the source says so", async () => {
    const run = { ...runOf([{ instanceId: "i-1" }]), timed: true, repeatMode: "Period" };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) });
    rig.far.mangle = (body, { action }) => {
      if (action !== "DescribeInvocationResults") return body;
      const { InvocationResults, ...paging } = body.Invocation as {
        InvocationResults: { InvocationResult: readonly Body[] };
      };
      return {
        ...body,
        Invocation: { ...paging, InvocationResults: { InvocationResult: [...InvocationResults.InvocationResult, 5] } },
      };
    };
    const history = "history { nodes { exitCode } sources { ok error { code } } }";
    const query = `{ invocations { nodes { instanceInvocations { nodes { ${history} } } } } }`;
    const { data, errors } = await rig.ask(query);
    expect(errors).toBeUndefined();
    expect(data.invocations.nodes[0].instanceInvocations.nodes[0].history).toEqual({
      nodes: [{ exitCode: 0 }],
      sources: [{ ok: false, error: { code: "BAD_RESPONSE" } }],
    });
  });

  it("is missing in the list of an instance whose runs nobody knows", async () => {
    const [one, two] = manyRuns(2, "t-h");
    const broken = { ...two, executions: [{ instanceId: "i-1", ...nameless }] } as Run;
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([one as Run, broken]) });
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? NO_RUNS : null);
    const { data, errors } = await rig.ask(resultsOf('instanceId: "i-1"'));
    expect(errors).toBeUndefined();
    expect(data.invocationResults).toMatchObject({
      totalCount: null,
      nodes: [{ instanceId: "i-1" }],
      sources: [{ ok: true, isComplete: false }],
    });
  });
});

describe("an instance that the list of results has lost", () => {
  it("has the output that the run itself tells, for one call more", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([runOf(onServers(3))]) });
    rig.far.mangle = (body, { action }) =>
      action === "DescribeInvocationResults"
        ? JSON.parse(JSON.stringify(body), (key, value) =>
            key === "InvocationResult" ? value.slice(0, 2) : key === "TotalCount" ? 2 : value,
          )
        : body;
    const { data, errors } = await rig.ask(
      "{ invocations { nodes { instanceInvocations { nodes { instanceId result { output { text } } } } } } }",
    );
    expect(errors).toBeUndefined();
    expect(data.invocations.nodes[0].instanceInvocations.nodes).toEqual(
      onServers(3).map(({ instanceId }) => ({ instanceId, result: { output: { text: "ok\n" } } })),
    );
    const asked = rig.far.calls.map(({ action }) => action);
    expect(asked).toEqual(["DescribeInvocations", "DescribeInvocationResults", "DescribeInvocations"]);
  });

  it.each([
    ["knows none of the run's", { Invocation: { TotalCount: 0, InvocationResults: { InvocationResult: [] } } }, null],
    ["says that the run is gone", null, refusal(404, "InvalidInvokeId.NotFound")],
    [
      "tells of another run",
      { Invocation: { InvocationResults: { InvocationResult: [{ InvokeId: "t-2", InstanceId: "i-000" }] } } },
      null,
    ],
  ])("has it also if that list %s", async (_name, body, fault) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([runOf(onServers(1))]) });
    rig.far.interfere = ({ action }) => (action === "DescribeInvocationResults" ? fault : null);
    rig.far.mangle = (told, { action }) => (action === "DescribeInvocationResults" ? (body ?? told) : told);
    await rig.ask(LIST);
    const { data, errors } = await rig.ask(resultsOf('invokeId: "t-1", instanceId: "i-000"'));
    expect([errors, data.invocationResults.nodes]).toEqual([
      undefined,
      [{ instanceId: "i-000", exitCode: 0, output: { text: "ok\n" } }],
    ]);
  });
});

describe("an upstream that tells of more instances of a run than it shows", () => {
  const start = async (wire: object) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([runOf(onServers(120), wire)]) });
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

describe.each(["ECS", "SWAS"] as const)("servers of %s of which the list shows fewer than it tells of", (product) => {
  const SERVERS = `{ instances(first: 10) { totalCount nodes { instanceId } sources { ok isComplete error { code message } } } }`;
  const NAMED = `{ invocations(filter: { instanceNameContains: "i-" }) { totalCount nodes { invokeId } sources { ok isComplete } } }`;
  const action = product === "ECS" ? "DescribeInstances" : "ListInstances";
  const start = async (change: (body: Body) => Body) => {
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace(manyRuns(2, "t-h")) });
    rig.far.mangle = (body, call) => (call.action === action ? change(body) : body);
  };
  const flaw = (message: string) => [
    { ok: false, isComplete: false, error: { code: "BAD_RESPONSE", message: expect.stringContaining(message) } },
  ];

  it("say so, and so do runs by their names", async () => {
    await start((body) => ({ ...body, TotalCount: 3 }));
    const { data, errors } = await rig.ask(SERVERS);
    expect(errors).toBeUndefined();
    expect(data.instances).toEqual({
      totalCount: null,
      nodes: [{ instanceId: "i-1" }],
      sources: flaw("the list tells of 3 servers and shows 1"),
    });
    expect((await rig.ask(NAMED)).data.invocations).toMatchObject({
      totalCount: null,
      nodes: [{}, {}],
      sources: [{ ok: false, isComplete: false }],
    });
  });

  it("say so if one cannot be read", async () => {
    const broken = { InstanceName: "nameless" };
    await start(({ Instances, ...body }) => {
      const list =
        product === "ECS" ? (Instances as { Instance: readonly Body[] }).Instance : (Instances as readonly Body[]);
      const all = [...list, broken];
      return { ...body, TotalCount: all.length, Instances: product === "ECS" ? { Instance: all } : all };
    });
    expect((await rig.ask(SERVERS)).data.instances.sources).toMatchObject([{ ok: false, isComplete: false }]);
  });
});

describe("a region of SWAS that is read server by server", () => {
  it("says that its list of servers is short", async () => {
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace(manyRuns(2, "t-h")) });
    rig.far.interfere = ({ action }) => (action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null);
    rig.far.mangle = (body, { action }) => (action === "ListInstances" ? { ...body, TotalCount: 3 } : body);
    const { data, errors } = await rig.ask(LIST);
    expect(errors).toBeUndefined();
    expect(data.invocations).toMatchObject({
      nodes: [{}, {}],
      totalCount: null,
      sources: [{ ok: false, isComplete: false, error: { code: "BAD_RESPONSE" } }],
    });
  });
});

describe("a result that its run's record lacks", () => {
  it("is found by its run and its server on SWAS", async () => {
    const server = "d".repeat(32);
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace([runOf([{ instanceId: server, output: "found\n" }])]) });
    rig.far.mangle = (body, { action }) =>
      action === "DescribeCommandInvocations" ? { ...body, TotalCount: 0, CommandInvocations: [] } : body;
    const query = resultsOf(`invokeId: "t-1", instanceId: "${server}"`).replace("ECS", "SWAS");
    const { data, errors } = await rig.ask(query);
    expect(errors).toBeUndefined();
    expect(data.invocationResults.nodes).toEqual([{ instanceId: server, exitCode: 0, output: { text: "found\n" } }]);
  });
});

describe("an output that came otherwise than it should", () => {
  const RESULT = `{ invocations { nodes { instanceInvocations { nodes { status exitCode
    result { exitCode finishTime output { text lossy } } } } } } }`;
  const read = async (product: "ECS" | "SWAS", Output: unknown) => {
    const run = runOf([{ instanceId: "i-1", wire: { Output } }]);
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([run]) });
    const { data, errors } = await rig.ask(RESULT);
    return { errors, item: data.invocations.nodes[0].instanceInvocations.nodes[0] };
  };

  it.each([
    ["ECS", 12_345_678, "12345678"],
    ["ECS", { odd: true }, '{"odd":true}'],
    ["ECS", "no base64!", "no base64!"],
    ["SWAS", 5, "5"],
    ["SWAS", "caf\ufffd is open\n", "caf\ufffd is open\n"],
  ] as const)("%s: %j is shown as it came, and as lossy", async (product, output, text) => {
    const { errors, item } = await read(product, output);
    expect(errors).toBeUndefined();
    expect(item).toMatchObject({
      status: "SUCCESS",
      exitCode: 0,
      result: { exitCode: 0, finishTime: expect.any(String), output: { text, lossy: true } },
    });
  });

  it("that cannot be had costs itself alone", async () => {
    rig = await startRig({
      "ECS/cn-hangzhou": createPlace([runOf([{ instanceId: "i-1", status: "Failed", exitCode: 3 }])]),
    });
    rig.far.interfere = ({ action }) => (action === "DescribeInvocationResults" ? refusal(403, "Forbidden.RAM") : null);
    const { data, errors } = await rig.ask(RESULT);
    expect(data.invocations.nodes[0].instanceInvocations.nodes).toEqual([
      { status: "FAILED", exitCode: 3, result: { exitCode: 3, finishTime: "2026-01-02T12:00:03.000Z", output: null } },
    ]);
    expect(errors?.map(({ path, extensions }) => [path, extensions?.code])).toEqual([
      [["invocations", "nodes", 0, "instanceInvocations", "nodes", 0, "result", "output"], "UPSTREAM_FORBIDDEN"],
    ]);
  });

  it.each(['invokeId: "t-1"', 'instanceId: "i-1"', 'commandId: "c-t-1"'])(
    "and that cannot be had costs itself alone among results by { %s }",
    async (filter) => {
      const failed = { instanceId: "i-1", status: "Failed", exitCode: 3 };
      rig = await startRig({ "ECS/cn-hangzhou": createPlace([runOf([failed])]) });
      rig.far.interfere = ({ action, asked }) =>
        action === "DescribeInvocationResults" || asked.get("IncludeOutput") === "true"
          ? refusal(403, "Forbidden.RAM")
          : null;
      await rig.ask(LIST);
      const { data, errors } = await rig.ask(resultsOf(filter));
      expect(data.invocationResults?.nodes).toEqual([{ instanceId: "i-1", exitCode: 3, output: null }]);
      expect(errors?.map(({ path, extensions }) => [path, extensions?.code])).toEqual([
        [["invocationResults", "nodes", 0, "output"], "UPSTREAM_FORBIDDEN"],
      ]);
    },
  );
});
