import { describe, expect, it } from "@jest/globals";
import { GraphQLError } from "graphql";
import { connection, createInstanceRun, createOutput, createRun, inTurn, run, SOURCE } from "./rig.ts";

const FAILED = createInstanceRun({
  instanceId: "i-02",
  instance: { id: "s", name: "web-02" },
  status: "FAILED",
  exitCode: 2,
  durationMs: null,
  error: { code: "ExitCodeNonzero", class: "EXIT_CODE", info: "not\nzero", remedy: "Read the output." },
  result: { id: "x", output: createOutput("no disk") },
});
const BOTH = connection([createInstanceRun(), FAILED]);

const FAILING_SOURCE = {
  ...SOURCE,
  provider: "SWAS",
  ok: false,
  isComplete: false,
  error: { code: "FORBIDDEN", message: "No right.", retryable: false },
};

const refusedId = new GraphQLError("id: expected an id as this gateway gives them out.", {
  extensions: { code: "BAD_USER_INPUT", argument: "id" },
});

describe("cloud-assistant show", () => {
  it("finds a run by the upstream's id and shows it with its instances", async () => {
    const parameters = { path: "/data" };
    const command = {
      commandId: "c-hz01",
      name: "disk check",
      type: "RUN_SHELL_SCRIPT",
      content: "#!/bin/sh\r\ndf -h\u001b[2J\n",
    };
    const shown = createRun({
      instanceInvocations: BOTH,
      command,
      parameters,
      timed: true,
      frequency: "rate(5m)",
      timeoutSeconds: 60,
      username: "root",
    });
    const { exitCode, output, errors, asked } = await run({ invocations: connection([createRun()]), node: shown }, [
      "show",
      "t-hz01",
    ]);
    expect({ exitCode, errors, asked }).toEqual({
      exitCode: 0,
      errors: "",
      asked: [
        ["recentRuns", { first: 10, filter: { invokeId: "t-hz01" } }],
        ["runById", { id: "AXIAid", after: null }],
      ],
    });
    expect(output).toBe(
      [
        "run         t-hz01",
        "status      SUCCESS",
        "source      ECS cn-hangzhou",
        "id          AXIAid",
        "created     2026-01-02T03:04:05Z",
        "command     disk check c-hz01 RUN_SHELL_SCRIPT",
        "schedule    rate(5m)",
        'parameters  {"path":"/data"}',
        "timeout     60 s",
        "user        root",
        "instances   1 SUCCESS",
        "",
        "    #!/bin/sh",
        "    df -h",
        "",
        "INSTANCE  NAME    STATUS   EXIT  STARTED               DURATION",
        "i-02      web-02  FAILED   2     2026-01-02T03:04:05Z  -",
        "i-01      -       SUCCESS  0     2026-01-02T03:04:05Z  1.5 s",
        "",
        "i-02 (web-02): ExitCodeNonzero: not zero",
        "  Read the output.",
        "",
      ].join("\n"),
    );
  });

  it("reads every page of instances, here as JSON", async () => {
    const pages = inTurn([
      createRun({ instanceInvocations: connection([createInstanceRun()], "next") }),
      createRun({ instanceInvocations: connection([FAILED]) }),
    ]);
    const { output, asked } = await run({ node: pages }, ["--json", "show", "AXIAid"]);
    expect(asked.map(([, variables]) => variables)).toEqual([
      { id: "AXIAid", after: null },
      { id: "AXIAid", after: "next" },
    ]);
    expect(JSON.parse(output)).toMatchObject({
      id: "AXIAid",
      instances: [{ instanceId: "i-01" }, { instanceId: "i-02" }],
    });
  });

  it.each([
    [
      "is not known",
      { invocations: connection([]) },
      "t-hz01",
      "No run t-hz01 is known. The upstreams keep runs for some weeks only; see 'cloud-assistant list'.\n",
    ],
    [
      "a source that fails may know",
      { invocations: connection([], null, [SOURCE, FAILING_SOURCE]) },
      "t-hz01",
      "incomplete: SWAS cn-hangzhou: No right. (FORBIDDEN)\ncloud-assistant: No source that could be read knows run t-hz01.\n",
    ],
    [
      "is no id at all",
      {},
      "t-…",
      "No run t-… is known. The upstreams keep runs for some weeks only; see 'cloud-assistant list'.\n",
    ],
    [
      "is not the gateway's",
      { node: () => Promise.reject(refusedId) },
      "nonsense",
      "No run nonsense is known. The upstreams keep runs for some weeks only; see 'cloud-assistant list'.\n",
    ],
    ["is gone", { node: null }, "AXIAid", "No such run: the upstreams keep runs for some weeks only.\n"],
    [
      "is a server",
      { node: { __typename: "Instance" } },
      "AXIAid",
      "This id names no run but a thing of type Instance.\n",
    ],
  ])("says that the run %s", async (_what, root, word, message) => {
    const { exitCode, output, errors } = await run(root, ["show", word]);
    expect({ exitCode, output, errors }).toEqual({ exitCode: 2, output: "", errors: `cloud-assistant: ${message}` });
  });

  it("asks which run is meant where several have the id", async () => {
    const root = { invocations: connection([createRun(), createRun({ provider: "SWAS", creationTime: null })]) };
    const { exitCode, errors } = await run(root, ["show", "t-hz01"]);
    expect([exitCode, errors]).toEqual([
      2,
      "cloud-assistant: t-hz01 on ECS cn-hangzhou, account default, of 2026-01-02T03:04:05Z\n" +
        "cloud-assistant: t-hz01 on SWAS cn-hangzhou, account default, of unknown time\n" +
        "cloud-assistant: t-hz01 names 2 runs: say which with --provider, --region or --account.\n",
    ]);
  });

  it("narrows the search by source", async () => {
    const root = { invocations: connection([createRun()]), node: createRun() };
    const { asked } = await run(root, [
      "show",
      "t-hz01",
      "--provider",
      "ecs",
      "--region",
      "cn-hangzhou",
      "--account",
      "prod",
    ]);
    expect(asked[1]).toEqual([
      "recentRuns",
      {
        first: 10,
        filter: { invokeId: "t-hz01", providerIn: ["ECS"], regionIdIn: ["cn-hangzhou"], accountIn: ["prod"] },
      },
    ]);
  });
});
