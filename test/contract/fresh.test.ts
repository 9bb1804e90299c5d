import { afterEach, describe, expect, it } from "@jest/globals";
import { TRANSPORTS } from "../support/live.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());
const OUTPUT = `{ invocations(first: 1) { nodes { invokeId status instanceInvocations(first: 100) { nodes { status result { status output { text } } } } } } }`;
const STATUS = "{ invocations(first: 1) { nodes { status } } }";

const running = (invokeId: string, at: number): Run => ({
  invokeId,
  at,
  status: "Running",
  executions: [{ instanceId: "i-1", status: "Running" }],
});

describe("what moves", () => {
  it("is no row of a filter by state any more once it has left that state", async () => {
    const place = createPlace([3, 2, 1].map((second) => running(`t-${second}`, Date.UTC(2026, 0, 2, 0, 0, second))));
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
    const RUNNING = "{ invocations(filter: { statusIn: [RUNNING] }) { totalCount nodes { invokeId status } } }";
    expect((await rig.ask(RUNNING)).data.invocations.nodes).toHaveLength(3);
    const [, second] = place.runs;
    if (second !== undefined) place.runs[1] = { ...second, status: "Success", executions: [{ instanceId: "i-1" }] };
    expect((await rig.ask(RUNNING)).data.invocations).toEqual({
      totalCount: 2,
      nodes: ["t-3", "t-1"].map((invokeId) => ({ invokeId, status: "RUNNING" })),
    });
  });

  it.each([
    ["tokens", true],
    ["pages", false],
  ])("is followed by its list also behind a cursor, and not run by run: %s", async (_name, tokens) => {
    const runs = Array.from({ length: 120 }, (_, index) => running(`t-${index}`, Date.UTC(2026, 0, 2) - index * 1_000));
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(runs, { tokens }) }, { FRESHNESS_MS: "1" });
    const PAGE =
      "query ($after: String) { invocations(first: 50, after: $after) { nodes { invokeId } pageInfo { endCursor } } }";
    const { data } = await rig.ask(PAGE);
    const before = rig.far.calls.length;
    const second = await rig.ask(PAGE, { after: data.invocations.pageInfo.endCursor });
    const names = second.data.invocations.nodes.map((node: { invokeId: string }) => node.invokeId);
    expect(names).toEqual(runs.slice(50, 100).map(({ invokeId }) => invokeId));
    expect(rig.far.calls.slice(before).filter(({ asked }) => asked.has("InvokeId"))).toEqual([]);
    expect(rig.far.calls.length - before).toBeLessThanOrEqual(5);
  });

  it("is asked for again by the next operation", async () => {
    const run: Run = {
      invokeId: "t-1",
      at: Date.UTC(2026, 0, 2),
      status: "Running",
      executions: [{ instanceId: "i-1", status: "Running", output: "1" }],
    };
    const place = createPlace([run]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
    const read = async () => (await rig.ask(OUTPUT)).data.invocations.nodes[0];
    expect(await read()).toMatchObject({ invokeId: "t-1", status: "RUNNING" });
    place.runs[0] = { ...run, status: "Success", executions: [{ instanceId: "i-1", output: "12" }] };
    expect(await read()).toEqual({
      invokeId: "t-1",
      status: "SUCCESS",
      instanceInvocations: { nodes: [{ status: "SUCCESS", result: { status: "SUCCESS", output: { text: "12" } } }] },
    });
    place.runs.unshift({ ...manyRuns(1, "t-new")[0], at: Date.UTC(2026, 0, 3) } as Run);
    expect(await read()).toMatchObject({ invokeId: "t-new00000" });
  });

  it.each(["websocket", "server-sent events"] as const)("is asked for again over %s", async (transport) => {
    const run: Run = {
      invokeId: "t-1",
      at: Date.UTC(2026, 0, 2),
      status: "Running",
      executions: [{ instanceId: "i-1", status: "Running" }],
    };
    const place = createPlace([run]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
    const statuses: unknown[] = [];
    for (const status of ["Running", "Stopping"]) {
      place.runs[0] = { ...run, status };
      const { results, end, leave } = TRANSPORTS[transport](rig.url, { query: STATUS });
      await end;
      await leave();
      statuses.push(results[0]);
    }
    expect(statuses).toMatchObject(
      ["RUNNING", "STOPPING"].map((status) => ({ data: { invocations: { nodes: [{ status }] } } })),
    );
  });

  it.each(["websocket", "server-sent events"] as const)(
    "is shared by 100 clients at once over %s",
    async (transport) => {
      rig = await startRig({
        "ECS/cn-hangzhou": createPlace([
          { invokeId: "t-1", at: Date.UTC(2026, 0, 2), status: "Running", executions: [] },
        ]),
      });
      await rig.ask(STATUS);
      const alone = rig.far.calls.length;
      rig.far.calls.length = 0;
      const clients = Array.from({ length: 100 }, () => TRANSPORTS[transport](rig.url, { query: STATUS }));
      expect(await Promise.all(clients.map(({ end }) => end))).toEqual(Array(100).fill("complete"));
      await Promise.all(clients.map(({ leave }) => leave()));
      // Connections take a moment to be made: some clients may come when the first ones have their answers.
      expect(rig.far.calls.length).toBeLessThanOrEqual(alone + 2);
    },
  );

  it("is shared by 100 clients that ask at once, also when their connections are known", async () => {
    const executions = [{ instanceId: "i-1", status: "Running", output: "1" }];
    rig = await startRig({
      "ECS/cn-hangzhou": createPlace([{ invokeId: "t-1", at: Date.UTC(2026, 0, 2), status: "Running", executions }]),
    });
    await rig.ask(OUTPUT);
    const alone = rig.far.calls.length;
    for (let burst = 1; burst <= 3; burst += 1) {
      rig.far.calls.length = 0;
      await Promise.all(Array.from({ length: 100 }, () => rig.ask(OUTPUT)));
      // Of those that come over known connections, some may come when all others have their answers.
      expect(rig.far.calls.length).toBeLessThanOrEqual(alone + 2);
    }
  });
});
