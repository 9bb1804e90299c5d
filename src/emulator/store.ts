import type { CommandRecord, InstanceRecord, Product, Run } from "./model.ts";
import type { RegionWorld } from "./world.ts";

/** What lies in one region of one product, as it is at the moment of asking. */
export interface RegionStore {
  readonly product: Product;
  readonly regionId: string;
  readonly localName: string;
  readonly outputEncoding: "plain" | "base64";
  readonly isUnsupported: boolean;
  instances(): readonly InstanceRecord[];
  instance(instanceId: string): InstanceRecord | undefined;
  putInstance(instance: InstanceRecord): void;
  removeInstance(instanceId: string): boolean;
  commands(): readonly CommandRecord[];
  putCommand(command: CommandRecord): void;
  /** Newest first; runs without a creation time last; within one creation time the latest added first. */
  runs(): readonly Run[];
  run(invokeId: string): Run | undefined;
  putRun(run: Run): void;
  removeRun(invokeId: string): boolean;
  /** Larger than that of every run there is. */
  nextSequence(): number;
}

/** Where a region's runs come from, beside those that are put in. */
export interface RunSource {
  /** Runs that came up since the last call; called before every read. */
  arrivals(): readonly Run[];
  /** Runs created before this instant are gone. */
  oldest(): number;
  /** Only the newest so many are kept. */
  readonly maxRuns: number;
}

/** All regions of both products. */
export interface Store {
  regions(product: Product): readonly RegionStore[];
  region(product: Product, regionId: string): RegionStore | undefined;
}

/** A store over regions, each with its own source of further runs or none. */
export function createStore(regions: readonly RegionStore[]): Store {
  return {
    regions: (product) => regions.filter((region) => region.product === product),
    region: (product, regionId) => regions.find((region) => region.product === product && region.regionId === regionId),
  };
}

/** The same store with some runs out of sight, as replicas lag behind. */
export function hideRuns(store: Store, isHidden: (run: Run) => boolean): Store {
  const hide = (region: RegionStore): RegionStore => ({
    ...region,
    runs: () => region.runs().filter((run) => !isHidden(run)),
    run(invokeId) {
      const run = region.run(invokeId);
      return run === undefined || isHidden(run) ? undefined : run;
    },
  });
  return {
    regions: (product) => store.regions(product).map(hide),
    region(product, regionId) {
      const region = store.region(product, regionId);
      return region === undefined ? undefined : hide(region);
    },
  };
}

/** One region, filled from a world. */
export function createRegionStore(world: RegionWorld, source?: RunSource): RegionStore {
  const instances = new Map(world.instances.map((instance) => [instance.instanceId, instance]));
  const commands = new Map(world.commands.map((command) => [command.commandId, command]));
  const runs = new Map(world.runs.map((run) => [run.invokeId, run]));
  let sequence = world.runs.reduce((highest, run) => Math.max(highest, run.sequence), 0);
  let sorted: readonly Run[] | null = null;

  function put(run: Run): void {
    sequence = Math.max(sequence, run.sequence);
    runs.set(run.invokeId, run);
    sorted = null;
  }

  function current(): readonly Run[] {
    for (const run of source?.arrivals() ?? []) put(run);
    sorted ??= [...runs.values()].sort(newestFirst);
    if (source) sorted = prune(sorted, source);
    return sorted;
  }

  function prune(list: readonly Run[], { oldest, maxRuns }: RunSource): readonly Run[] {
    let keep = Math.min(list.length, maxRuns);
    while (keep > 0 && (list[keep - 1]?.creationTime ?? Number.POSITIVE_INFINITY) < oldest()) keep -= 1;
    if (keep === list.length) return list;
    for (const run of list.slice(keep)) runs.delete(run.invokeId);
    return list.slice(0, keep);
  }

  return {
    product: world.product,
    regionId: world.regionId,
    localName: world.localName,
    outputEncoding: world.outputEncoding,
    isUnsupported: world.isUnsupported,
    instances: () => [...instances.values()],
    instance: (instanceId) => instances.get(instanceId),
    putInstance: (instance) => void instances.set(instance.instanceId, instance),
    removeInstance: (instanceId) => instances.delete(instanceId),
    commands: () => [...commands.values()],
    putCommand: (command) => void commands.set(command.commandId, command),
    runs: current,
    run(invokeId) {
      current();
      return runs.get(invokeId);
    },
    putRun: put,
    removeRun(invokeId) {
      sorted = null;
      return runs.delete(invokeId);
    },
    nextSequence: () => sequence + 1,
  };
}

function newestFirst(a: Run, b: Run): number {
  if (a.creationTime === b.creationTime) return b.sequence - a.sequence;
  return (b.creationTime ?? Number.NEGATIVE_INFINITY) - (a.creationTime ?? Number.NEGATIVE_INFINITY);
}
