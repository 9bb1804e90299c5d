import type { CommandRecord, InstanceRecord, Region, Run } from "../../../src/emulator/world/index.ts";
import { newestFirst } from "../../../src/emulator/world/timeline.ts";

/** A region that tests fill and change. */
export interface ScriptedRegion extends Region {
  putInstance(instance: InstanceRecord): void;
  removeInstance(instanceId: string): boolean;
  putRun(run: Run): void;
  removeRun(invokeId: string): boolean;
  /** Larger than that of every run there is. */
  nextSequence(): number;
}

/** What a region is filled with. */
export interface RegionContent extends Omit<Region, "instances" | "commands" | "runs" | "run"> {
  readonly instances: readonly InstanceRecord[];
  readonly commands: readonly CommandRecord[];
  readonly runs: readonly Run[];
}

/** A region with its content; lists of a hundred thousand runs stay cheap. */
export function createRegion(content: RegionContent): ScriptedRegion {
  const instances = new Map(content.instances.map((instance) => [instance.instanceId, instance]));
  const runs = new Map(content.runs.map((run) => [run.invokeId, run]));
  let sequence = content.runs.reduce((highest, run) => Math.max(highest, run.sequence), 0);
  let sorted: readonly Run[] | null = null;
  return {
    ...content,
    instances: () => [...instances.values()],
    commands: () => content.commands,
    runs() {
      sorted ??= [...runs.values()].sort(newestFirst);
      return sorted;
    },
    run: (invokeId) => runs.get(invokeId),
    putInstance: (instance) => void instances.set(instance.instanceId, instance),
    removeInstance: (instanceId) => instances.delete(instanceId),
    putRun(run) {
      sequence = Math.max(sequence, run.sequence);
      runs.set(run.invokeId, run);
      sorted = null;
    },
    removeRun(invokeId) {
      sorted = null;
      return runs.delete(invokeId);
    },
    nextSequence: () => sequence + 1,
  };
}
