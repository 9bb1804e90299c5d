import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PAGE = `query ($first: Int, $after: String, $filter: InvocationFilter) {
  invocations(first: $first, after: $after, filter: $filter) { totalCount nodes { invokeId }
    pageInfo { hasNextPage endCursor isScanComplete } sources { isComplete oldestTime } } }`;

const COUNT = 110;
/** The newest runs, which the first answer of the list of the region holds. */
const READ = 50;

/** Of the servers that ran something, i-0 is gone. */
/** Of today: what is older than an upstream keeps runs is missing nowhere. */
const TODAY = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000;
const runs = manyRuns(COUNT, "t-s").map((run, index, [newest = run]) => ({
  ...run,
  at: TODAY + run.at - newest.at,
  ...(index % 5 === 0 && { status: "Failed" }),
  executions: [{ instanceId: `i-${index % 5}`, ...(index % 5 === 0 && { status: "Failed", exitCode: 1 }) }],
}));
const timeOf = (index: number) => new Date(runs[index]?.at ?? 0).toISOString();

let isRefused = false;

async function start() {
  const clock = createClockAhead(systemClock);
  rig = await startRig({ "SWAS/cn-hangzhou": createPlace(runs) }, {}, clock);
  isRefused = false;
  rig.far.interfere = ({ action, asked }) => {
    if (action === "DescribeCommandInvocations" && isRefused) return refusal(403, "NoPermission");
    return asked.get("InstanceId") === "i-0" ? refusal(404, "InvalidInstanceId.NotFound") : null;
  };
  rig.far.mangle = (body, { action }) => {
    if (action !== "ListInstances") return body;
    const Instances = (body.Instances as readonly { readonly InstanceId: string }[]).filter(
      ({ InstanceId }) => InstanceId !== "i-0",
    );
    return { ...body, TotalCount: Instances.length, Instances };
  };
  return clock;
}

const page = async (asked: Readonly<Record<string, unknown>>) => (await rig.ask(PAGE, asked)).data.invocations;

describe("a region of SWAS whose list of all runs is refused", () => {
  it("lacks runs below what was read of that list, and none above", async () => {
    const clock = await start();
    expect(await page({ first: 20 })).toMatchObject({ totalCount: COUNT, sources: [{ isComplete: true }] });
    isRefused = true;
    // The first refusal is met where the list is read on.
    await page({ first: READ + 10 });
    clock.pass(10_000);
    const known = { isComplete: true, oldestTime: timeOf(READ - 1) };
    const short = { ...known, isComplete: false };
    const top = await page({ first: 20 });
    expect(top).toMatchObject({ totalCount: null, sources: [known] });
    expect(top.nodes).toHaveLength(20);
    expect(await page({ first: 100 })).toMatchObject({
      totalCount: null,
      pageInfo: { hasNextPage: false, isScanComplete: false },
      sources: [short],
    });
    expect(await page({ first: 100, filter: { statusIn: ["FAILED"] } })).toMatchObject({
      totalCount: null,
      pageInfo: { isScanComplete: false },
      sources: [short],
    });
  });

  it("lacks nothing if that list had been read to its end", async () => {
    const clock = await start();
    await page({ first: 100 });
    const all = await page({ first: 50, filter: { createdBefore: timeOf(90) } });
    expect(all.nodes).toHaveLength(COUNT - 91);
    isRefused = true;
    clock.pass(10_000);
    expect(await page({ first: 100 })).toMatchObject({ totalCount: COUNT, sources: [{ isComplete: true }] });
  });

  it("lacks nothing if it never was read: it has the runs of the servers that it has", async () => {
    await start();
    isRefused = true;
    expect(await page({ first: 100 })).toMatchObject({
      totalCount: (COUNT / 5) * 4,
      pageInfo: { hasNextPage: false, isScanComplete: true },
      sources: [{ isComplete: true }],
    });
  });
});
