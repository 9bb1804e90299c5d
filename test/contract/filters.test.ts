import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ordered, type Rig, startRig, walkedIds } from "./rig.ts";
import { createPlace, type Run } from "./world.ts";

const words = [
  ["Success", "SUCCESS"],
  ["Failed", "FAILED"],
  ["PartialFailed", "PARTIAL_FAILED"],
  ["Running", "RUNNING"],
  ["Stopped", "STOPPED"],
  ["Pending", "PENDING"],
] as const;
const runs: Run[] = Array.from({ length: 120 }, (_, index) => ({
  invokeId: `t-f${String(index).padStart(3, "0")}`,
  at: Date.UTC(2026, 0, 2, 12) - Math.floor(index / 4) * 60_000,
  commandId: `c-${index % 5}`,
  commandName: ["nightly", "Nightly", "backup"][index % 3] ?? "",
  commandType: ["RunShellScript", "RunBatScript", "RunPowerShellScript"][index % 3] ?? "",
  status: words[index % words.length]?.[0] ?? "",
  timed: index % 7 === 0,
  executions: [
    { instanceId: index % 2 === 0 ? "i-even" : "i-odd" },
    ...(index % 4 === 0 ? [{ instanceId: "i-odd" }] : []),
  ],
}));
const swasRuns = runs.map((run) => ({ ...run, invokeId: run.invokeId.replace("f", "s") }));
const world = {
  "ECS/cn-hangzhou": createPlace(runs, { ties: "shuffled" }),
  "SWAS/cn-hangzhou": createPlace(swasRuns, { ties: "shuffled" }),
};
const inOrder = ordered(world);
const byId = new Map([...runs, ...swasRuns].map((run) => [run.invokeId, run]));
const isEcs = (run: Run) => run.invokeId.startsWith("t-f");
const at = (index: number) => new Date(Date.UTC(2026, 0, 2, 12) - index * 60_000).toISOString();
const statusOf = (run: Run) => words.find(([word]) => word === run.status)?.[1];
let rig: Rig;
beforeAll(async () => {
  rig = await startRig(world);
});
afterAll(() => rig.stop());

const on = (id: string) => (run: Run) => run.executions.some((one) => one.instanceId === id);
const table: readonly [object, (run: Run) => boolean][] = [
  [{ providerIn: ["SWAS"] }, (run) => !isEcs(run)],
  [{ providerIn: ["SWAS", "ECS"] }, () => true],
  [{ providerIn: [] }, () => false],
  [{ regionIdIn: ["cn-hangzhou", "nowhere"] }, () => true],
  [{ regionIdIn: ["nowhere"] }, () => false],
  [{ accountIn: ["default"] }, () => true],
  [{ accountIn: ["other"] }, () => false],
  [{ accountIn: [] }, () => false],
  [{ statusIn: [] }, () => false],
  [{ tags: [] }, () => false],
  [{ statusIn: ["SUCCESS"] }, (run) => statusOf(run) === "SUCCESS"],
  [{ statusIn: ["PARTIAL_FAILED"] }, (run) => statusOf(run) === "PARTIAL_FAILED"],
  [{ statusIn: ["FAILED", "STOPPED"] }, (run) => ["FAILED", "STOPPED"].includes(statusOf(run) ?? "")],
  [{ statusIn: ["UNKNOWN"] }, () => false],
  [{ statusIn: ["FINISHED"] }, () => false],
  [{ statusIn: ["SCHEDULED"] }, () => false],
  [{ invokeId: "t-f007" }, (run) => run.invokeId === "t-f007"],
  [{ invokeId: "t-unknown" }, () => false],
  [{ commandId: "c-3" }, (run) => run.commandId === "c-3"],
  [{ commandName: "nightly" }, (run) => run.commandName === "nightly"],
  [{ commandType: "RUN_BAT_SCRIPT" }, (run) => run.commandType === "RunBatScript"],
  [{ commandType: "UNKNOWN" }, () => false],
  [{ instanceId: "i-even" }, on("i-even")],
  [{ instanceId: "i-none" }, () => false],
  [{ timed: true }, (run) => isEcs(run) && run.timed === true],
  [{ timed: false }, (run) => !isEcs(run) || run.timed === false],
  [{ createdAfter: at(10) }, (run) => run.at >= Date.parse(at(10))],
  [{ createdBefore: at(10) }, (run) => run.at < Date.parse(at(10))],
  [
    { createdAfter: at(20), createdBefore: at(10) },
    (run) => run.at >= Date.parse(at(20)) && run.at < Date.parse(at(10)),
  ],
  [{ createdAfter: at(10), createdBefore: at(10) }, () => false],
  [{ createdAfter: "1969-12-31T23:59:59Z" }, () => true],
  [{ createdAfter: "0001-01-01T00:00:00Z" }, () => true],
  [{ createdBefore: "1969-12-31T23:59:59Z" }, () => false],
  [{ instanceId: "i-odd", commandName: "backup" }, (run) => on("i-odd")(run) && run.commandName === "backup"],
  [
    { instanceId: "i-odd", statusIn: ["PARTIAL_FAILED"] },
    (run) => on("i-odd")(run) && statusOf(run) === "PARTIAL_FAILED",
  ],
  [
    { statusIn: ["SUCCESS", "RUNNING"], commandId: "c-1", createdAfter: at(25), providerIn: ["ECS"] },
    (run) =>
      isEcs(run) &&
      run.commandId === "c-1" &&
      ["SUCCESS", "RUNNING"].includes(statusOf(run) ?? "") &&
      run.at >= Date.parse(at(25)),
  ],
];

