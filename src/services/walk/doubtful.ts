import { type InvocationQuery, lackingQueries } from "#domain";
import type { RunPageRequest, Stretch } from "#store";
import type { PageStore } from "../view/index.ts";
import type { PageSource } from "./source.ts";

/** True if the stretch holds a run that one of `lackingQueries` means */
export async function hasDoubtful(
  store: Pick<PageStore, "readPage">,
  lacking: readonly InvocationQuery[],
  stretch: Stretch,
  asker: RunPageRequest["asker"],
): Promise<boolean> {
  const projection = { output: false, content: false };
  for (const query of lacking) {
    const request = { stretches: [stretch], query, direction: 1, limit: 1, projection, asker } as const;
    if ((await store.readPage(request)).length > 0) return true;
  }
  return false;
}

/** The doubt about runs of a source, by the lists that were read of it. */
export function doubtOf({ lists }: Pick<PageSource, "lists">, query: InvocationQuery): readonly InvocationQuery[] {
  const isApplied = (name: "instanceId" | "commandId") =>
    lists.length > 0 && lists.every(({ applied }) => applied[name] !== undefined);
  const { instanceId, commandId } = query;
  return lackingQueries(query, {
    ...(isApplied("instanceId") && { instanceId }),
    ...(isApplied("commandId") && { commandId }),
  } as InvocationQuery);
}
