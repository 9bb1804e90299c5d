import { afterEach, describe, expect, it } from "@jest/globals";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Place, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const NOW = Date.UTC(2026, 0, 2, 12);
const SERVER = "b".repeat(32);
const LIST = `query ($after: String) { page: invocations(first: 100, after: $after) {
  nodes { invokeId } totalCount pageInfo { hasNextPage endCursor } sources { ok isComplete } } }`;

interface Page {
  readonly nodes: readonly { readonly invokeId: string }[];
  readonly totalCount: number | null;
  readonly sources: readonly object[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

const runsFrom = (prefix: string, count: number, newest: number, apartMs: number): readonly Run[] =>
  Array.from({ length: count }, (_, index) => ({
    invokeId: `${prefix}${String(index).padStart(3, "0")}`,
    at: newest - index * apartMs,
    executions: [{ instanceId: SERVER }],
  }));

/** What a walk shows that begins a minute later. */
async function walkLater(clock: FakeClock) {
  await clock.advance(60_000);
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const { data } = await rig.ask(LIST, { after });
    const { nodes, totalCount, sources, pageInfo }: Page = data.page;
    ids.push(...nodes.map(({ invokeId }) => invokeId));
    if (!pageInfo.hasNextPage) return { ids: ids.sort(), totalCount, sources };
    after = pageInfo.endCursor;
  }
}

const allOf = ({ runs }: Place) => ({
  ids: runs.map(({ invokeId }) => invokeId).sort(),
  totalCount: runs.length,
  sources: [{ ok: true, isComplete: true }],
});

describe.each([
  ["ECS", { tokens: true }],
  ["ECS", { tokens: false }],
  ["SWAS", {}],
])("a run that is dated ahead of the clock: %s %j", (product, habits) => {
  it.each([
    [2, 70],
    [10, 120],
    [10, 300],
  ])("by %i minutes hides none of %i runs that come after it", async (minutes, count) => {
    const clock = createFakeClock(NOW);
    const ahead = runsFrom("t-ahead", 1, NOW + minutes * 60_000, 0);
    const place = createPlace([...ahead, ...runsFrom("t-old", 30, NOW - 300_000, 1_000)], habits);
    rig = await startRig({ [`${product}/cn-hangzhou`]: place }, { FRESHNESS_MS: "1000" }, clock);
    expect(await walkLater(clock)).toEqual(allOf(place));
    place.runs.push(...runsFrom("t-new", count, NOW + 60_000, 150));
    expect(await walkLater(clock)).toEqual(allOf(place));
    await clock.advance(3_600_000);
    place.runs.push(...runsFrom("t-late", 60, NOW + 3_600_000, 500));
    expect(await walkLater(clock)).toEqual(allOf(place));
  });

  it("costs one call each time that the list is looked at again", async () => {
    const clock = createFakeClock(NOW);
    const ahead = runsFrom("t-ahead", 1, NOW + 600_000, 0);
    const place = createPlace([...ahead, ...runsFrom("t-old", 30, NOW - 300_000, 1_000)], habits);
    rig = await startRig({ [`${product}/cn-hangzhou`]: place }, { FRESHNESS_MS: "1000" }, clock);
    await walkLater(clock);
    rig.far.calls.length = 0;
    place.runs.push(...runsFrom("t-new", 10, NOW + 60_000, 1_000));
    expect(await walkLater(clock)).toEqual(allOf(place));
    expect(rig.far.calls).toHaveLength(1);
  });
});
