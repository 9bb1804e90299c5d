import { beforeEach, describe, expect, it } from "@jest/globals";
import type { InvocationQuery } from "#domain";
import type { StoreOfTest } from "../conformance.ts";
import { at, ECS, idsOf, itemOf, runAt, whole } from "../records.ts";

const COMMAND = { commandId: "c-2", name: "df -h", description: null, type: "RUN_BAT_SCRIPT", content: null } as const;

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
    ["a resource group", { resourceGroupId: "rg-1" }, ["t-4"]],
    ["states", { statusIn: ["FAILED", "RUNNING"] }, ["t-3", "t-2"]],
    ["no state at all", { statusIn: [] }, []],
    ["times from one on", { createdAfter: at(4) }, ["t-5", "t-4"]],
    ["times before one", { createdBefore: at(2) }, ["t-1"]],
    ["times between two", { createdAfter: at(2), createdBefore: at(4) }, ["t-3", "t-2"]],
    [
      "everything at once",
      { statusIn: ["SUCCESS"], instanceId: "i-7", createdAfter: at(1), tags: [{ key: "team" }] },
      ["t-5"],
    ],
    ["nothing", {}, ["t-5", "t-4", "t-3", "t-2", "t-1", "t-never"]],
  ];

  describe("finds by", () => {
    beforeEach(async () => {
      const onSeven = (invokeId: string) => [itemOf({ invokeId }), itemOf({ invokeId, instanceId: "i-7" })];
      await store().write({
        source: ECS,
        readAt: 1,
        runs: [
          runAt(1, "t-1", {
            tags: [
              { key: "team", value: "web" },
              { key: "env", value: "prod" },
            ],
          }),
          runAt(2, "t-2", { command: COMMAND, status: "FAILED" }),
          runAt(3, "t-3", { status: "RUNNING", timed: true, instances: onSeven("t-3") }),
          runAt(4, "t-4", { repeatMode: "Period", timed: null, resourceGroupIds: ["rg-0", "rg-1"] }),
          runAt(5, "t-5", { tags: [{ key: "team", value: "db" }], instances: onSeven("t-5") }),
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
