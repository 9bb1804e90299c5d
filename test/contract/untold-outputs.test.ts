import { describe, expect, it } from "@jest/globals";
import { runAt } from "../cli/rig.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

const over = (invokeId: string, at: number, output: string | null): Run => ({
  invokeId,
  at,
  status: "Success",
  executions: [
    { instanceId: "i-1", output },
    { instanceId: "i-2", output },
  ],
});
const JUST_NOW = over("t-now", Math.floor(Date.now() / 1_000) * 1_000 - 5_000, null);
const NEW = over("t-new", Date.UTC(2026, 0, 3), null);
const OLD = over("t-old", Date.UTC(2026, 0, 2), "ok\n");

const oneRun = (invokeId: string) => `run: invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "${invokeId}")`;
const QUESTION = (invokeId: string) => `{ ${oneRun(invokeId)} {
  isGoneUpstream outputGroups { count isKnown output { text } }
  instanceInvocations { nodes { id result { isOutputKnown output { text } } } } } }`;

/** Instances as the documents of 2018 nest them: ids and states only. */
const bareRows: Rig["far"]["mangle"] = (body, { action }) => {
  if (action !== "DescribeInvocations") return body;
  const { Invocations, ...rest } = body as { readonly Invocations: { readonly Invocation: readonly NestedRun[] } };
  const Invocation = Invocations.Invocation.map(({ InvokeInstances, ...run }) => ({
    ...run,
    InvokeInstances: {
      InvokeInstance: InvokeInstances.InvokeInstance.map(({ InstanceId }) => ({
        InstanceId,
        InstanceInvokeStatus: "Finished",
        InvocationStatus: "Success",
      })),
    },
  }));
  return { ...rest, Invocations: { Invocation } };
};

interface NestedRun {
  readonly InvokeInstances: { readonly InvokeInstance: readonly { readonly InstanceId: string }[] };
}

async function withRuns<Made>(
  use: (rig: Rig, drop: () => Promise<void>) => Promise<Made>,
  mangle?: Rig["far"]["mangle"],
): Promise<Made> {
  const place = createPlace([JUST_NOW, NEW, OLD]);
  const rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
  if (mangle !== undefined) rig.far.mangle = mangle;
  const list = () => rig.ask("{ invocations { nodes { invokeId status isGoneUpstream } } }");
  try {
    await list();
    return await use(rig, async () => {
      place.runs.pop();
      await list();
    });
  } finally {
    await rig.stop();
  }
}

const exported = async (rig: Rig, id: string, format: string) => {
  const address = `${rig.url.replace("/graphql", "/export")}?${new URLSearchParams({ id, format })}`;
  const answer = await fetch(address, { headers: { "apollo-require-preflight": "1" } });
  return [answer.status, await answer.text()];
};

