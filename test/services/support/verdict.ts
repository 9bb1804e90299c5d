import type { Invocation } from "#domain";
import { byTotalOrder, nameOf, PAUSE_MS, type PlannedWorld } from "./drift.ts";
import { createGateway, type WalkRecord, walkAll } from "./gateway.ts";

/** What went wrong in a walk; empty lists if nothing did. */
export interface Verdict {
  /** Runs that were there all the time and were not seen. */
  readonly lost: readonly string[];
  /** Runs seen more than once. */
  readonly doubled: readonly string[];
  /** Runs that came behind a later one, unless an earlier page said that it lacks something of their source, which failed. */
  readonly outOfOrder: readonly string[];
  /** Runs that arrived during a walk forwards and were shown on a later page. */
  readonly late: readonly string[];
}

/** Walks a world once and judges what was seen. */
export async function judgeWalk(world: PlannedWorld, direction: 1 | -1): Promise<Verdict> {
  const known = new Map(world.sources.flatMap((one) => one.runs).map((run) => [nameOf(run), run]));
  const original = new Set(known.keys());
  const learn = (): void => {
    for (const run of world.sources.flatMap((one) => one.runs)) known.set(nameOf(run), run);
  };
  const gateway = createGateway(world.sources, { clock: world.clock });
  const record = await walkAll(gateway, {
    size: world.plan.pageSize,
    direction,
    pauseMs: PAUSE_MS,
    between: (_page, shown) => {
      learn();
      if (shown <= 1) for (const name of known.keys()) original.add(name);
      world.drift();
      learn();
      if (shown === 0) for (const name of known.keys()) original.add(name);
    },
  });
  learn();
  const seen = record.pages.flat();
  const once = new Set(seen);
  return {
    lost: world.steady().filter((name) => !once.has(name)),
    doubled: once.size === seen.length ? [] : seen.filter((name, position) => seen.indexOf(name) !== position),
    outOfOrder: misplaced(record, known, direction),
    late:
      direction > 0
        ? record.pages
            .slice(1)
            .flat()
            .filter((name) => !original.has(name))
        : [],
  };
}

function misplaced(
  { pages, owing }: WalkRecord,
  known: ReadonlyMap<string, Invocation>,
  direction: 1 | -1,
): readonly string[] {
  const rows = pages.flatMap((names, page) => names.map((name) => ({ name, page })));
  return rows.flatMap(({ name, page }, position) => {
    const before = rows[position - 1];
    const [run, other] = [known.get(name), known.get(before?.name ?? "")];
    if (before === undefined || run === undefined || other === undefined) return [];
    const isOwed = owing.slice(before.page, page).some((sources) => sources.some((one) => name.startsWith(`${one} `)));
    return isOwed || direction * byTotalOrder(other, run) < 0 ? [] : [name];
  });
}
