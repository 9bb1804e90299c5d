import { describe, expect, it } from "@jest/globals";
import { DeadPlaceError, type Place } from "#upstreams";
import { CREATED, type ListMode, type Stage } from "./conformance-stage.ts";
import { idsOf, readToEnd } from "./walk-list.ts";

const MANY = Array.from({ length: 320 }, (_, index) => ({ invokeId: `t-${String(index).padStart(3, "0")}` }));
const MANY_IDS = MANY.map(({ invokeId }) => invokeId);

/** Lists of runs and their filters, whatever mode the upstream answers in. */
export function describeLists(stage: Stage): void {
  describe.each(stage.product.listModes)("a list $name", (mode) => {
    describeWalks(stage, mode);
    if (mode.mode === "token") describeTokens(stage, mode);
    else describePages(stage, mode);
  });

  describe("a list", () => {
    it("has the same key in every process, and another one for another filter", async () => {
      const { first } = stage;
      const queries = [{}, { instanceId: first }, { commandId: "c-1" }, { statusIn: ["SUCCESS"] }];
      const keys = async () => Promise.all(queries.map(async (query) => (await stage.openOnly(query)).key));
      await stage.restart({ invocations: MANY });
      const before = await keys();
      await stage.restart({ invocations: MANY });
      expect([await keys(), new Set(before).size]).toEqual([before, queries.length]);
    });

    it("says which parts of the query the upstream applies", async () => {
      const { first } = stage;
      await stage.restart({ invocations: MANY });
      const tests: readonly (readonly [object, object, boolean])[] = [
        [{}, {}, true],
        [{ invokeId: "t-1" }, { invokeId: "t-1" }, true],
        [{ instanceId: first, commandName: "demo" }, { instanceId: first }, false],
        [{ commandName: "demo" }, { commandName: "demo" }, false],
        [{ commandType: "RUN_SHELL_SCRIPT" }, { commandType: "RUN_SHELL_SCRIPT" }, true],
        [{ commandType: "UNKNOWN" }, {}, false],
        [{ statusIn: ["SUCCESS"] }, { statusIn: ["SUCCESS"] }, true],
        [{ statusIn: ["SUCCESS", "FAILED"] }, {}, false],
        [{ statusIn: ["UNKNOWN"] }, {}, false],
        [{ statusIn: [] }, {}, false],
        [{ createdAfter: CREATED }, {}, false],
        [{ createdBefore: CREATED }, {}, false],
      ];
      const found = [];
      for (const [query] of tests) {
        const { applied, isExact } = await stage.openOnly(query);
        found.push([query, applied, isExact]);
      }
      expect(found).toEqual(tests);
    });

    it("of one instance or one status is filtered by the upstream", async () => {
      const { first, second, product } = stage;
      const others = MANY.map((run) => ({ ...run, instances: [{ instanceId: second, status: "Running" } as const] }));
      await stage.restart({ invocations: [...others, { invokeId: "t-2", instances: [first] }] });
      const read = async (query: object) => {
        const pages = await readToEnd(await stage.openOnly(query), stage.end.operation);
        return [idsOf(pages), stage.end.takeCalls().at(-1)];
      };
      await read({});
      expect([await read({ instanceId: first }), await read({ statusIn: ["SUCCESS"] })]).toEqual([
        [["t-2"], product.calls.byInstance.replace("{}", first)],
        [["t-2"], product.calls.byStatus],
      ]);
    });
  });
}

function describeWalks(stage: Stage, { drift, mode }: ListMode): void {
  it("gives every run once, in one answer for about 48 of them", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift(drift);
    const pages = await readToEnd(await stage.openOnly(), stage.end.operation);
    expect([idsOf(pages), new Set(pages.map((page) => page.mode))]).toEqual([MANY_IDS, new Set([mode])]);
    expect(pages.length).toBeLessThanOrEqual(8);
  });

  it("gives every run once while others arrive", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift({ ...drift, arrivals: 9, seed: 5 });
    const pages = await readToEnd(await stage.openOnly(), stage.end.operation);
    expect(idsOf(pages).filter((invokeId) => MANY_IDS.includes(invokeId))).toEqual(MANY_IDS);
  });

  it("gives every run of a list that is as long as a page", async () => {
    await stage.restart({ invocations: MANY.slice(0, 50) });
    stage.end.emulator.setDrift(drift);
    const pages = await readToEnd(await stage.openOnly(), stage.end.operation);
    expect([idsOf(pages), pages.length]).toEqual([MANY_IDS.slice(0, 50), 1]);
  });

  it("has one empty answer without a place where there is no run", async () => {
    stage.end.emulator.setDrift(drift);
    const [page, ...others] = await readToEnd(await stage.openOnly(), stage.end.operation);
    expect([page?.runs, page?.next, page?.unreadable, others]).toEqual([[], null, 0, []]);
  });

  it("is empty, not an error, where it is about an instance that is gone", async () => {
    const fault = { kind: "error", code: "InvalidInstanceId.NotFound" } as const;
    stage.end.emulator.setFaults([{ fault }]);
    stage.end.emulator.setDrift(drift);
    const pages = await readToEnd(await stage.openOnly({ instanceId: stage.first }), stage.end.operation);
    expect(idsOf(pages)).toEqual([]);
  });
}

