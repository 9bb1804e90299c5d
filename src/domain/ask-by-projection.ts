import type { Projection } from "./query.ts";

/**
 * Asks one question for all that is wanted with the same projection, instead of one for each ref. Answers in the order of the refs.
 * @param projectionOf what is wanted of a ref; null if nobody is to be asked for it, which is answered by null
 */
export async function askByProjection<Ref, Found>(
  refs: readonly Ref[],
  projectionOf: (ref: Ref, position: number) => Projection | null,
  ask: (refs: readonly Ref[], projection: Projection) => Promise<readonly Found[]>,
): Promise<readonly (Found | null)[]> {
  const groups = new Map<string, { readonly projection: Projection; readonly positions: number[] }>();
  refs.forEach((ref, position) => {
    const projection = projectionOf(ref, position);
    if (projection === null) return;
    const name = `${projection.output},${projection.content}`;
    const group = groups.get(name) ?? { projection, positions: [] };
    group.positions.push(position);
    groups.set(name, group);
  });
  const answers = new Array<Found | null>(refs.length).fill(null);
  await Promise.all(
    [...groups.values()].map(async ({ projection, positions }) => {
      const asked = positions.map((position) => refs[position] as Ref);
      const found = await ask(asked, projection);
      positions.forEach((position, n) => {
        answers[position] = found[n] as Found;
      });
    }),
  );
  return answers;
}
