import { type Layer, regionIdOf } from "../../../src/emulator/http/index.ts";
import type { Region, Run } from "../../../src/emulator/world/index.ts";
import { between } from "../../../src/emulator/world/random.ts";
import type { Drift } from "./drift.ts";
import type { WorldHandle } from "./handle.ts";
import type { ScriptedRegion } from "./region.ts";

/** Actions whose lists drift: runs arrive and vanish before they are read. */
const RUN_LISTS: ReadonlySet<string> = new Set([
  "DescribeInvocations",
  "DescribeInvocationResults",
  "DescribeCommandInvocations",
]);

/** Lets runs arrive and vanish before a list of runs is read. */
export function createMovement(regions: readonly ScriptedRegion[], world: WorldHandle, drift: () => Drift): Layer {
  return (next) => (call) => {
    drift().calls += 1;
    const region = regions.find((each) => each.product === call.product && each.regionId === regionIdOf(call));
    if (region !== undefined && RUN_LISTS.has(call.action)) move(region, world, drift(), call.at);
    return next(call);
  };
}

function move(region: ScriptedRegion, world: WorldHandle, { options, random }: Drift, at: number): void {
  const { arrivals, vanishing = 0, retentionMs = Number.POSITIVE_INFINITY } = options;
  for (let left = arrivals ? between(random, 0, arrivals) : 0; left > 0; left -= 1) {
    world.addInvocation(region.product, region.regionId, {});
  }
  const oldest = region.runs().at(-1);
  if (oldest !== undefined && random() < vanishing) region.removeRun(oldest.invokeId);
  for (const run of region.runs()) {
    if (run.creationTime !== null && run.creationTime < at - retentionMs) region.removeRun(run.invokeId);
  }
}

/** The same region as drift lets it be seen. */
export function createDriftingRegion(region: Region, drift: () => Drift, now: () => number): Region {
  const isHidden = ({ creationTime }: Run) => {
    const { hiddenForMs } = drift().options;
    return hiddenForMs !== undefined && creationTime !== null && creationTime > now() - hiddenForMs;
  };
  return {
    ...region,
    get showsTimed() {
      return drift().options.showsTimed ?? false;
    },
    runs: () =>
      drift().options.hiddenForMs === undefined ? region.runs() : region.runs().filter((run) => !isHidden(run)),
    run(invokeId) {
      const run = region.run(invokeId);
      return run === undefined || isHidden(run) ? undefined : run;
    },
  };
}
