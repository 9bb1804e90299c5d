import { describe, expect, it } from "@jest/globals";
import { GraphQLError } from "graphql";
import { connection, createInstanceRun, createRun, run, SOURCE } from "./rig.ts";

const FAILED_SOURCE = {
  provider: "SWAS",
  account: "default",
  regionId: "cn-beijing",
  ok: false,
  asOf: null,
  isComplete: false,
  error: { code: "THROTTLED", message: "Too many calls.", retryable: true },
};

describe("cloud-assistant list", () => {
  it("writes fields between tabs into a pipe", async () => {
    const partial = {
      status: "PARTIAL_FAILED",
      account: "prod",
      command: { commandId: "c-2", name: null, type: null },
    };
    const counts = [
      { status: "SUCCESS", count: 297 },
      { status: "FAILED", count: 3 },
    ];
    const root = { invocations: connection([createRun(), createRun({ ...partial, statusCounts: counts })]) };
    expect(await run(root, ["list"])).toEqual({
      exitCode: 0,
      output:
        "2026-01-02T03:04:05Z\tSUCCESS\tECS cn-hangzhou\tt-hz01\tdisk check\t1 SUCCESS\n" +
        "2026-01-02T03:04:05Z\tPARTIAL_FAILED\tECS cn-hangzhou prod\tt-hz01\tc-2\t297 SUCCESS, 3 FAILED\n",
      errors: "",
      asked: [["recentRuns", { first: 20, filter: {}, after: null }]],
    });
  });

  it("writes what it read if a later page fails, and says that it is incomplete", async () => {
    const first = connection([createRun()], "c-1", [FAILED_SOURCE]);
    let pages = 0;
    const root = {
      invocations: () => {
        pages += 1;
        if (pages === 1) return first;
        throw new GraphQLError("SWAS cn-beijing may not do this.", { extensions: { code: "UPSTREAM_FORBIDDEN" } });
      },
    };
    const { exitCode, output, errors, asked } = await run(root, ["list"]);
    expect([exitCode, output, asked.length]).toEqual([
      4,
      "2026-01-02T03:04:05Z\tSUCCESS\tECS cn-hangzhou\tt-hz01\tdisk check\t1 SUCCESS\n",
      2,
    ]);
    expect(errors).toBe(
      "cloud-assistant: incomplete: SWAS cn-beijing may not do this. (UPSTREAM_FORBIDDEN); SWAS cn-beijing: Too many calls. (THROTTLED)\n",
    );
  });

  it.each([
    ["never offered the product", null, 0, ""],
    [
      "does not offer it any more",
      "2026-01-02T03:00:00Z",
      4,
      "cloud-assistant: incomplete: SWAS cn-beijing: Not here. (NOT_SUPPORTED)\n",
    ],
  ])("takes what it read as complete only if a region %s", async (_name, asOf, exitCode, errors) => {
    const error = { code: "NOT_SUPPORTED", message: "Not here.", retryable: false };
    const without = { ...FAILED_SOURCE, isComplete: true, asOf, error };
    const root = { invocations: connection([createRun()], null, [SOURCE, without]) };
    expect(await run(root, ["list"])).toMatchObject({ exitCode, errors });
  });

  it("draws a table with colours on a terminal, without what could steer it", async () => {
    const name = "磁盘\u001b[2J检查\u0007";
    const root = { invocations: connection([createRun({ command: { commandId: null, name, type: null } })]) };
    const { output } = await run(root, ["list"], { isTerminal: true });
    expect(output.split("\n")).toEqual([
      "\u001b[1mTIME\u001b[22m    \u001b[1mSTATUS\u001b[22m   \u001b[1mSOURCE\u001b[22m           \u001b[1mRUN\u001b[22m     \u001b[1mCOMMAND\u001b[22m   \u001b[1mINSTANCES\u001b[22m",
      "0s ago  \u001b[32mSUCCESS\u001b[39m  ECS cn-hangzhou  t-hz01  磁盘检查  \u001b[32m1 SUCCESS\u001b[39m",
      "",
    ]);
  });

  it.each([
    [["list", "--no-color"], {}],
    [["list"], { NO_COLOR: "1" }],
  ])("leaves colours out with %j and %j", async (words, environment) => {
    const root = { invocations: connection([createRun()]) };
    const { output } = await run(root, words, { isTerminal: true, environment });
    expect(output).toBe(
      "TIME    STATUS   SOURCE           RUN     COMMAND     INSTANCES\n" +
        "0s ago  SUCCESS  ECS cn-hangzhou  t-hz01  disk check  1 SUCCESS\n",
    );
  });

  it("sends every filter to the gateway", async () => {
    const words =
      "list --provider ecs --region cn-hangzhou,cn-beijing --account prod --status failed,partial-failed --instance i-1 --command-id c-1 --command-name disk --type shell --since 1h --until 2026-01-02T11:00:00+08:00 --timed no --limit 5 --after CURSOR";
    const { asked, exitCode } = await run({ invocations: connection([]) }, words.split(" "));
    const filter = {
      providerIn: ["ECS"],
      regionIdIn: ["cn-hangzhou", "cn-beijing"],
      accountIn: ["prod"],
      statusIn: ["FAILED", "PARTIAL_FAILED"],
      instanceId: "i-1",
      commandId: "c-1",
      commandName: "disk",
      commandType: "RUN_SHELL_SCRIPT",
      createdAfter: "2026-01-02T02:04:05.000Z",
      createdBefore: "2026-01-02T03:00:00.000Z",
      timed: false,
    };
    expect([exitCode, asked]).toEqual([
      0,
      [
        ["sources", undefined],
        ["recentRuns", { first: 5, after: "CURSOR", filter }],
      ],
    ]);
  });

  it("reads on until it has as many as were asked for", async () => {
    const page = (size: number) => Array.from({ length: size }, () => createRun());
    const root = {
      invocations: ({ first, after }: { first: number; after: string | null }) =>
        after === null ? connection(page(80), "a") : connection(page(first), "b"),
    };
    const { output, asked } = await run(root, ["list", "--limit", "150"]);
    expect([output.split("\n").length - 1, asked.map(([, variables]) => variables)]).toEqual([
      150,
      [
        { first: 100, after: null, filter: {} },
        { first: 70, after: "a", filter: {} },
      ],
    ]);
  });

  it("writes JSON", async () => {
    const root = { invocations: connection([createRun()], "next", [FAILED_SOURCE]) };
    const { output, errors, exitCode } = await run(root, ["list", "--limit", "1", "--json"]);
    const whole = createRun() as Record<string, unknown>;
    const { instanceInvocations: _instances, __typename, ...expected } = whole;
    expect({ ...JSON.parse(output), errors, exitCode }).toEqual({
      runs: [expected],
      pageInfo: { hasNextPage: true, endCursor: "next" },
      sources: [FAILED_SOURCE],
      errors: "cloud-assistant: incomplete: SWAS cn-beijing: Too many calls. (THROTTLED)\n",
      exitCode: 4,
    });
  });

  it("fits its lines to the terminal, and shortens nothing in a pipe", async () => {
    const command = { commandId: null, name: "a very long name of a command indeed", type: null };
    const root = { invocations: connection([createRun({ command, creationTime: "2026-01-01T23:04:05Z" })]) };
    const options = { isTerminal: true, environment: { NO_COLOR: "1" } };
    const [narrow, wide, pipe] = [
      await run(root, ["list"], { ...options, columns: 70 }),
      await run(root, ["list"], { ...options, columns: 200 }),
      await run(root, ["list"]),
    ];
    const linesOf = ({ output }: { output: string }) => output.split("\n")[1];
    expect([linesOf(narrow), linesOf(wide)]).toEqual([
      "4h ago  SUCCESS  ECS cn-hangzhou  t-hz01  a very long name…  1 SUCCESS",
      "4h ago  SUCCESS  ECS cn-hangzhou  t-hz01  a very long name of a command i…  1 SUCCESS",
    ]);
    expect(pipe.output).toContain("\ta very long name of a command indeed\t");
  });

  it("finds a server by its name in the runs of late", async () => {
    const named = (instanceId: string, name: string) =>
      createInstanceRun({ instanceId, instance: { id: instanceId, name } });
    const instances = connection([named("i-05", "web-05"), named("i-06", "twin"), named("i-07", "twin")]);
    const page = (after: string | null) =>
      connection(
        [createRun({ instanceInvocations: after === null ? connection([]) : instances })],
        after === null ? "a" : null,
      );
    const root = {
      invocations: ({ after, filter }: { after: string | null; filter: { instanceId?: string } }) =>
        filter.instanceId === undefined ? page(after) : connection([createRun()]),
    };
    const { asked } = await run(root, ["list", "--instance", "web-05", "--region", "cn-hangzhou"]);
    const twin = await run(root, ["list", "--instance", "twin"]);
    const none = await run(root, ["list", "--instance", "db-01"]);
    expect(asked).toEqual([
      ["sources", undefined],
      ["serverNames", { after: null, filter: { regionIdIn: ["cn-hangzhou"] } }],
      ["serverNames", { after: "a", filter: { regionIdIn: ["cn-hangzhou"] } }],
      ["recentRuns", { first: 20, after: null, filter: { regionIdIn: ["cn-hangzhou"], instanceId: "i-05" } }],
    ]);
    expect([twin.exitCode, twin.errors, none.exitCode, none.errors]).toEqual([
      2,
      'cloud-assistant: `--instance`: expected one server, got "twin", the name of i-06, i-07: give an id.\n',
      2,
      'cloud-assistant: `--instance`: expected an instance id, or the name of a server that a recent run went to, got "db-01".\n',
    ]);
  });

  it("calls it no mistake if the server may be one whose name could not be read", async () => {
    const instance = () => {
      throw new Error("No permission.");
    };
    const root = {
      invocations: connection([createRun({ instanceInvocations: connection([{ ...createInstanceRun(), instance }]) })]),
    };
    const { exitCode, errors } = await run(root, ["list", "--instance", "db-01"]);
    expect([exitCode, errors]).toEqual([
      4,
      "cloud-assistant: incomplete: invocations.nodes.0.instanceInvocations.nodes.0.instance: No permission.\n" +
        'cloud-assistant: The server "db-01" was not found, and not all servers\' names could be read: give an instance id.\n',
    ]);
  });

  it("says on a terminal that there is nothing", async () => {
    const nothing = await run({ invocations: connection([]) }, ["list"], { isTerminal: true });
    expect(nothing.errors).toBe("cloud-assistant: no run fits.\n");
  });

  it.each([
    ["on a terminal", [], true, "cloud-assistant: there are more: raise --limit.\n"],
    ["in a pipe", [], false, "cloud-assistant: there are more: raise --limit.\n"],
    ["beside fields as JSON", ["--json=id"], false, "cloud-assistant: there are more: raise --limit.\n"],
    ["in the JSON itself alone", ["--json"], false, ""],
  ])("says %s that there are more", async (_where, words, isTerminal, errors) => {
    const root = { invocations: connection([createRun()], "next") };
    expect((await run(root, ["list", "--limit", "1", ...words], { isTerminal })).errors).toBe(errors);
  });

  it("cuts nothing on a terminal that does not know its width", async () => {
    const command = { commandId: null, name: "a name of some length", type: null };
    const root = { invocations: connection([createRun({ command })]) };
    const { output } = await run(root, ["list", "--no-color"], { isTerminal: true, columns: 0 });
    expect(output).toContain("  a name of some length  ");
  });
});