describe("filters", () => {
  it.each(table)("%j", async (filter, isMeant) => {
    const expected = inOrder.filter((id) => isMeant(byId.get(id) as Run));
    expect(await walkedIds(rig, { size: 20, filter })).toEqual(expected);
    expect(await walkedIds(rig, { size: 7, filter, backwards: true })).toEqual(expected);
  });

  it("an empty list costs no upstream call", async () => {
    const before = rig.far.calls.length;
    await walkedIds(rig, { size: 20, filter: { statusIn: [] } });
    await walkedIds(rig, { size: 20, filter: { accountIn: ["other"] } });
    expect(rig.far.calls.length).toBe(before);
  });

  it("null says the same as nothing", async () => {
    const filter = { providerIn: null, statusIn: null, invokeId: null, timed: null, createdAfter: null };
    expect(await walkedIds(rig, { size: 50, filter })).toEqual(inOrder);
  });
});

describe("whether a run is timed", () => {
  const ended = { timed: false, status: "Stopped" };
  const kinds = [
    { invokeId: "t-ended", repeatMode: "Period", ...ended },
    { invokeId: "t-rebooted", repeatMode: "NextRebootOnly", ...ended },
    { invokeId: "t-due", repeatMode: "EveryReboot", timed: true },
    { invokeId: "t-lower", repeatMode: " everyreboot", ...ended },
    { invokeId: "t-upper", repeatMode: "PERIOD", wire: { Frequency: "0 0 12 * * *" }, ...ended },
    { invokeId: "t-once", repeatMode: "Once", timed: false },
  ];

  it("is the same in its field and in the filter, also if its schedule is over", async () => {
    const place = createPlace(kinds.map((kind) => ({ at: Date.UTC(2026, 0, 2), executions: [], ...kind })));
    const own = await startRig({ "ECS/cn-hangzhou": place });
    try {
      for (const timed of [true, false]) {
        const { data } = await own.ask(`{ invocations(filter: { timed: ${timed} }) { nodes { invokeId timed } } }`);
        const meant = kinds.filter(({ invokeId }) => (invokeId !== "t-once") === timed).map(({ invokeId }) => invokeId);
        expect(data.invocations.nodes).toEqual(meant.sort().map((invokeId) => ({ invokeId, timed })));
      }
    } finally {
      await own.stop();
    }
  });
});
