import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const NOON = Date.UTC(2026, 0, 2, 12);
const PAGE = `query ($first: Int, $after: String) { page: invocations(first: $first, after: $after) {
  nodes { invokeId } pageInfo { hasNextPage endCursor } totalCount sources { ok isComplete error { code message } } } }`;

interface Page {
  readonly nodes: readonly { readonly invokeId: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly totalCount: number | null;
  readonly sources: readonly { readonly isComplete: boolean; readonly error: { readonly code: string } | null }[];
}

async function walkPages(first: number): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (let after: string | null = null; pages.length < 40; ) {
    const { data } = await rig.ask(PAGE, { first, after });
    pages.push(data.page);
    if (!data.page.pageInfo.hasNextPage) return pages;
    after = data.page.pageInfo.endCursor;
  }
  return pages;
}

const idsOf = (pages: readonly Page[]) => pages.flatMap(({ nodes }) => nodes.map(({ invokeId }) => invokeId));
const areComplete = (pages: readonly Page[]) => pages.map(({ sources }) => sources[0]?.isComplete);

/** Runs a minute apart, one of which the upstream lists behind so many later ones. */
function withLate(position: number, later: number): readonly Run[] {
  return manyRuns(200, "t-l").map((run, index) => {
    const at = NOON - index * 60_000;
    if (index !== position) return { ...run, at };
    return { ...run, at: at - later * 60_000 - 1_000, wire: { CreationTime: new Date(at).toISOString() } };
  });
}

describe("a run that the upstream lists late, behind runs that were created before it", () => {
  it.each([
    ["ECS", { tokens: true }, 50, 5, 500],
    ["ECS", { tokens: true }, 20, 5, 500],
    ["ECS", { tokens: false }, 50, 5, 500],
    ["SWAS", {}, 50, 5, 500],
    ["SWAS", {}, 20, 5, 500],
    ["ECS", { tokens: true }, 20, 30, 45],
    ["SWAS", {}, 20, 30, 45],
  ])(
    "is in every walk, or the page that meets it says that it is not: %s %j, pages of %i, place %i",
    async (product, habits, size, place, later) => {
      rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace(withLate(place, later), habits) });
      const first = await walkPages(size);
      const missing = 200 - new Set(idsOf(first)).size;
      expect(missing).toBe(1);
      expect(areComplete(first).filter((isComplete) => isComplete === false)).toEqual([false]);
      const told = first.flatMap(({ sources }) => sources.flatMap(({ error }) => error ?? []));
      expect(told).toEqual([
        {
          code: "BAD_RESPONSE",
          message: "The list showed a run too late, among older ones: these pages lack it, and a new list has it.",
        },
      ]);
      const second = await walkPages(size);
      expect([new Set(idsOf(second)).size, areComplete(second).every(Boolean)]).toEqual([200, true]);
      expect(second.flatMap(({ sources }) => sources.flatMap(({ error }) => error ?? []))).toEqual([]);
    },
  );

  /** As the upstream lists them, whatever their times are. */
  const listed = (runs: readonly Run[]) =>
    runs.map((run, index) => ({
      ...run,
      at: NOON - index * 1_000,
      wire: { CreationTime: new Date(run.at).toISOString() },
    }));
  const apart = (count: number) => manyRuns(count, "t-l").map((run, index) => ({ ...run, at: NOON - index * 60_000 }));
  const moved = (runs: readonly Run[], from: number, to: number) => {
    const others = runs.toSpliced(from, 1);
    return others.toSpliced(to, 0, ...runs.slice(from, from + 1));
  };
  const old = moved(apart(180), 174, 0);

  it.each([
    ["one old run comes first, and a late one far back", moved(old, 10, 120), 1, [true, false]],
    ["the newest run comes far back", moved(apart(180), 0, 120), 1, [true, false]],
  ])("is never lost without a word: %s", async (_name, runs, missing, modes) => {
    for (const tokens of modes) {
      rig = await startRig({ "ECS/cn-hangzhou": createPlace(listed(runs), { tokens }) }, { FRESHNESS_MS: "1" });
      const first = await walkPages(20);
      const lost = runs.length - new Set(idsOf(first)).size;
      expect(lost).toBe(missing);
      expect(areComplete(first)).toContain(false);
      expect(new Set(idsOf(await walkPages(20))).size).toBe(runs.length);
      await rig.stop();
    }
  });

  it("and a list that shows an old run first is refreshed with one call", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(listed(old), { tokens: true }) }, { FRESHNESS_MS: "1" });
    const pages = await walkPages(20);
    expect([new Set(idsOf(pages)).size, areComplete(pages).every(Boolean)]).toEqual([180, true]);
    rig.far.calls.length = 0;
    await rig.ask(PAGE, { first: 20, after: null });
    expect(rig.far.calls).toHaveLength(1);
  });

  it("is no sign of anything within a minute of the newest run, nor if what is new arrives", async () => {
    const newest = Math.floor(Date.now() / 1_000) * 1_000;
    const runs = manyRuns(120, "t-n").map((run, index) => ({ ...run, at: newest - index * 1_000 }));
    const [late, ...others] = runs;
    const place = createPlace(others, { tokens: false });
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
    const { data } = await rig.ask(PAGE, { first: 20, after: null });
    if (late !== undefined) place.runs.unshift(late);
    place.runs.unshift({ ...runs[0], invokeId: "t-arrived", at: newest + 1_000 } as Run);
    const pages = await walkPages(20);
    const { data: next } = await rig.ask(PAGE, { first: 100, after: data.page.pageInfo.endCursor });
    expect(areComplete([data.page, ...pages, next.page]).every(Boolean)).toBe(true);
    expect(new Set(idsOf(pages)).size).toBe(121);
  });
});