describe("what a run printed that the upstream dropped before its output was read", () => {
  it("is not known, in results, groups and exports, and is not asked for again for a while", async () => {
    await withRuns(async (rig, drop) => {
      await drop();
      const first = await rig.ask(QUESTION("t-old"));
      expect(first.errors).toBeUndefined();
      const result = { isOutputKnown: false, output: null };
      const [one, two] = first.data.run.instanceInvocations.nodes;
      expect(first.data.run).toEqual({
        isGoneUpstream: true,
        outputGroups: [{ count: 2, isKnown: false, output: null }],
        instanceInvocations: {
          nodes: [
            { id: one.id, result },
            { id: two.id, result },
          ],
        },
      });
      const before = rig.far.asked().length;
      expect((await rig.ask(QUESTION("t-old"))).data).toEqual(first.data);
      const { data } = await rig.ask(`{ ${oneRun("t-old")} { id } }`);
      const text = "==> i-1: SUCCESS, exit code 0, output not known\n==> i-2: SUCCESS, exit code 0, output not known\n";
      expect(await exported(rig, data.run.id, "text")).toEqual([200, text]);
      const [status, rows] = await exported(rig, data.run.id, "ndjson");
      const cells = String(rows)
        .trim()
        .split("\n")
        .map((row) => JSON.parse(row));
      expect([status, cells]).toMatchObject([200, [result, result]]);
      for (const format of ["ndjson", "csv", "text"]) {
        const command = await runAt(["--url", rig.url, "export", data.run.id, "--format", format]);
        const told = (instanceId: string) =>
          `cloud-assistant: incomplete: ${instanceId} (SUCCESS, exit code 0): the upstream does not tell what was printed.\n`;
        expect([command.exitCode, command.errors]).toEqual([4, told("i-1") + told("i-2")]);
      }
      expect(await exported(rig, one.id, "text")).toMatchObject([404, expect.stringContaining("NOT_FOUND")]);
      expect(rig.far.asked().slice(before)).toEqual([]);
    });
  });

  it.each(["Running", "Pending"])(
    "is not known either of one that was %s, in results, groups, pages and exports, also by id",
    async (status) => {
      const executions = [
        { instanceId: "i-1", status },
        { instanceId: "i-2", status },
      ];
      const place = createPlace([{ invokeId: "t-lost", at: Date.UTC(2026, 0, 3), status, executions }]);
      const rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
      try {
        const list = () => rig.ask("{ invocations { nodes { isGoneUpstream } } }");
        await list();
        place.runs.pop();
        for (let looks = 0, isGone = false; looks < 50 && !isGone; looks += 1)
          isGone = (await list()).data.invocations.nodes[0].isGoneUpstream;
        const result = { isOutputKnown: false, output: null };
        const question = QUESTION("t-lost").replace("{ id result", "{ id result { id } told: result");
        const { data } = await rig.ask(
          `${question.slice(0, -1)} page: invocationResults(filter: { provider: ECS, regionId: "cn-hangzhou",
            invokeId: "t-lost" }) { nodes { isOutputKnown output { text } } } ${oneRun("t-lost").replace("run:", "one:")} { id } }`,
        );
        const rows = data.run.instanceInvocations.nodes;
        expect(data).toMatchObject({
          run: {
            isGoneUpstream: true,
            outputGroups: [{ count: 2, isKnown: false, output: null }],
            instanceInvocations: { nodes: [{ told: result }, { told: result }] },
          },
          page: { nodes: [result, result] },
        });
        const ids = rows.map((row: { readonly result: { readonly id: string } }) => row.result.id);
        const BY_ID =
          "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on InvocationResult { isOutputKnown output { text } } } }";
        expect((await rig.ask(BY_ID, { ids })).data.nodes).toEqual([result, result]);
        const [code, text] = await exported(rig, data.one.id, "ndjson");
        const told = String(text)
          .trim()
          .split("\n")
          .map((row) => JSON.parse(row));
        expect([code, told]).toMatchObject([200, [result, result]]);
      } finally {
        await rig.stop();
      }
    },
  );

  it.each(["output { text } isOutputKnown", "isOutputKnown"])(
    "is an error, and not denied, while it cannot be read, whatever was asked before: %s",
    async (selected) => {
      const question = `{ ${oneRun("t-new")} { instanceInvocations { nodes { result { ${selected} } } } } }`;
      for (const before of ["{ __typename }", QUESTION("t-new"), `{ invocations { nodes { status } } }`]) {
        await withRuns(async (rig) => {
          rig.far.interfere = ({ action }) =>
            action === "DescribeInvocationResults" ? refusal(403, "Forbidden.RAM") : null;
          await rig.ask(before);
          const { data, errors } = await rig.ask(question);
          expect(data.run.instanceInvocations.nodes).toMatchObject(
            [1, 2].map(() => ({ result: { isOutputKnown: null } })),
          );
          expect(new Set(errors?.map(({ extensions }) => extensions?.code))).toEqual(new Set(["UPSTREAM_FORBIDDEN"]));
        });
      }
    },
  );

  it("is not known, whatever was asked before, if its results are gone and the run's record tells no outputs", async () => {
    const page = `{ results: invocationResults(filter: { provider: ECS, regionId: "cn-hangzhou", invokeId: "t-new" }) {
      nodes { isOutputKnown } } }`;
    for (const before of ["{ __typename }", QUESTION("t-new"), QUESTION("t-old"), page]) {
      await withRuns(async (rig) => {
        rig.far.interfere = ({ action }) =>
          action === "DescribeInvocationResults" ? refusal(404, "InvalidInvokeId.NotFound") : null;
        await rig.ask(before);
        const rows = [{ isOutputKnown: false }, { isOutputKnown: false }];
        expect((await rig.ask(page)).data.results.nodes).toEqual(rows);
        expect((await rig.ask(QUESTION("t-new"))).data.run.instanceInvocations.nodes).toMatchObject(
          rows.map((result) => ({ result })),
        );
      }, bareRows);
    }
  });

  it("takes nothing away from results of which a list told no more than states", async () => {
    await withRuns(async (rig, drop) => {
      await drop();
      const results = await rig.ask(`{ results: invocationResults(filter: { provider: ECS, regionId: "cn-hangzhou",
        invokeId: "t-old" }) { nodes { id } } }`);
      const ids = results.data.results.nodes.map(({ id }: { readonly id: string }) => id);
      expect(ids).toHaveLength(2);
      for (let times = 0; times < 2; times += 1) {
        const query =
          "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on InvocationResult { status output { text } } } }";
        const { data } = await rig.ask(query, { ids });
        expect(data.nodes).toEqual(ids.map(() => ({ status: "SUCCESS", output: null })));
      }
    }, bareRows);
  });

  it("is known where it printed nothing, also right after its end, and where it was read in time", async () => {
    await withRuns(async (rig, drop) => {
      for (const silent of ["t-new", "t-now", "t-now"]) {
        const nothing = await rig.ask(QUESTION(silent));
        expect(nothing.data.run).toMatchObject({
          outputGroups: [{ count: 2, isKnown: true, output: null }],
          instanceInvocations: { nodes: [{ result: { isOutputKnown: true } }, { result: { isOutputKnown: true } }] },
        });
      }
      await rig.ask(QUESTION("t-old"));
      await drop();
      const { data } = await rig.ask(QUESTION("t-old"));
      expect(data.run).toMatchObject({
        isGoneUpstream: true,
        outputGroups: [{ count: 2, isKnown: true, output: { text: "ok\n" } }],
        instanceInvocations: { nodes: [{ result: { isOutputKnown: true } }, { result: { isOutputKnown: true } }] },
      });
    });
  });
});
