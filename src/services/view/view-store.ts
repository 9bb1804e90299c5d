import type { View } from "#access";
import type { Invocation } from "#domain";
import type { RunPageRequest, RunStore, StoredRun } from "#store";
import { maySeeRun } from "./sight.ts";

/** What of the store pages are answered from. */
export type PageStore = Pick<RunStore, "readPage" | "readRuns" | "count">;

/** Runs of a view. Pages are as long as they are for others: runs in between that the view does not hold are passed over. */
export function limitStore(store: PageStore, view: View): PageStore {
  const isSeen = ({ run }: StoredRun) => maySeeRun(view, run);
  // Who goes through outputs looks at what is here, without asking anybody for each of them.
  const show = (stored: StoredRun): StoredRun => ({ ...stored, run: withoutDenied(view, stored.run) });

  async function readPage(request: RunPageRequest): Promise<readonly StoredRun[]> {
    const stretches = request.stretches.filter(({ source }) => view.maySee(source));
    for (let limit = request.limit; ; limit *= 2) {
      const found = await store.readPage({ ...request, stretches, limit });
      const seen = found.filter(isSeen);
      if (found.length < limit || seen.length >= request.limit) return cut(seen, request).map(show);
    }
  }

  return {
    readPage,
    readRuns: async (refs, wants) =>
      (await store.readRuns(refs, wants)).map((stored) => (stored === null || !isSeen(stored) ? null : show(stored))),
    async count({ stretches, query }) {
      if (!stretches.some(({ source }) => view.rightsFor(source).dependsOnCommandName)) {
        return store.count({ stretches: stretches.filter(({ source }) => view.maySee(source)), query });
      }
      const limit = Number.MAX_SAFE_INTEGER;
      const wants = { output: false, content: false };
      return (await readPage({ stretches, query, direction: 1, limit, wants })).length;
    },
  };
}

/** The run without the outputs that no role gives; the same object if nothing is taken away. */
function withoutDenied(view: View, run: Invocation): Invocation {
  const { outputs } = view.rightsFor(run.source).forCommand(run.command.name);
  if (outputs || run.instances.every((one) => one.output === undefined && one.pastOutput === undefined)) return run;
  return { ...run, instances: run.instances.map(({ pastOutput: _past, ...one }) => ({ ...one, output: undefined })) };
}

function cut(seen: readonly StoredRun[], { direction, limit }: RunPageRequest): readonly StoredRun[] {
  return direction > 0 ? seen.slice(0, limit) : seen.slice(Math.max(0, seen.length - limit));
}
