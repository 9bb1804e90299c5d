import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Client, createClient } from "cloud-assistant-gateway/client";
import { runAt } from "../cli/rig.ts";
import { createWorld } from "../support/emulator/index.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";

const WORLD = createWorld({
  ecs: {
    "cn-hangzhou": {
      instances: [{ instanceId: "i-1", name: "shop-1", osType: "linux", status: "Running" }],
      invocations: [
        {
          invokeId: "t-disk",
          commandName: "disk check",
          creationTime: "2026-01-02T03:04:05Z",
          instances: [
            { instanceId: "i-1", output: "ok\n" },
            { instanceId: "i-2", output: "ok\n" },
            {
              instanceId: "i-3",
              status: "Failed",
              exitCode: 2,
              errorCode: "ExitCodeNonzero",
              errorInfo: "the command execution exit code is not zero",
              output: "start\n\u001b[31mno disk\u001b[0m\n",
            },
          ],
        },
        {
          invokeId: "t-clean",
          commandName: "clean up",
          creationTime: "2026-01-01T00:00:00Z",
          timed: true,
          repeatMode: "Period",
          frequency: "rate(1d)",
          instances: [
            {
              instanceId: "i-1",
              repeats: 2,
              output: "second\n",
              startTime: "2026-01-02T00:00:00Z",
              finishTime: "2026-01-02T00:00:01Z",
              history: [
                {
                  repeats: 1,
                  output: "first\n",
                  startTime: "2026-01-01T00:00:00Z",
                  finishTime: "2026-01-01T00:00:01Z",
                },
              ],
            },
          ],
        },
      ],
    },
  },
});
const HERE = { provider: "ECS", regionId: "cn-hangzhou" } as const;

let gateway: TestGateway;
let client: Client;
let id: string;
beforeAll(async () => {
  gateway = await startGateway({ world: WORLD });
  client = createClient({ url: gateway.url });
  const { invocations } = await client.recentRuns({ filter: { invokeId: "t-disk" } });
  id = invocations?.nodes[0]?.id ?? "";
});
afterAll(() => gateway.stop());

