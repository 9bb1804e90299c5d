import { beforeEach, describe, expect, it } from "@jest/globals";
import { type InvocationQuery, instanceKey } from "#domain";
import type { StoreOfTest } from "../conformance.ts";
import { at, ECS, idsOf, itemOf, runAt, SWAS, whole } from "../records.ts";

const COMMAND = { commandId: "c-2", name: "df -h", description: null, type: "RUN_BAT_SCRIPT", content: null } as const;

const TIMEOUT = { code: "ExecutionTimeout", info: null } as const;

/** Each way to narrow a page, what it leaves, and that counts agree. */
export function describeFilters(store: StoreOfTest): void {
  const cases: readonly (readonly [name: string, query: InvocationQuery, ids: readonly string[]])[] = [
    ["a run", { invokeId: "t-2" }, ["t-2"]],
    ["a command's id", { commandId: "c-2" }, ["t-2"]],
    ["a command's name", { commandName: "df -h" }, ["t-2"]],
    ["a name that is only the beginning of one", { commandName: "df" }, []],
    ["a command's type", { commandType: "RUN_BAT_SCRIPT" }, ["t-2"]],
    ["an instance", { instanceId: "i-7" }, ["t-5", "t-3"]],
    ["runs with a schedule", { timed: true }, ["t-4", "t-3"]],
    ["runs without a schedule", { timed: false }, ["t-5", "t-2", "t-1", "t-never"]],
    ["a label", { tags: [{ key: "team" }] }, ["t-5", "t-1"]],
    ["a label with a value", { tags: [{ key: "team", value: "db" }] }, ["t-5"]],
    ["several labels", { tags: [{ key: "team" }, { key: "env", value: "prod" }] }, ["t-1"]],
    ["a label whose key runs into its value", { tags: [{ key: "team=d", value: "b" }] }, []],
    ["no label at all", { tags: [] }, []],
    ["a resource group", { resourceGroupId: "rg-1" }, ["t-4"]],
    ["states", { statusIn: ["FAILED", "RUNNING"] }, ["t-3", "t-2"]],
    ["no state at all", { statusIn: [] }, []],
    ["times from one on", { createdAfter: at(4) }, ["t-5", "t-4"]],
    ["times before one", { createdBefore: at(2) }, ["t-1"]],
    ["times between two", { createdAfter: at(2), createdBefore: at(4) }, ["t-3", "t-2"]],
    ["states of servers", { instanceStatusIn: ["FAILED", "RUNNING"] }, ["t-5", "t-3"]],
    [
      "states of servers that ended well",
      { instanceStatusIn: ["SUCCESS"] },
      ["t-5", "t-4", "t-3", "t-2", "t-1", "t-never"],
    ],
    ["no state of servers at all", { instanceStatusIn: [] }, []],
    ["a part of a command's name, in any case", { commandNameContains: "F -" }, ["t-2"]],
    ["a part that is written otherwise", { commandNameContains: "ÜR" }, ["t-4"]],
    ["a part beyond the usual letters", { commandNameContains: "😀\u0000x" }, ["t-4"]],
    ["a part that stands nowhere, though a keeper may write it so", { commandNameContains: "\u013d" }, []],
    ["a part of nothing", { commandNameContains: "" }, ["t-5", "t-4", "t-3", "t-2", "t-1"]],
    ["error codes", { errorCodeIn: ["ExecutionTimeout", "odd\u0000"] }, ["t-5"]],
    ["exit codes", { exitCodeIn: [2, -1] }, ["t-5", "t-3"]],
    ["exit codes of what ended well", { exitCodeIn: [0] }, ["t-4", "t-3", "t-2", "t-1", "t-never"]],
    ["no exit code at all", { exitCodeIn: [] }, []],
    ["ends from one on", { finishedAfter: at(7) }, ["t-5", "t-2"]],
    ["ends before one", { finishedBefore: at(7) }, ["t-1"]],
    ["ends between two", { finishedAfter: at(6), finishedBefore: at(9) }, ["t-2", "t-1"]],
    ["repeat modes", { repeatModeIn: ["Period", "odd"] }, ["t-4"]],
    [
      "servers",
      { instanceKeyIn: new Set(["i-7", "i-9"].map((instanceId) => instanceKey({ source: ECS, instanceId }))) },
      ["t-5", "t-3"],
    ],
    ["servers of another source", { instanceKeyIn: new Set([instanceKey({ source: SWAS, instanceId: "i-7" })]) }, []],
    ["servers that cannot be shown", { lacks: "INSTANCES" }, ["t-4", "t-2"]],
    ["servers that are not told whole", { lacks: "FIELDS" }, ["t-4", "t-3", "t-2"]],
    ["servers that cannot be shown, of runs in a state", { lacks: "INSTANCES", statusIn: ["FAILED"] }, ["t-2"]],
    ["no server at all", { instanceKeyIn: new Set<string>() }, []],
    ["what happened on servers, each on any of them", { instanceStatusIn: ["FAILED"], exitCodeIn: [-1] }, ["t-5"]],
    [
      "everything at once",
      { statusIn: ["SUCCESS"], instanceId: "i-7", createdAfter: at(1), tags: [{ key: "team" }] },
      ["t-5"],
    ],
    ["nothing", {}, ["t-5", "t-4", "t-3", "t-2", "t-1", "t-never"]],
  ];

  describe("finds by", () => {
    beforeEach(async () => {
      await store().write({
        source: ECS,
        readAt: 1,
        runs: [
          runAt(1, "t-1", {
            tags: [
              { key: "team", value: "web" },
              { key: "env", value: "prod" },
            ],
            instances: [itemOf({ invokeId: "t-1", exitCode: 0, finishTime: at(6) })],
          }),
          runAt(2, "t-2", {
            command: COMMAND,
            status: "FAILED",
            missingInstances: 1,
            instances: [
              itemOf({ invokeId: "t-2", finishTime: at(8) }),
              itemOf({ invokeId: "t-2", instanceId: "i-2", finishTime: at(2) }),
            ],
          }),
          runAt(3, "t-3", {
            status: "RUNNING",
            timed: true,
            instances: [
              itemOf({ invokeId: "t-3", status: "RUNNING", exitCode: 2, isComplete: false }),
              itemOf({ invokeId: "t-3", instanceId: "i-8", isComplete: false }),
              itemOf({ invokeId: "t-3", instanceId: "i-7", status: "PENDING", finishTime: at(7) }),
            ],
          }),
          runAt(4, "t-4", {
            repeatMode: "Period",
            missingInstances: 300,
            timed: null,
            resourceGroupIds: ["rg-0", "rg-1"],
            command: { ...COMMAND, commandId: "c-1", name: "für 😀\u0000X", type: "RUN_SHELL_SCRIPT" },
          }),
          runAt(5, "t-5", {
            tags: [{ key: "team", value: "db" }],
            instances: [
              itemOf({ invokeId: "t-5", status: "FAILED", exitCode: 1, error: TIMEOUT, finishTime: at(9) }),
              itemOf({ invokeId: "t-5", instanceId: "i-7", exitCode: -1 }),
            ],
          }),
          runAt(null, "t-never", { command: { ...COMMAND, commandId: null, name: null, type: null } }),
        ],
      });
    });

    it.each(cases)("%s", async (_name, query, ids) => {
      expect(await idsOf(store(), { query })).toEqual(ids);
      expect(await idsOf(store(), { query, direction: -1, limit: 1 })).toEqual(ids.slice(-1));
      expect(await store().count({ stretches: [whole(ECS)], query })).toBe(ids.length);
    });
  });
}
