import type { View } from "#access";
import type { KnownList, Sync } from "#sync";
import { limitBook } from "./book.ts";
import { limitResultLists } from "./result-lists.ts";
import { limitResults } from "./results.ts";
import { limitRuns } from "./runs.ts";
import { limitServers } from "./servers.ts";
import { maskProjection } from "./sight.ts";

/**
 * The shared readers as one view sees them. What they read is kept for everybody; the view is applied to what leaves them, and
 * to what is asked for. Members that a reader gains have to be decided on here.
 */
export function limitSync(sync: Sync, view: View): Sync {
  return {
    book: limitBook(sync.book, view),
    runs: limitRuns(sync.runs, view),
    results: limitResults(sync, view),
    resultLists: limitResultLists(sync.resultLists, view),
    servers: limitServers(sync.servers, view),
    follower: sync.follower,
    async openLists(source, query, projection, operation) {
      if (!view.maySee(source)) return [];
      const lists = await sync.openLists(source, query, maskProjection(view, source, projection), operation);
      return view.rightsFor(source).dependsOnCommandName ? lists.map(withoutTotal) : lists;
    },
    findWhole: async (source) => (view.maySee(source) ? sync.findWhole(source) : null),
    oldestKnown: async (source) => (view.maySee(source) ? sync.oldestKnown(source) : null),
  };
}

/** The upstream counts also the runs that the view does not hold. */
function withoutTotal(list: KnownList): KnownList {
  return { ...list, isExact: false, total: async () => null };
}