describe("the operations against a gateway", () => {
  it("list the newest runs and the page behind them", async () => {
    const { invocations: page } = await client.recentRuns({ first: 1 });
    expect(page?.nodes.map((run) => [run?.invokeId, run?.status, run?.statusCounts])).toEqual([
      [
        "t-disk",
        "PARTIAL_FAILED",
        [
          { status: "SUCCESS", count: 2 },
          { status: "FAILED", count: 1 },
        ],
      ],
    ]);
    const next = await client.nextPage({ first: 1, after: page?.pageInfo.endCursor ?? "" });
    expect(next.invocations?.nodes.map((run) => run?.invokeId)).toEqual(["t-clean"]);
  });

  it("list what failed, with the instances and the remedy", async () => {
    const { invocations } = await client.failedRuns({ since: "2026-01-02T00:00:00Z" });
    const failed = invocations?.nodes.flatMap((run) => run?.instanceInvocations?.nodes ?? []);
    expect(failed).toEqual([
      {
        id: expect.any(String),
        instanceId: "i-3",
        status: "FAILED",
        exitCode: 2,
        error: {
          code: "ExitCodeNonzero",
          class: "EXIT_CODE",
          info: "the command execution exit code is not zero",
          remedy:
            "The command ran to its end and reported a failure. Read the output and look the exit code up in the script.",
        },
      },
    ]);
  });

  it("show a run with its instances, by what names it and by its id", async () => {
    const { invocation } = await client.runWithInstances({ ...HERE, invokeId: "t-disk" });
    const { node } = await client.runById({ id });
    const byId = node?.__typename === "Invocation" ? node : null;
    const ends = (nodes: readonly ({ instanceId: string; exitCode: number | null } | null)[] | undefined) =>
      nodes?.map((one) => [one?.instanceId, one?.exitCode]);
    const expected = [
      ["i-1", 0],
      ["i-2", 0],
      ["i-3", 2],
    ];
    expect([invocation?.id, ends(invocation?.instanceInvocations?.nodes)]).toEqual([id, expected]);
    expect([byId?.invokeId, ends(byId?.instanceInvocations?.nodes)]).toEqual(["t-disk", expected]);
  });

  it("tell how far a run is, and anything else by its id", async () => {
    const [status, again] = [await client.runStatus({ id }), await client.refetch({ id })];
    expect([status.node, again.node]).toMatchObject([
      { invokeId: "t-disk", status: "PARTIAL_FAILED", isFinal: true },
      { __typename: "Invocation", id, invocationStatus: "PARTIAL_FAILED" },
    ]);
  });

  it("give the output of one instance", async () => {
    const { invocationResults } = await client.outputOfInstance({ ...HERE, invokeId: "t-disk", instanceId: "i-3" });
    expect(invocationResults?.nodes.map((result) => result?.output)).toEqual([
      { text: "start\nno disk\n", byteLength: 23, truncated: false, droppedBytes: 0, charset: "utf-8", lossy: false },
    ]);
  });

  it("give the outputs of all, alike ones together, and the lines that match", async () => {
    const [outputs, groups, matches] = [
      await client.runOutputs({ id }),
      await client.identicalOutputs({ id }),
      await client.searchOutputs({ id, pattern: "NO .*", contextLines: 1 }),
    ];
    const run = outputs.node?.__typename === "Invocation" ? outputs.node : null;
    expect(run?.instanceInvocations?.nodes.map((one) => one?.result?.output?.byteLength)).toEqual([3, 3, 23]);
    const grouped = groups.node?.__typename === "Invocation" ? groups.node.outputGroups : null;
    expect(
      grouped?.map(({ count, status, exitCode, instanceIds }) => ({ count, status, exitCode, instanceIds })),
    ).toEqual([
      { count: 2, status: "SUCCESS", exitCode: 0, instanceIds: ["i-1", "i-2"] },
      { count: 1, status: "FAILED", exitCode: 2, instanceIds: ["i-3"] },
    ]);
    const searched = matches.node?.__typename === "Invocation" ? matches.node.instanceInvocations?.nodes : [];
    expect(searched?.map((one) => one?.result?.output?.search)).toEqual([
      [],
      [],
      [{ lineNumber: 2, line: "\u001b[31mno disk\u001b[0m", before: ["start"], after: [] }],
    ]);
  });

  it("give every execution of a timed run", async () => {
    const { invocationResults } = await client.historyOfTimedRun({ ...HERE, invokeId: "t-clean", instanceId: "i-1" });
    expect(invocationResults?.nodes.map((result) => [result?.repeats, result?.output?.text])).toEqual([
      [2, "second\n"],
      [1, "first\n"],
    ]);
  });

  it("give a server with what ran on it, and the sources", async () => {
    const { instance } = await client.runsOnInstance({ ...HERE, instanceId: "i-1" });
    expect([instance?.name, instance?.invocations?.nodes.map((run) => run?.invokeId)]).toEqual([
      "shop-1",
      ["t-disk", "t-clean"],
    ]);
    const { sources } = await client.sources();
    expect(sources).toEqual([
      { ...HERE, account: "default", ok: true, asOf: expect.any(String), isComplete: true, error: null },
    ]);
  });
});

describe("the command against a gateway", () => {
  it("ends with the run's exit code and prints what it printed", async () => {
    const { exitCode, output } = await runAt(["--url", gateway.url, "output", "t-disk", "--group", "--wait"]);
    expect({ exitCode, output }).toEqual({
      exitCode: 1,
      output: "==> 2 instances (SUCCESS, exit code 0) <==\nok\n\n==> i-3 (FAILED, exit code 2) <==\nstart\nno disk\n",
    });
  });

  it("says that no run is known for a word that is no id", async () => {
    const { exitCode, errors } = await runAt(["--url", gateway.url, "show", "nonsense"]);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining("No run nonsense is known")]);
  });
});
