import type { Invocation } from "#domain";
import { byTotalOrder, nameOf, type PlannedWorld } from "./drift.ts";
import { createGateway, walkAll } from "./gateway.ts";

/** What went wrong in a walk; three empty lists where nothing did. */
export interface Verdict {
  /** Runs that were there all the time and were not seen. */
  readonly lost: readonly string[];
  /** Runs seen more than once. */
  readonly doubled: readonly string[];
  /** Runs that came behind a later one, on one page; across pages too where no source failed. */
  readonly outOfOrder: readonly string[];
}

/**
 * Walks a world once and judges what was seen. `isKnown` says that somebody has walked it before, so that the gateway knows whether
 * runs without a creation time stand among the others.
 */
export async function judgeWalk(world: PlannedWorld, direction: 1 | -1, isKnown = false): Promise<Verdict> {
  const known = new Map(world.sources.flatMap((one) => one.runs).map((run) => [nameOf(run), run]));
  const learn = (): void => {
    for (const run of world.sources.flatMap((one) => one.runs)) known.set(nameOf(run), run);
  };
  // Backwards, lists with strays are looked through for as long as it takes.
  const gateway = createGateway(world.sources, { scanBudget: 2_000 });
  if (isKnown) await walkAll(gateway, { size: 100, direction: 1 });
  const record = await walkAll(gateway, {
    size: world.plan.pageSize,
    direction,
    between: () => {
      world.drift();
      learn();
    },
  });
  learn();
  const seen = record.pages.flat();
  const ordered = world.plan.failOneIn > 0 ? record.pages : [seen];
  return {
    lost: world.steady().filter((name) => !seen.includes(name)),
    doubled: seen.filter((name, position) => seen.indexOf(name) !== position),
    outOfOrder: ordered.flatMap((names) => misplaced(names, known, direction)),
  };
}

function misplaced(
  names: readonly string[],
  known: ReadonlyMap<string, Invocation>,
  direction: 1 | -1,
): readonly string[] {
  return names.filter((name, position) => {
    const run = known.get(name);
    const before = known.get(names[position - 1] ?? "");
    return run !== undefined && before !== undefined && direction * byTotalOrder(before, run) >= 0;
  });
}
