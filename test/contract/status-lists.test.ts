import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig, walkedIds } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Habits, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const NOON = Date.UTC(2026, 0, 2, 12);

/** Runs of one server, newest first, of these states in turn. */
function runsOf(count: number, statusOf: (index: number) => string, change: (run: Run) => Run = (run) => run): Run[] {
  return Array.from({ length: count }, (_, index) => {
    const status = statusOf(index);
    const exitCode = status === "Failed" ? 3 : 0;
    const executions = [{ instanceId: "i-1", status, exitCode }];
    return change({ invokeId: `t-${String(index).padStart(4, "0")}`, at: NOON - index * 1_000, status, executions });
  });
}

const inTurn = (...words: string[]) => {
  return (index: number): string => words[index % words.length] ?? "Success";
};

const LEGACY: Readonly<Record<string, string>> = { Success: "Finished", Failed: "Finished" };

/** As a service sends it that does not know InvocationStatus. */
function inLegacyWords(run: Run): Run {
  const word = LEGACY[run.status ?? "Success"] ?? run.status;
  const without = { InvocationStatus: undefined };
  return {
    ...run,
    wire: { ...without, InvokeStatus: word },
    executions: run.executions.map((one) => ({ ...one, wire: { ...without, InstanceInvokeStatus: word } })),
  };
}

const idsOf = (runs: readonly Run[], ...words: string[]) =>
  runs.filter(({ status = "" }) => words.includes(status)).map(({ invokeId }) => invokeId);

describe("runs of one status, asked for before anything is known", () => {
  const few = inTurn("Success", "Failed", "Running", "Stopped");
  const late = (index: number) => (index % 100 === 99 ? "Failed" : "Success");
  const classes = inTurn("Success", "Timeout", "Failed", "Cancelled", "Terminated", "Error", "Aborted", "Invalid");
  const upstreams: readonly [name: string, runs: Run[], habits: Partial<Habits>][] = [
    ["that knows the words of 2018 alone", runsOf(30, few, inLegacyWords), { statusFilter: "legacy" }],
    ["that knows the words of 2018 alone, on many pages", runsOf(180, few, inLegacyWords), { statusFilter: "legacy" }],
    ["whose filter knows the words of 2018 alone", runsOf(180, few), { statusFilter: "legacy" }],
    ["whose filter knows these alone, with failures far back", runsOf(180, late), { statusFilter: "legacy" }],
    ["whose filter does nothing", runsOf(180, few), { statusFilter: "ignored" }],
    ["whose filter does what it says", runsOf(180, few), {}],
    ["that says so of few", runsOf(20, classes), {}],
  ];
  const kinds: readonly [statusIn: readonly string[], words: readonly string[]][] = [
    [["FAILED"], ["Failed", "Timeout", "Error", "Aborted", "Invalid"]],
    [["STOPPED"], ["Stopped", "Cancelled", "Terminated"]],
    [["SUCCESS"], ["Success"]],
    [["RUNNING", "PENDING"], ["Running"]],
  ];
  for (const product of ["ECS/cn-hangzhou", "SWAS/cn-shanghai"])
    it.each(upstreams)(`${product} %s`, async (name, runs, habits) => {
      rig = await startRig({ [product]: createPlace(runs, habits) });
      // Each status is asked for first by some of the cases.
      const start = name.length % kinds.length;
      for (const [statusIn, words] of [...kinds.slice(start), ...kinds.slice(0, start)])
        expect([statusIn, await walkedIds(rig, { size: 100, filter: { statusIn } })]).toEqual([
          statusIn,
          idsOf(runs, ...words),
        ]);
    });

  it.each(["ECS/cn-hangzhou", "SWAS/cn-shanghai"])(
    "%s that says of a run what its server came to, once the newest runs were seen",
    async (product) => {
      const runs = runsOf(180, classes);
      rig = await startRig({ [product]: createPlace(runs) });
      await rig.ask("{ invocations(first: 10) { nodes { invokeId } } }");
      for (const [statusIn, words] of kinds)
        expect([statusIn, await walkedIds(rig, { size: 100, filter: { statusIn } })]).toEqual([
          statusIn,
          idsOf(runs, ...words),
        ]);
    },
  );

  it.each([
    // ECS says so of a run in both of its fields, which does not tell by which one the filter goes.
    ["ECS/cn-hangzhou", "InvokeStatus", "PartialFailed", ["", "Success"]],
    // Records of SWAS may bear an instance's word that the filter does not take, so a process looks once at the newest of all runs.
    ["SWAS/cn-shanghai", "InvocationStatus", "PartialFailed", [""]],
    // That nothing failed is believed once the list of another state has shown that the filter's words are today's.
    ["ECS/cn-hangzhou", "InvokeStatus", "Success", ["", "Success"]],
    ["SWAS/cn-shanghai", "InvocationStatus", "Success", ["", "Success"]],
  ])("%s costs the list of each status: %s, run 4321 is %s, and %j", async (product, name, word, more) => {
    const status = (index: number) => (index === 4_321 ? word : "Success");
    rig = await startRig({ [product]: createPlace(runsOf(5_000, status)) });
    const read = () =>
      rig.ask(
        "{ invocations(first: 1, filter: { statusIn: [FAILED, PARTIAL_FAILED] }) { nodes { invokeId } sources { isComplete } } }",
      );
    const nodes = word === "Success" ? [] : [{ invokeId: "t-4321" }];
    const page = { nodes, sources: [{ isComplete: true }] };
    expect(await read()).toMatchObject({ data: { invocations: page } });
    const words = rig.far.calls.map(({ asked }) => asked.get(name) ?? "");
    expect(words.sort()).toEqual(["Failed", "PartialFailed", ...more].sort());
    rig.far.calls.length = 0;
    await read();
    expect(rig.far.calls).toEqual([]);
  });
});

