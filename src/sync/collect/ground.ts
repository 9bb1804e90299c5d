import type { Clock, InvocationQuery, Operation, Projection, Source } from "#domain";
import { LIST_END, LIST_HEAD, type RunStore } from "#store";
import type { KnownList } from "../lists/index.ts";
import type { Sync } from "../readers/index.ts";
import type { CollectOptions } from "./collect-shapes.ts";

/** One kind of thing that collecting a source does, call by call. */
export interface Step {
  /** Milliseconds until there is something to do: 0 now, null if nothing is foreseen. Costs no upstream call. */
  dueMs(): Promise<number | null>;
  /** Does a part of it: few calls, so that the others have their turns. @throws UpstreamError */
  run(operation: Operation): Promise<void>;
}

/** How old newest ends, and runs that go on, may be: while nothing else is to be read, and while there is. */
const CALM_MS = 30_000;
const BUSY_MS = 120_000;

/** What the steps of one source share. */
export interface Ground {
  readonly source: Source;
  readonly sync: Sync;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly options: CollectOptions;
  /** The lists of all runs, as they were opened last. */
  lists(): readonly KnownList[];
  /** Opens them anew. @throws UpstreamError */
  open(operation: Operation): Promise<void>;
  /** How old what still moves may be, in milliseconds. */
  intervalMs(): number;
  /** True once the lists were opened. */
  isOpened: boolean;
  /** True while older runs are to be read. */
  isReading: boolean;
}

const ALL_RUNS: InvocationQuery = {};

/** Starts without lists. */
export function createGround(parts: Pick<Ground, "source" | "sync" | "store" | "clock" | "options">): Ground {
  const { source, sync, options } = parts;
  let lists: readonly KnownList[] = [];
  const ground: Ground = {
    ...parts,
    isOpened: false,
    isReading: true,
    lists: () => lists,
    intervalMs: () => (ground.isReading ? BUSY_MS : CALM_MS),
    async open(operation) {
      // Lists that bring outputs along bring them at no further cost.
      const isAlong = options.outputs && sync.book.findUpstream(source)?.listedOutputs !== undefined;
      const projection: Projection = { output: isAlong, content: false };
      lists = await sync.openLists(source, ALL_RUNS, projection, operation);
      ground.isOpened = true;
    },
  };
  return ground;
}

/** Down to which time a list is known without a gap. */
export function bottomOfList(list: KnownList): Promise<number> {
  return list.boundBelow(LIST_HEAD);
}

/** True if nothing that is kept lies below this time. */
export function isDeepEnough(bottom: number, { oldestRun }: CollectOptions): boolean {
  return bottom === LIST_END || bottom < oldestRun();
}
