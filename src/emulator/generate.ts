import type { RegionStore } from "./store.ts";
import { createRegionStore } from "./store.ts";
import { createWorld } from "./world.ts";

/** The generated world. */
export function generateRegions(_seed: number, now: () => number): readonly RegionStore[] {
  const runs = (count: number) => Array.from({ length: count }, (_, i) => ({ creationTime: now() - i * 60_000 }));
  const world = createWorld({
    ecs: { "cn-hangzhou": { invocations: runs(120) }, "cn-shanghai": { invocations: runs(60) } },
    swas: { "cn-hongkong": { invocations: runs(80) } },
  });
  return world.regions.map((region) => createRegionStore(region));
}
