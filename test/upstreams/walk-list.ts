import type { Operation } from "#domain";
import type { Place, RunList, RunListPage } from "#upstreams";

/** More answers than any list of these tests needs. */
const MAX_ANSWERS = 60;

/** Every answer of a list, from its newest run to its end by `next`. */
export async function readToEnd(list: RunList, operation: Operation): Promise<readonly RunListPage[]> {
  const pages: RunListPage[] = [];
  for (let place: Place | null = null; pages.length < MAX_ANSWERS; ) {
    const page: RunListPage = await list.read(place, operation);
    pages.push(page);
    if (page.next === null) return pages;
    // A place is stored between two answers.
    place = JSON.parse(JSON.stringify(page.next)) as Place;
  }
  throw new Error(`the list does not end within ${MAX_ANSWERS} answers`);
}

/** The runs of several answers, each once, in the order in which they first came. */
export function idsOf(pages: readonly RunListPage[]): readonly string[] {
  return [...new Set(pages.flatMap(({ runs }) => runs.map(({ invokeId }) => invokeId)))];
}
