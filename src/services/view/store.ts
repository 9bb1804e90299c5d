import type { View } from "#access";
import { type Execution, mapInBreaks } from "#domain";
import type { OutlineDetail, RunOutline, RunPageRequest, RunStore, StoredRun } from "#store";
import { maySeeRun } from "./sight.ts";

/** What of the store pages are answered from. */
export type PageStore = Pick<RunStore, "readPage" | "readRuns" | "readOutlines" | "readUnfinished" | "count">;

/** As executions count. */
const SIGHT_WEIGHT = 10;

/** Runs of a view. Pages are as long as they are for others: runs in between that the view does not hold are passed over. */
export function limitStore(store: PageStore, view: View): PageStore {
  const stretchesOf = ({ stretches }: Pick<RunPageRequest, "stretches">) =>
    stretches.filter(({ source }) => view.maySee(source));
  const isSeen = ({ run }: StoredRun) => maySeeRun(view, run);
  const dependsOnNames = (stretches: RunPageRequest["stretches"]) =>
    stretches.some(({ source }) => view.rightsFor(source).dependsOnCommandName);
  // Who goes through outputs looks at what is here, without asking anybody for each of them.
  const show = (stored: StoredRun): StoredRun => {
    const instances = withoutDenied(view, stored.run, stored.run.instances);
    return instances === stored.run.instances ? stored : { ...stored, run: { ...stored.run, instances } };
  };

  async function readPage(request: RunPageRequest): Promise<readonly StoredRun[]> {
    const stretches = stretchesOf(request);
    const read = (limit: number) => store.readPage({ ...request, stretches, limit });
    const seen = await readSeen(request.limit, read, isSeen, dependsOnNames(stretches));
    return cut(seen, request).map(show);
  }

  return {
    readPage,
    readUnfinished: async (source, limit) =>
      view.maySee(source)
        ? (await readSeen(limit, (more) => store.readUnfinished(source, more), isSeen, true)).slice(0, limit).map(show)
        : [],
    async readOutlines(request) {
      const stretches = stretchesOf(request);
      const { outlines, next } = await store.readOutlines({ ...request, stretches });
      const seen = await keepSeen(outlines, (run) => maySeeRun(view, run), dependsOnNames(stretches));
      return { outlines: seen.map((run) => outlineFor(view, run, request.detail)), next };
    },
    readRuns: async (...asked) =>
      (await store.readRuns(...asked)).map((stored) => (stored === null || !isSeen(stored) ? null : show(stored))),
    async count(request) {
      const { stretches } = request;
      if (!dependsOnNames(stretches)) {
        return store.count({ ...request, stretches: stretchesOf(request) });
      }
      const limit = Number.MAX_SAFE_INTEGER;
      const projection = { output: false, content: false };
      return (await readPage({ ...request, direction: 1, limit, projection })).length;
    },
  };
}

/** What is seen of what is read: as many as are wanted, or all. @param isByName whether sight depends on the names of commands */
async function readSeen<Read>(
  wanted: number,
  read: (limit: number) => Promise<readonly Read[]>,
  isSeen: (one: Read) => boolean,
  isByName: boolean,
): Promise<readonly Read[]> {
  for (let limit = wanted; ; limit *= 2) {
    const found = await read(limit);
    const seen = await keepSeen(found, isSeen, isByName);
    if (found.length < limit || seen.length >= wanted) return seen;
  }
}

/** Those that are seen. With hundreds of roles a look at a name takes 0.1 ms, and all runs may be looked at. */
async function keepSeen<Read>(
  found: readonly Read[],
  isSeen: (one: Read) => boolean,
  isByName: boolean,
): Promise<readonly Read[]> {
  const sights = isByName ? await mapInBreaks(found, () => SIGHT_WEIGHT, isSeen) : found.map(isSeen);
  return found.filter((_one, position) => sights[position]);
}

/** Outlines may make their executions anew each time they are read: who may see all of them goes on with the same one. */
function outlineFor(view: View, run: RunOutline, detail: OutlineDetail): RunOutline {
  const mayLack = detail === "OUTPUTS" && !view.rightsFor(run.source).forCommand(run.command.name).outputs;
  return mayLack ? { ...run, executions: withoutDenied(view, run, run.executions) } : run;
}

function tellsNothing({
  output,
  pastOutput,
  keptOutput,
}: Partial<Pick<Execution, "output" | "pastOutput" | "keptOutput">>): boolean {
  return output === undefined && pastOutput === undefined && keptOutput === undefined;
}

/** Executions of a run without the outputs that no role gives; the same object if nothing is taken away. */
function withoutDenied<One extends Partial<Pick<Execution, "output" | "pastOutput" | "keptOutput">>>(
  view: View,
  { source, command }: Pick<RunOutline, "source" | "command">,
  executions: readonly One[],
): readonly One[] {
  const { outputs } = view.rightsFor(source).forCommand(command.name);
  if (outputs || executions.every(tellsNothing)) return executions;
  return executions.map(
    ({ pastOutput: _past, keptOutput: _kept, ...one }) => ({ ...one, output: undefined }) as unknown as One,
  );
}

function cut(seen: readonly StoredRun[], { direction, limit }: RunPageRequest): readonly StoredRun[] {
  return direction > 0 ? seen.slice(0, limit) : seen.slice(Math.max(0, seen.length - limit));
}
