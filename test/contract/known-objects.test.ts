import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const at = Date.UTC(2026, 0, 2, 12);
const running: Run = {
  invokeId: "t-run",
  at,
  status: "Running",
  executions: [
    { instanceId: "i-1", status: "Running", exitCode: null, output: "step one\nERROR disk full\n" },
    { instanceId: "i-2", output: "ERROR disk full on two\n" },
  ],
};
const OUTPUTS = `{ invocations { nodes { invokeId instanceInvocations { nodes { instanceId result { output { text } } } } } } }`;
const SEARCH = `{ found: searchOutputs(text: "disk full") { searchedOutputs missingOutputs
  nodes { line invocation { invokeId } instanceInvocation { instanceId } } } }`;

describe("what was read of an execution that goes on", () => {
  it("stays searchable after the list was read again without outputs", async () => {
    const place = createPlace([running]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
    await rig.ask(OUTPUTS);
    const found = {
      searchedOutputs: 2,
      missingOutputs: 0,
      nodes: [
        { line: "ERROR disk full", invocation: { invokeId: "t-run" }, instanceInvocation: { instanceId: "i-1" } },
        {
          line: "ERROR disk full on two",
          invocation: { invokeId: "t-run" },
          instanceInvocation: { instanceId: "i-2" },
        },
      ],
    };
    for (let time = 0; time < 3; time += 1) {
      await rig.ask("{ invocations { nodes { invokeId status } } }");
      expect((await rig.ask(SEARCH)).data).toEqual({ found });
    }
    place.runs.splice(0, 1, {
      ...running,
      executions: [{ ...running.executions[0], instanceId: "i-1", output: "step one\nall is well\n" }],
    });
    await rig.ask(OUTPUTS);
    expect((await rig.ask(SEARCH)).data.found.nodes).toEqual(found.nodes.slice(1));
  });
});

describe("an output in which something is found", () => {
  it("is there to be selected, and costs no call", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([running]) });
    await rig.ask(OUTPUTS);
    rig.far.calls.length = 0;
    const { data, errors } = await rig.ask(`{ searchOutputs(text: "disk full") { nodes {
      line instanceInvocation { instanceId result { output { text } } } } } }`);
    expect([errors, data.searchOutputs.nodes]).toEqual([
      undefined,
      running.executions.map(({ instanceId, output }) => ({
        line: String(output)
          .split("\n")
          .find((line) => line.includes("disk full")),
        instanceInvocation: { instanceId, result: { output: { text: output } } },
      })),
    ]);
    expect(rig.far.calls).toEqual([]);
  });
});

describe("what was read of an execution that goes on and cannot be read now", () => {
  const HERE = `provider: ECS, regionId: "cn-hangzhou", invokeId: "t-run"`;
  const RESULTS = "nodes { instanceId status output { text } } totalCount";

  it.each([
    ["in the list", OUTPUTS],
    ["by the run", `{ page: invocationResults(filter: { ${HERE} }) { ${RESULTS} } }`],
    ["by the run and the server", `{ page: invocationResults(filter: { ${HERE}, instanceId: "i-1" }) { ${RESULTS} } }`],
  ])("is shown as it was seen last %s", async (_where, question) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([running]) }, { FRESHNESS_MS: "1" });
    const first = await rig.ask(OUTPUTS);
    const { data } = await rig.ask(question);
    expect([first.errors, JSON.stringify(data).includes("disk full")]).toEqual([undefined, true]);
    rig.far.interfere = ({ asked }) => (asked.has("InvokeId") ? refusal(403, "Forbidden.RAM") : null);
    for (let times = 0; times < 2; times += 1) {
      await rig.ask("{ invocations { nodes { status } } }");
      const again = await rig.ask(question);
      expect([again.data, again.errors]).toEqual([data, undefined]);
    }
  });
});

describe("a run whose state is known", () => {
  const ONE = `query ($id: ID!) { node(id: $id) { ... on Invocation { invokeId status } }
    invocation(provider: SWAS, regionId: "cn-shanghai", invokeId: "t-run") { invokeId status } }`;

  it.each([
    ["there is no call left", () => null, { UPSTREAM_QUOTA: "swas:DescribeCommandInvocations=1" }],
    ["the upstream fails", () => refusal(403, "Forbidden.RAM"), {}],
  ])("is shown with it if %s", async (_why, fault, settings) => {
    rig = await startRig(
      { "SWAS/cn-shanghai": createPlace([running]) },
      { FRESHNESS_MS: "1", OPERATION_DEADLINE_MS: "1500", UPSTREAM_TIMEOUT_MS: "1000", ...settings },
    );
    const { data } = await rig.ask("{ invocations { nodes { id invokeId status } } }");
    const [{ id, ...known }] = data.invocations.nodes;
    rig.far.interfere = fault;
    const { data: shown, errors } = await rig.ask(ONE, { id });
    expect([shown, errors]).toEqual([{ node: known, invocation: known }, undefined]);
    const unknown = await rig.ask(
      `{ invocation(provider: SWAS, regionId: "cn-shanghai", invokeId: "t-other") { status } }`,
    );
    expect([unknown.data, unknown.errors?.length]).toEqual([{ invocation: null }, 1]);
  });
});

