import { describe, expect, it } from "@jest/globals";
import { GraphQLError } from "graphql";
import { run, SOURCE } from "./rig.ts";

const match = (lineNumber: number, line: string) => ({
  __typename: "FoundLine",
  lineNumber,
  line,
  before: [],
  after: [],
  invocation: { id: "AXIAid", invokeId: "t-hz01", creationTime: "2026-01-02T03:04:05Z" },
  instanceInvocation: { id: "AWkAid", instanceId: "i-01", status: "FAILED" },
});

const page = (nodes: readonly object[], endCursor: string | null, missingOutputs = 0) => ({
  nodes,
  edges: [],
  searchedOutputs: 3,
  missingOutputs,
  searchedSince: "2026-01-02T03:04:05Z",
  sources: [SOURCE],
  pageInfo: { hasNextPage: endCursor !== null, hasPreviousPage: false, endCursor, isScanComplete: true },
});

describe("cloud-assistant search", () => {
  it("tells who printed a line, and how many outputs nobody has read", async () => {
    const root = { searchOutputs: page([match(7, "disk full\u001b[2J")], null, 2) };
    expect(await run(root, ["search", "disk full", "--since", "1h"])).toEqual({
      exitCode: 0,
      output: "2026-01-02T03:04:05Z\tt-hz01\ti-01\t7\tdisk full\n",
      errors:
        "cloud-assistant: searched 3 outputs; 2 more were never read by anybody: 'cloud-assistant output <run>' reads them.\n",
      asked: [["whoPrinted", { text: "disk full", since: "2026-01-02T02:04:05.000Z", first: 20, after: null }]],
    });
  });

  it("goes on until it has as many lines as were asked for, and says that there are more", async () => {
    const root = {
      searchOutputs: ({ after }: { readonly after?: string | null }) =>
        after == null ? page([match(1, "a"), match(2, "a")], "C1") : page([match(3, "a")], "C2"),
    };
    const { output, errors, asked } = await run(root, ["search", "^a$", "--regex", "--limit", "3"]);
    expect([output.split("\n").length - 1, errors, asked]).toEqual([
      3,
      "cloud-assistant: searched 6 outputs.\ncloud-assistant: there are more: raise --limit.\n",
      [
        ["whoPrinted", { pattern: "^a$", since: null, first: 3, after: null }],
        ["whoPrinted", { pattern: "^a$", since: null, first: 1, after: "C1" }],
      ],
    ]);
  });

  it("writes what it read if a later page fails, and says that it is incomplete", async () => {
    const root = {
      searchOutputs: ({ after }: { readonly after?: string | null }) => {
        if (after == null) return page([match(1, "a")], "C1");
        throw new GraphQLError("SWAS cn-beijing may not do this.", { extensions: { code: "UPSTREAM_FORBIDDEN" } });
      },
    };
    const { asked, ...told } = await run(root, ["search", "a"]);
    expect(told).toEqual({
      exitCode: 4,
      output: "2026-01-02T03:04:05Z\tt-hz01\ti-01\t1\ta\n",
      errors:
        "cloud-assistant: incomplete: SWAS cn-beijing may not do this. (UPSTREAM_FORBIDDEN)\ncloud-assistant: searched 3 outputs.\n",
    });
    expect(asked.map(([, variables]) => variables?.after)).toEqual([null, "C1"]);
  });
});

const group = (overrides: object = {}) => ({
  key: "disk check",
  isRest: false,
  intervalStart: null,
  count: 4,
  finalCount: 4,
  failedCount: 1,
  failureRate: 0.25,
  statusCounts: [{ status: "SUCCESS", count: 3 }],
  durationMs: { p50: 1_500, p90: 2_000, p99: 61_234 },
  latestTime: "2026-01-02T03:04:05Z",
  isComplete: true,
  ...overrides,
});

describe("cloud-assistant stats", () => {
  it("counts runs by command since yesterday, the rest last", async () => {
    const root = { statistics: [group(), group({ key: null, isRest: true, failedCount: 0, durationMs: null })] };
    expect(await run(root, ["stats"])).toEqual({
      exitCode: 0,
      output: "disk check\t4\t1\t1.5s\t61.2s\n(the rest)\t4\t0\t-\t-\n",
      errors: "",
      asked: [["statistics", { since: "2026-01-01T03:04:05.000Z", by: "COMMAND" }]],
    });
  });

  it("is incomplete where not all runs are read yet", async () => {
    const root = { statistics: [group({ isComplete: false })] };
    const { exitCode, errors, asked } = await run(root, ["stats", "--by", "day", "--since", "2026-01-01T00:00:00Z"]);
    expect([exitCode, errors, asked]).toEqual([
      4,
      "cloud-assistant: incomplete: not all of these runs are read yet.\n",
      [
        ["statistics", { since: "2026-01-01T00:00:00.000Z", by: "DAY" }],
        ["sources", undefined],
      ],
    ]);
  });

  it("names the groups there are", async () => {
    const { exitCode, errors } = await run({}, ["stats", "--by", "weekday"]);
    expect([exitCode, errors]).toEqual([
      2,
      'cloud-assistant: `--by`: expected one of command, instance, status, provider, region, account, day, hour, got "weekday".\n',
    ]);
  });
});
