import { describe, expect, it } from "@jest/globals";
import { GraphQLError } from "graphql";
import type { Root } from "../support/graph-server.ts";
import { connection, createInstanceRun, createRun, inTurn, run, SOURCE } from "./rig.ts";

const SENTENCE = "The key has no right to ask.";
const extensions = { provider: "ECS", account: "default", regionId: "cn-beijing", code: "UPSTREAM_FORBIDDEN" };
const refused = () => Promise.reject(new GraphQLError(SENTENCE, { extensions }));
const FAILING = {
  ...SOURCE,
  regionId: "cn-beijing",
  ok: false,
  isComplete: false,
  error: {
    code: "FORBIDDEN",
    message: SENTENCE,
    retryable: false,
    upstreamCode: null,
    httpStatus: null,
    requestId: null,
  },
};
const page = (nodes: readonly unknown[], endCursor: string | null = null) => connection(nodes, endCursor, [FAILING]);
const rows = (of: object) =>
  connection([1, 2, 3].map((number) => createInstanceRun({ instanceId: `i-${number}`, ...of })));
const named = createInstanceRun({ instance: { id: "s", name: "web-1" } });
const unreadOutputs = rows({ result: { id: "x", isOutputKnown: null, output: refused } });
const statistics = [
  { key: "c", isRest: false, intervalStart: null, count: 1, finalCount: 1, failedCount: 0, failureRate: 0 },
].map((row) => ({ ...row, statusCounts: [], durationMs: null, latestTime: null, isComplete: false }));

const execution = { ...createInstanceRun(), repeats: 1 };

const CASES: readonly [string, Root][] = [
  ["list --limit 3", { invocations: inTurn([page([createRun()], "a"), page([createRun()], "b"), page([])]) }],
  ["list --limit 3", { invocations: inTurn([page([createRun()], "a"), new GraphQLError(SENTENCE, { extensions })]) }],
  ["list --instance web-1", { invocations: () => page([createRun({ instanceInvocations: connection([named]) })]) }],
  ["list --instance web-2", { invocations: inTurn([page([], "a"), page([], "b"), page([])]) }],
  ["show t-hz01", { invocations: page([]) }],
  ["show AXIAid", { node: createRun({ instanceInvocations: rows({ instance: refused }) }) }],
  ["output AXIAid", { node: createRun({ instanceInvocations: unreadOutputs }) }],
  [
    "output AXIAid -f",
    {
      node: inTurn([
        createRun({ isFinal: false, status: "RUNNING", instanceInvocations: unreadOutputs }),
        createRun({ isFinal: false, status: "RUNNING", instanceInvocations: unreadOutputs }),
        createRun({ instanceInvocations: unreadOutputs }),
      ]),
      sources: [FAILING],
    },
  ],
  [
    "history AXIAid --limit 3",
    { node: createRun(), invocationResults: inTurn([page([], "a"), page([])]), instances: refused },
  ],
  [
    "search x --limit 3",
    {
      searchOutputs: inTurn(
        ["a", "b", null].map((end) => ({
          ...page([], end),
          pageInfo: { hasNextPage: end !== null, hasPreviousPage: false, endCursor: end, isScanComplete: true },
          searchedOutputs: 1,
          missingOutputs: 0,
          searchedSince: null,
        })),
      ),
    },
  ],
  ["stats --by instance", { statistics, sources: [FAILING], instances: refused }],
  ["sources", { sources: [FAILING] }],
];

describe("a failure of a source", () => {
  it.each(CASES)("is told once by %s", async (words, root) => {
    const { errors } = await run(root, words.split(" "));
    expect(errors.split(SENTENCE)).toHaveLength(2);
  });

  it("takes no more away than the names if it is the servers' names that cannot be read", async () => {
    const { exitCode, output } = await run({ statistics, sources: [FAILING], instances: refused }, [
      ..."stats --by instance".split(" "),
    ]);
    expect([exitCode, output]).toEqual([4, "c\t-\t1\t0\t-\t-\n"]);
    const gone = { instances: page([]), node: createRun(), invocationResults: connection([execution]) };
    const history = await run(gone, ["history", "AXIAid"]);
    expect([history.exitCode, history.errors]).toEqual([
      4,
      `cloud-assistant: incomplete: ECS cn-beijing: ${SENTENCE} (FORBIDDEN)\n`,
    ]);
  });

  it("is told with the first part that it met, and how many others", async () => {
    const { exitCode, errors } = await run({ node: createRun({ instanceInvocations: rows({ instance: refused }) }) }, [
      "show",
      "AXIAid",
    ]);
    expect([exitCode, errors]).toEqual([
      4,
      "cloud-assistant: incomplete: node.instanceInvocations.nodes.0.instance and 2 more: " +
        `ECS cn-beijing: ${SENTENCE}\n`,
    ]);
  });

  it("is another if another source, or the same one for another reason, fails", async () => {
    const other = { ...FAILING, regionId: "cn-hangzhou" };
    const late = { ...FAILING, error: { ...FAILING.error, code: "TIMEOUT", message: "No answer." } };
    const root = { invocations: inTurn([connection([], "a", [FAILING]), connection([], null, [late, other])]) };
    const { errors } = await run(root, ["list", "--instance", "web-1"]);
    expect(errors.split("\n").slice(0, 2)).toEqual([
      `cloud-assistant: incomplete: ECS cn-beijing: ${SENTENCE} (FORBIDDEN)`,
      `cloud-assistant: incomplete: ECS cn-beijing: No answer. (TIMEOUT); ECS cn-hangzhou: ${SENTENCE} (FORBIDDEN)`,
    ]);
  });
});
