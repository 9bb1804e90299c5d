import { type InvocationQuery, lackingQuery } from "#domain";
import type { RunPageRequest, Stretch } from "#store";
import type { PageStore } from "../view/index.ts";
import type { PageSource } from "./source.ts";

/** True if the stretch holds a run that `lackingQuery` tells of. @param lacking null for a query by which no run is in doubt */
export async function hasDoubtful(
  store: Pick<PageStore, "readPage">,
  lacking: InvocationQuery | null,
  stretch: Stretch,
  pause: RunPageRequest["pause"],
): Promise<boolean> {
  if (lacking === null) return false;
  const projection = { output: false, content: false };
  const request = { stretches: [stretch], query: lacking, direction: 1, limit: 1, projection, pause } as const;
  return (await store.readPage(request)).length > 0;
}

/** The doubt about runs of a source, by the lists that were read of it. */
export function doubtOf({ lists }: Pick<PageSource, "lists">, query: InvocationQuery): InvocationQuery | null {
  const isOfInstance = lists.length > 0 && lists.every((list) => list.isOfInstance);
  return lackingQuery(query, isOfInstance);
}