function describeTokens(stage: Stage, { drift }: ListMode): void {
  it("has neither places by index nor a total", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift(drift);
    const list = await stage.openOnly();
    const { runs, next, askedAt: _, ...rest } = await list.read(null, stage.end.operation);
    expect([runs.length, rest]).toEqual([
      50,
      { mode: "token", offset: null, indexes: null, total: null, flaw: null, unreadable: 0 },
    ]);
    expect([typeof next, list.placeAt(60)]).toEqual(["object", null]);
  });

  it("goes on behind short and empty answers that have a token", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift({ ...drift, shortPages: 1, seed: 2 });
    const pages = await readToEnd(await stage.openOnly(), stage.end.operation);
    expect(idsOf(pages)).toEqual(MANY_IDS);
    expect(pages.slice(0, -1).every(({ runs }) => runs.length < 50)).toBe(true);
  });

  it("says that a token has died, and begins at the newest again", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift(drift);
    const list = await stage.openOnly();
    const { next } = await list.read(null, stage.end.operation);
    stage.end.emulator.setDrift({ ...drift, tokenKey: "another" });
    const reading = list.read(next, stage.end.operation);
    await expect(reading).rejects.toBeInstanceOf(DeadPlaceError);
    await expect(reading).rejects.toMatchObject({ isDeadPlace: true, upstreamCode: "InvalidParameter.NextToken" });
    expect(idsOf(await readToEnd(list, stage.end.operation))).toEqual(MANY_IDS);
  });

  it("ends where the same token comes again and again, and says so", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift({ ...drift, repeatTokens: true });
    const pages = await stage.openOnly().then((list) => readToEnd(list, stage.end.operation));
    expect(pages.at(-1)).toMatchObject({ next: null, flaw: "The tokens of the list go round in a circle." });
    expect(stage.end.takeCalls().length).toBeLessThanOrEqual(6);
  });

  it("refuses a place that no list has made, without a call", async () => {
    const list = await stage.openOnly();
    stage.end.takeCalls();
    for (const token of ["", "{}", "[1,2]", '[0,0,"",0,7]']) {
      await expect(list.read({ token }, stage.end.operation)).rejects.toBeInstanceOf(DeadPlaceError);
    }
    expect(stage.end.takeCalls()).toEqual([]);
  });
}

function describePages(stage: Stage, { drift }: ListMode): void {
  it("says where each run is in the whole list", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift(drift);
    const list = await stage.openOnly();
    const pages = await readToEnd(list, stage.end.operation);
    for (const { runs, indexes, offset, total } of pages) {
      expect(indexes?.map((index) => MANY_IDS[index])).toEqual(runs.map(({ invokeId }) => invokeId));
      expect([offset, total]).toEqual([indexes?.[0], MANY.length]);
    }
  });

  it("repeats the last run of an answer in the next one, which proves that none was skipped", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift(drift);
    const pages = await readToEnd(await stage.openOnly(), stage.end.operation);
    const last = pages.slice(0, -1).map(({ runs }) => runs.at(-1)?.invokeId ?? "");
    expect(last.map((invokeId, page) => idsOf(pages.slice(page + 1, page + 2)).includes(invokeId))).toEqual(
      last.map(() => true),
    );
  });

  it("has a place for each index, whose page holds the run in front of it and 20 or more from it on", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift(drift);
    const list = await stage.openOnly();
    await list.read(null, stage.end.operation);
    for (let index = 0; index < 260; index += 7) {
      const { indexes } = await list.read(list.placeAt(index), stage.end.operation);
      expect(indexes).toContain(Math.max(0, index - 1));
      expect(indexes).toContain(index + 20);
    }
  });

  it("has no run behind its end", async () => {
    await stage.restart({ invocations: MANY.slice(0, 60) });
    stage.end.emulator.setDrift(drift);
    const list = await stage.openOnly();
    await list.read(null, stage.end.operation);
    const page = await list.read(list.placeAt(200), stage.end.operation);
    expect([page.runs, page.next, page.total]).toEqual([[], null, 60]);
  });

  it.each([
    ["cut to 20 without a word", { clampPageSizeTo: 20 }],
    ["cut to 1 without a word", { clampPageSizeTo: 1 }],
    ["refused above 20", { refusePageSizeAbove: 20 }],
    ["refused above 10", { refusePageSizeAbove: 10 }],
    ["counted 200 too few", { totalCountError: -200 }],
    ["counted 200 too many", { totalCountError: 200 }],
  ])("gives every run once where pages are %s", async (_name, fault) => {
    await stage.restart({ invocations: MANY.slice(0, 45) });
    stage.end.emulator.setDrift({ ...drift, ...fault });
    const pages = await readToEnd(await stage.openOnly(), stage.end.operation);
    expect(idsOf(pages)).toEqual(MANY_IDS.slice(0, 45));
  });

  it("fails when every size is refused, in few calls", async () => {
    stage.end.emulator.setDrift({ ...drift, refusePageSizeAbove: 9 });
    const reading = stage.openOnly().then((list) => list.read(null, stage.end.operation));
    await expect(reading).rejects.toMatchObject({ upstreamCode: "InvalidParam.PageSize" });
    expect(stage.end.takeCalls().length).toBeLessThanOrEqual(7);
  });

  it("is asked for in the largest pages again ten minutes after they were cut", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift({ ...drift, clampPageSizeTo: 1 });
    const list = await stage.openOnly();
    await list.read(null, stage.end.operation);
    stage.end.emulator.setDrift(drift);
    const sizes: number[] = [];
    for (const waitMs of [0, 599_000, 1_000]) {
      await stage.end.clock.advance(waitMs);
      sizes.push((await list.read(null, stage.end.operation)).runs.length);
    }
    expect(sizes).toEqual([1, 1, 50]);
  });

  it("reads a place that was kept from when pages were larger", async () => {
    await stage.restart({ invocations: MANY });
    stage.end.emulator.setDrift({ ...drift, clampPageSizeTo: 20 });
    const list = await stage.openOnly();
    const kept: Place = { pageNumber: 3, pageSize: 50 };
    const { indexes } = await list.read(kept, stage.end.operation);
    expect(indexes).toContain(100);
  });
}