const PAGE = `query ($in: [InvocationStatus!]) { invocations(first: 100, filter: { statusIn: $in }) {
  totalCount nodes { invokeId } sources { ok isComplete error { code } } } }`;

describe("a filter that goes by InvokeStatus, which tells of failed runs now Finished, now Failed", () => {
  /** Half of the runs from here on failed. */
  const mixed = (count: number, from: number, before: readonly string[]) =>
    runsOf(count, (index) => (index >= from && index % 4 < 2 ? "Failed" : "Success")).map((run, index) =>
      run.status === "Failed" ? { ...run, wire: { InvokeStatus: before[index % 2] } } : run,
    );
  const pageOf = async (status: string) => (await rig.ask(PAGE, { in: [status] })).data.invocations;
  const whole = (runs: readonly Run[], word: string) => {
    const nodes = idsOf(runs, word).map((invokeId) => ({ invokeId }));
    return { totalCount: nodes.length, nodes, sources: [{ ok: true, isComplete: true, error: null }] };
  };

  it.each([
    ["for every word", "legacy", 0, ["FAILED", "SUCCESS", "FAILED"]],
    ["for every word", "legacy", 0, ["SUCCESS", "FAILED", "SUCCESS"]],
    ["for every word, with failures far back", "legacy", 110, ["FAILED", "FAILED"]],
    ["for the words that both fields have", "shared", 0, ["FAILED", "SUCCESS"]],
    ["for the words that both fields have", "shared", 0, ["SUCCESS", "FAILED"]],
  ] as const)("hides no run: %s (%s, from %i, %j)", async (_name, statusFilter, from, statuses) => {
    const runs = mixed(140, from, ["Finished", "Failed"]);
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(runs, { statusFilter }) });
    const words = { FAILED: "Failed", SUCCESS: "Success" };
    for (const status of statuses) expect(await pageOf(status)).toEqual(whole(runs, words[status]));
  });

  it("is believed as long as all that came says Failed in both fields, and no longer", async () => {
    const place = createPlace(mixed(100, 60, ["Failed", "Failed"]), { statusFilter: "shared" });
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
    expect(await pageOf("FAILED")).toEqual(whole(place.runs, "Failed"));
    const [newest] = runsOf(1, () => "Failed");
    if (newest !== undefined)
      place.runs.unshift({ ...newest, invokeId: "t-new", at: NOON + 1_000, wire: { InvokeStatus: "Finished" } });
    await rig.ask("{ invocations(first: 10) { nodes { invokeId } } }");
    expect(await pageOf("FAILED")).toEqual(whole(place.runs, "Failed"));
  });
});

describe("a status that the upstream refuses", () => {
  it.each([
    ["ECS/cn-hangzhou", "DescribeInvocations", "InvokeStatus"],
    ["SWAS/cn-shanghai", "DescribeCommandInvocations", "InvocationStatus"],
  ])("is looked for in the list of all runs of %s, and the refusal is met once", async (product, action, name) => {
    const runs = runsOf(120, inTurn("Success", "Failed", "Running"));
    rig = await startRig({ [product]: createPlace(runs) });
    rig.far.interfere = ({ asked }) => (asked.has(name) ? refusal(400, "InvalidParameter") : null);
    for (const [status, word] of [
      ["FAILED", "Failed"],
      ["RUNNING", "Running"],
    ] as const) {
      const filter = { statusIn: [status] };
      expect(await walkedIds(rig, { size: 100, filter })).toEqual(idsOf(runs, word));
      const nodes = idsOf(runs, word).map((invokeId) => ({ invokeId }));
      const sources = [{ ok: true, isComplete: true, error: null }];
      expect((await rig.ask(PAGE, { in: [status] })).data.invocations).toEqual({
        totalCount: nodes.length,
        nodes,
        sources,
      });
    }
    const refused = rig.far.calls.flatMap(({ asked }) => asked.get(name) ?? []);
    expect(refused).toEqual(["Failed", "Running"]);
    expect(new Set(rig.far.calls.map((call) => call.action))).toEqual(new Set([action]));
  });

  it("is looked for in the lists of the servers where these alone may be read", async () => {
    const runs = runsOf(70, inTurn("Success", "Running"));
    rig = await startRig({ "SWAS/cn-shanghai": createPlace(runs) });
    rig.far.interfere = ({ action, asked }) => {
      if (action === "DescribeCommandInvocations") return refusal(403, "NoPermission");
      return asked.has("InvokeStatus") ? refusal(400, "InvalidParameter.InvokeStatus") : null;
    };
    const filter = { statusIn: ["RUNNING"] };
    expect(await walkedIds(rig, { size: 100, filter })).toEqual(idsOf(runs, "Running"));
    expect(await walkedIds(rig, { size: 100, filter })).toEqual(idsOf(runs, "Running"));
    expect(rig.far.calls.filter(({ asked }) => asked.has("InvokeStatus"))).toHaveLength(1);
  });
});
