import { afterEach, describe, expect, it } from "@jest/globals";
import { LIST, onServers, resultsOf, runOf, startNameless } from "./missing-scene.ts";
import { type Answer, type Rig, startRig } from "./rig.ts";
import { type FarFault, refusal } from "./upstream.ts";
import { createPlace, type Execution, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

type Body = Readonly<Record<string, unknown>>;

describe("a result that cannot be read", () => {
  const NO_RUNS: FarFault = { status: 200, body: { RequestId: "R-0", TotalCount: 0, Invocations: { Invocation: [] } } };
  const nameless = { wire: { InvokeId: undefined } };

  it("is missing among those of a run that nobody knows", async () => {
    const executions = [{ instanceId: "i-1" }, { instanceId: "i-nameless" }];
    rig = await startNameless(runOf(executions));
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? NO_RUNS : null);
    const { data, errors } = await rig.ask(resultsOf('invokeId: "t-1"'));
    expect(errors).toBeUndefined();
    expect(data.invocationResults).toMatchObject({
      totalCount: null,
      nodes: [{ instanceId: "i-1", output: { text: "ok\n" } }],
      sources: [{ ok: false, isComplete: false }],
    });
  });

  it.each(['invokeId: "t-1"', 'invokeId: "t-1", instanceId: "i-1"', 'invokeId: "t-1", statusIn: [SUCCESS]'])(
    "is shown as it was read last once its source fails, also if nobody knows its run: %s",
    async (filter) => {
      rig = await startNameless(runOf([{ instanceId: "i-1" }, { instanceId: "i-2", status: "Failed", exitCode: 1 }]));
      rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? NO_RUNS : null);
      const before = await rig.ask(resultsOf(filter));
      expect(before.data.invocationResults.nodes[0]).toEqual({
        instanceId: "i-1",
        exitCode: 0,
        output: { text: "ok\n" },
      });
      rig.far.interfere = () => refusal(403, "Forbidden.RAM");
      const { data, errors } = await rig.ask(resultsOf(filter));
      expect(errors).toBeUndefined();
      expect(data.invocationResults).toEqual({
        totalCount: null,
        nodes: before.data.invocationResults.nodes,
        pageInfo: before.data.invocationResults.pageInfo,
        sources: [{ ok: false, isComplete: false }],
      });
    },
  );

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

describe("results of which a later page fails", () => {
  const RESULT = (count: number) =>
    `{ invocations { nodes { instanceInvocations(first: ${count}) { nodes { result { output { text } } } } } } }`;
  const rowsOf = ({ data }: Answer) => data.invocations.nodes[0].instanceInvocations.nodes;

  it.each([true, false])("are shown as far as they were read, with tokens: %j", async (tokens) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([runOf(onServers(100))], { tokens }) });
    let isBroken = true;
    rig.far.interfere = ({ action, asked }) => {
      const isLater = asked.has("NextToken") || asked.get("PageNumber") === "2";
      return isBroken && isLater && action === "DescribeInvocationResults" ? refusal(403, "Forbidden.RAM") : null;
    };
    const told = { result: { output: { text: "ok\n" } } };
    const answer = await rig.ask(RESULT(100));
    const rows = rowsOf(answer);
    expect(rows.slice(0, 50)).toEqual(Array(50).fill(told));
    expect(rows.slice(50)).toEqual(Array(50).fill({ result: { output: null } }));
    expect(answer.errors?.map(({ extensions }) => extensions?.code)).toEqual(Array(50).fill("UPSTREAM_FORBIDDEN"));
    const before = rig.far.calls.length;
    expect(rowsOf(await rig.ask(RESULT(50)))).toEqual(Array(50).fill(told));
    expect(rig.far.calls.length).toBe(before);
    isBroken = false;
    const healed = await rig.ask(RESULT(100));
    expect([healed.errors, rowsOf(healed)]).toEqual([undefined, Array(100).fill(told)]);
  });

  it("are shown as far as they were read of a history", async () => {
    const run = { ...runOf(onServers(100)), timed: true, repeatMode: "Period" };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) });
    rig.far.interfere = ({ action, asked }) =>
      action === "DescribeInvocationResults" && asked.get("PageNumber") === "2" ? refusal(403, "Forbidden.RAM") : null;
    const { data, errors } = await rig.ask(resultsOf('invokeId: "t-1", includeHistory: true'));
    expect(errors).toBeUndefined();
    expect(data.invocationResults).toMatchObject({ totalCount: null, sources: [{ ok: false, isComplete: false }] });
    expect(data.invocationResults.nodes.map(({ instanceId }: Execution) => instanceId)).toEqual(
      onServers(50).map(({ instanceId }) => instanceId),
    );
  });
});

describe("results of SWAS that are read server by server", () => {
  it("are shown but for those that fail", async () => {
    const servers = ["a", "b", "c"].map((letter) => letter.repeat(32));
    rig = await startRig({
      "SWAS/cn-hangzhou": createPlace([runOf(servers.map((instanceId) => ({ instanceId, output: "found\n" })))]),
    });
    rig.far.interfere = ({ action, asked }) =>
      action === "DescribeCommandInvocations" || asked.get("InstanceId") === servers[0]
        ? refusal(403, "NoPermission")
        : null;
    const { data, errors } = await rig.ask(resultsOf('invokeId: "t-1"').replace("ECS", "SWAS"));
    expect(errors).toBeUndefined();
    expect(data.invocationResults).toMatchObject({
      totalCount: null,
      nodes: servers.slice(1).map((instanceId) => ({ instanceId, exitCode: 0, output: { text: "found\n" } })),
      sources: [{ ok: false, isComplete: false }],
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