describe("a region that does not offer the product", () => {
  it.each([
    ["a list", "{ invocations { nodes { id } } }"],
    ["a run", `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") { id } }`],
  ])("is not asked again for runs after %s told so", async (_what, first) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([running]) });
    rig.far.interfere = () => refusal(400, "RegionId.ApiNotSupported");
    await rig.ask(first);
    const asked = rig.far.calls.length;
    for (const invokeId of ["t-1", "t-2", "t-1"]) {
      const { data, errors } = await rig.ask(
        `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "${invokeId}") { id } }`,
      );
      expect([data, errors?.map(({ extensions }) => [extensions?.code, extensions?.upstreamCode])]).toEqual([
        { invocation: null },
        [["UPSTREAM_NOT_SUPPORTED", "RegionId.ApiNotSupported"]],
      ]);
    }
    expect(rig.far.calls.length).toBe(asked);
  });
});

describe("a source whose list fails", () => {
  it("is not known because a single run was looked for and not found", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([running]) });
    rig.far.interfere = ({ asked }) => (asked.has("InvokeId") ? null : refusal(403, "Forbidden.RAM"));
    expect((await rig.ask(`{ lookup(by: { invokeId: "t-nope" }) { id } }`)).data).toEqual({ lookup: null });
    const { data, errors } = await rig.ask("{ invocations(first: 5) { nodes { id } } }");
    expect([data, errors?.[0]?.extensions?.code]).toEqual([{ invocations: null }, "UPSTREAM_FORBIDDEN"]);
  });
});

describe("a source that is read server by server", () => {
  it("and has no server left still shows the runs that are known", async () => {
    rig = await startRig({ "SWAS/cn-shanghai": createPlace([running]) }, { FRESHNESS_MS: "1" });
    const list = `{ invocations { nodes { invokeId status } totalCount sources { ok isComplete } } }`;
    const known = await rig.ask(list);
    expect(known.data.invocations.nodes).toEqual([{ invokeId: "t-run", status: "RUNNING" }]);
    rig.far.interfere = ({ action }) => (action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null);
    rig.far.mangle = (body, { action }) => (action === "ListInstances" ? { TotalCount: 0, Instances: [] } : body);
    // Another run, looked for by its id, shows that the list of all runs may not be read.
    await rig.ask(`{ invocation(provider: SWAS, regionId: "cn-shanghai", invokeId: "t-other") { status } }`);
    expect((await rig.ask(list)).data).toEqual(known.data);
    expect((await rig.ask("{ statistics(by: REGION) { key count } }")).data).toEqual({
      statistics: [{ key: "cn-shanghai", count: 1 }],
    });
  });
});

describe("what the list of all runs told of a source that cannot be read now", () => {
  const runs = manyRuns(130, "t-").map((run, index) => ({
    ...run,
    commandName: index % 2 === 0 ? "even" : "odd",
    status: index % 5 === 0 ? "Failed" : "Success",
    executions: [
      { instanceId: `i-${index % 3}`, ...(index % 5 === 0 ? { status: "Failed", exitCode: 1 } : { exitCode: 0 }) },
    ],
  }));
  const PAGE = `query ($filter: InvocationFilter) { invocations(first: 100, filter: $filter) { totalCount
    nodes { invokeId } pageInfo { hasNextPage endCursor } sources { ok isComplete } } }`;

  it.each(["ECS", "SWAS"])("is shown of %s under every filter, and the page lacks the rest", async (product) => {
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace(runs) }, { FRESHNESS_MS: "1" });
    await rig.ask("{ invocations(first: 50) { nodes { invokeId } } }");
    rig.far.interfere = () => refusal(403, "Forbidden.RAM");
    const shown: readonly { readonly invokeId: string }[] = (await rig.ask(PAGE)).data.invocations.nodes;
    const known = runs.slice(0, shown.length);
    expect([shown.length < runs.length, shown]).toEqual([true, known.map(({ invokeId }) => ({ invokeId }))]);
    for (const [filter, isMeant] of [
      [{ statusIn: ["FAILED"] }, ({ status }) => status === "Failed"],
      [{ instanceId: "i-1" }, ({ executions: [one] }) => one?.instanceId === "i-1"],
      [{ commandName: "odd" }, ({ commandName }) => commandName === "odd"],
      [{ exitCodeIn: [1] }, ({ executions: [one] }) => one?.exitCode === 1],
    ] satisfies [object, (run: (typeof runs)[number]) => boolean][]) {
      const { data, errors } = await rig.ask(PAGE, { filter });
      expect({ filter, errors, data }).toEqual({
        filter,
        errors: undefined,
        data: {
          invocations: {
            totalCount: null,
            nodes: known.filter(isMeant).map(({ invokeId }) => ({ invokeId })),
            pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
            sources: [{ ok: false, isComplete: false }],
          },
        },
      });
    }
  });

  it("is shown once, and the rest once the source is well again", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(runs) }, { FRESHNESS_MS: "1" });
    await rig.ask("{ invocations(first: 50) { nodes { invokeId } } }");
    rig.far.interfere = () => refusal(403, "Forbidden.RAM");
    const first = (await rig.ask(PAGE, { filter: { statusIn: ["FAILED"] } })).data.invocations;
    expect(first.nodes.length).toBeGreaterThan(0);
    rig.far.interfere = () => null;
    const after = JSON.stringify(first.pageInfo.endCursor);
    const rest = await rig.ask(PAGE.replace("first: 100", `first: 100, after: ${after}`), {
      filter: { statusIn: ["FAILED"] },
    });
    const failed = runs.filter(({ status }) => status === "Failed").map(({ invokeId }) => ({ invokeId }));
    expect(rest.data.invocations).toMatchObject({
      nodes: failed.slice(first.nodes.length),
      pageInfo: { hasNextPage: false },
      sources: [{ ok: true, isComplete: true }],
    });
  });
});
