import type { Operation } from "#domain";
import type { OutputLack } from "#store";
import type { Ground, Step } from "./ground.ts";

/** Reads what was printed by runs that are over: failed ones first, then the newest. */
export interface Outputs extends Step {
  /** True if no output is left that was not tried. */
  isCaughtUp(): boolean;
}

/** Runs that are looked for at a time. */
const LOOK_RUNS = 200;
/** Between two looks when nothing was left. */
const LOOK_MS = 30_000;
/** After this a run is tried again whose outputs the upstream did not show. */
const TRY_AGAIN_MS = 3_600_000;

const OUTPUT = { output: true, content: false };

/** Reads one run a step, or 50 if the source's list brings outputs along. */
export function createOutputs(ground: Ground): Outputs {
  const { source, sync, store, clock, options } = ground;
  let isLastLook = false;
  let queue: readonly OutputLack[] = [];
  let nextLookAt = Number.NEGATIVE_INFINITY;
  /** When runs were tried of which outputs may still be missing, the oldest first. */
  const tried = new Map<string, number>();

  async function look(): Promise<void> {
    for (const [invokeId, at] of tried) {
      if (clock.elapsed() - at < TRY_AGAIN_MS) break;
      tried.delete(invokeId);
    }
    const limit = LOOK_RUNS + tried.size;
    const lacks = await store.readLackingOutputs(source, options.oldestOutput(), limit);
    queue = lacks.filter(({ invokeId }) => !tried.has(invokeId));
    // What is read later may lack outputs, too.
    isLastLook = !ground.isReading;
    nextLookAt = clock.elapsed() + (lacks.length < limit ? LOOK_MS : 0);
  }

  function noteTried({ invokeId }: OutputLack): void {
    tried.delete(invokeId);
    tried.set(invokeId, clock.elapsed());
  }

  async function readRun(lack: OutputLack, operation: Operation): Promise<void> {
    // Also where nothing lacks by now: a look that finds the run once more must not bring it back at once.
    noteTried(lack);
    if ((await findLacking(ground, lack)).length === 0) return;
    await readPage(ground, lack, operation);
    const instanceIds = await findLacking(ground, lack);
    if (instanceIds.length === 0) return;
    const query = { invokeId: lack.invokeId, instanceIds, includeHistory: false };
    await sync.results.read(source, query, OUTPUT, operation);
    if ((await findLacking(ground, lack)).length === 0) tried.delete(lack.invokeId);
  }

  return {
    isCaughtUp: () => !options.outputs || (queue.length === 0 && isLastLook && clock.elapsed() < nextLookAt),
    async dueMs() {
      if (!options.outputs || !ground.isOpened) return null;
      const isDue = clock.elapsed() >= nextLookAt || (!isLastLook && !ground.isReading);
      if (queue.length === 0 && isDue) await look();
      return queue.length > 0 ? 0 : Math.max(0, nextLookAt - clock.elapsed());
    },
    async run(operation) {
      const [lack, ...rest] = queue;
      queue = rest;
      if (lack !== undefined) await readRun(lack, operation);
    },
  };
}

/** Servers of the run whose outputs are not known. */
async function findLacking({ source, store }: Ground, { invokeId }: OutputLack): Promise<readonly string[]> {
  const [stored] = await store.readRuns([{ source, invokeId }], OUTPUT);
  const instances = stored?.run.instances ?? [];
  return instances.flatMap(({ instanceId, output }) => (output === undefined ? [instanceId] : []));
}

/** Reads once more the page of the list that holds the run, if it brings outputs along. */
async function readPage({ source, sync, lists }: Ground, lack: OutputLack, operation: Operation): Promise<void> {
  const [list, ...others] = lists();
  const isAlong = sync.book.findUpstream(source)?.listedOutputs !== undefined && others.length === 0;
  if (isAlong) await list?.readAgain(lack.time, operation);
}
