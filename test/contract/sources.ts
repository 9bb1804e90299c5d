import type { FarCall } from "./upstream.ts";
import { createPlace, manyRuns, type Place } from "./world.ts";

const SERVER = "f".repeat(32);

/** Two regions of ECS and one of SWAS, whose runs are told apart by how their ids begin. */
export function createSources(): Record<string, Place> {
  return {
    "ECS/cn-hangzhou": createPlace(manyRuns(60, "t-h", { perSecond: 2 })),
    "ECS/cn-beijing": createPlace(manyRuns(60, "t-b", { perSecond: 2 })),
    "SWAS/cn-hangzhou": createPlace(manyRuns(60, "t-s", { perSecond: 2, instanceId: SERVER })),
  };
}

/** Whether a call reads the one source whose runs begin with `t-b`. */
export function isOfBeijing({ regionId }: FarCall): boolean {
  return regionId === "cn-beijing";
}
