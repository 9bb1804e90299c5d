import { createWorld } from "../support/emulator/index.ts";

/** How many runs there are: more than one page, and many within one second. */
export const RUNS = 25;

const idOf = (index: number) => `t-${String(index).padStart(2, "0")}`;

/** Ids of all runs as every list has them: newest first, and by id within one second. */
export const RUN_IDS: readonly string[] = Array.from({ length: RUNS }, (_, index) => idOf(index));

/** A world of runs on two servers; five runs share each second. */
export const world = createWorld({
  ecs: {
    "cn-hangzhou": {
      instances: [
        { instanceId: "i-1", name: "shop-1", osType: "linux", status: "Running" },
        { instanceId: "i-2", name: "shop-2", osType: "linux", status: "Running" },
      ],
      invocations: RUN_IDS.map((invokeId, index) => ({
        invokeId,
        commandName: "disk check",
        creationTime: `2026-01-02T03:04:${String(50 - Math.floor(index / 5)).padStart(2, "0")}Z`,
        instances: [
          { instanceId: "i-1", output: "ok\n" },
          { instanceId: "i-2", output: "ok\n" },
        ],
      })),
    },
  },
});
