import { describe, expect, it } from "@jest/globals";
import { connection, run, SOURCE } from "./rig.ts";

const row = (key: string | null, overrides: object = {}) => ({
  key,
  isRest: false,
  intervalStart: null,
  count: 3,
  finalCount: 3,
  failedCount: 1,
  failureRate: 0.3,
  statusCounts: [],
  durationMs: { p50: 1500, p90: 2000, p99: 2000 },
  latestTime: null,
  isComplete: true,
  ...overrides,
});
const server = (instanceId: string, name: string | null) => ({
  id: instanceId,
  instanceId,
  name,
  provider: "ECS",
  account: "default",
  regionId: "cn-hangzhou",
});
const root = {
  statistics: [row("i-01"), row("i-02"), row("i-03"), row(null, { isRest: true })],
  instances: connection([server("i-01", "web-hz-024"), server("i-02", null)]),
};

describe("cloud-assistant stats", () => {
  it("names servers beside their ids", async () => {
    const { exitCode, output, asked } = await run(root, ["stats", "--by", "instance"]);
    expect([exitCode, output, asked]).toEqual([
      0,
      "i-01\tweb-hz-024\t3\t1\t1.5s\t2.0s\ni-02\t-\t3\t1\t1.5s\t2.0s\ni-03\t-\t3\t1\t1.5s\t2.0s\n(the rest)\t-\t3\t1\t1.5s\t2.0s\n",
      [
        ["statistics", { since: "2026-01-01T03:04:05.000Z", by: "INSTANCE" }],
        ["serversById", { instanceIds: ["i-01", "i-02", "i-03"], first: 100 }],
      ],
    ]);
  });

  it("names them as JSON", async () => {
    const { output } = await run(root, ["stats", "--by", "instance", "--json=key,name"]);
    expect(JSON.parse(output)).toEqual([
      { key: "i-01", name: "web-hz-024" },
      { key: "i-02", name: null },
      { key: "i-03", name: null },
      { key: null, name: null },
    ]);
  });

  const ok = { ...SOURCE, regionId: "cn-beijing" };
  const failing = { ...SOURCE, ok: false, error: { code: "FORBIDDEN", message: "No right.", retryable: false } };
  const said = "cloud-assistant: incomplete: ECS cn-hangzhou: No right. (FORBIDDEN)\n";

  it.each([
    ["a source that fails", [row("deploy", { isComplete: false })], [ok, failing], said, 4],
    ["a source that fails where no run fits", [], [ok, failing], said, 4],
    [
      "what is not read yet",
      [row("deploy", { isComplete: false })],
      [ok],
      "cloud-assistant: incomplete: not all of these runs are read yet.\n",
      4,
    ],
    ["nothing where no run fits", [], [ok], "", 0],
  ])("says of %s that it is missing", async (_name, statistics, sources, errors, exitCode) => {
    expect(await run({ statistics, sources }, ["stats"])).toMatchObject({ exitCode, errors });
  });

  it("asks for no names of anything else", async () => {
    const { output, asked } = await run({ statistics: [row("deploy")] }, ["stats"]);
    expect([output, asked.length]).toEqual(["deploy\t3\t1\t1.5s\t2.0s\n", 1]);
  });
});
