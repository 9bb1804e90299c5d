import type { View } from "#access";
import type { Sync } from "#sync";

/**
 * Lists of results as a view may see them. They tell no command's name, so where rights depend on it there are none: the runs
 * of lists alone are shown there.
 */
export function limitResultLists(lists: Sync["resultLists"], view: View): Sync["resultLists"] {
  return {
    async read(source, query, isNewest, isEnough, operation) {
      const { always, dependsOnCommandName } = view.rightsFor(source);
      if (!always.runs || dependsOnCommandName) return null;
      const listed = await lists.read(source, query, isNewest, isEnough, operation);
      if (listed === null || always.outputs) return listed;
      return { ...listed, results: listed.results.map((result) => ({ ...result, output: null })) };
    },
  };
}
