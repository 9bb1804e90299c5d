import { afterEach, describe, expect, it } from "@jest/globals";
import { type Subscriber, TRANSPORTS } from "../support/live.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

const NOON = Date.UTC(2026, 0, 2, 12);
const QUICK = { WATCH_MIN_INTERVAL_MS: "50", WATCH_MAX_INTERVAL_MS: "50", FRESHNESS_MS: "50" };
const LIST = `subscription ($filter: InvocationFilter, $after: String) { change: invocationsChanged(filter: $filter, after: $after) {
  position isSnapshot entered { invokeId status } changed { invokeId status } left { invokeId status } } }`;
const run = (invokeId: string, minute: number, status: string): Run => ({
  invokeId,
  at: NOON + minute * 60_000,
  status,
  executions: [{ instanceId: "i-1", status }],
});

let rig: Rig;
let subscribers: Subscriber[] = [];
afterEach(async () => {
  for (const subscriber of subscribers) await subscriber.leave();
  subscribers = [];
  await rig.stop();
});

function watch(variables: Record<string, unknown> = {}, transport: keyof typeof TRANSPORTS = "websocket"): Subscriber {
  const subscriber = TRANSPORTS[transport](rig.url, { query: LIST, variables });
  subscribers.push(subscriber);
  return subscriber;
}

interface Change {
  readonly position: string;
  readonly isSnapshot: boolean;
  readonly entered: readonly { readonly invokeId: string; readonly status: string }[];
  readonly changed: readonly { readonly invokeId: string; readonly status: string }[];
  readonly left: readonly { readonly invokeId: string; readonly status: string }[];
}
const changeOf = (result: unknown) => (result as { data: { change: Change } }).data.change;
const ids = (rows: readonly { readonly invokeId: string }[]) => rows.map(({ invokeId }) => invokeId);

describe("a watched list", () => {
  it.each(["websocket", "server-sent events"] as const)(
    "tells what comes, changes and leaves over %s",
    async (transport) => {
      const place = createPlace([run("t-b", 1, "Running"), run("t-a", 0, "Success")]);
      rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
      const all = watch({}, transport);
      const running = watch({ filter: { statusIn: ["RUNNING"] } }, transport);
      await Promise.all([all.reached(1), running.reached(1)]);
      expect(changeOf(all.results[0])).toMatchObject({
        isSnapshot: true,
        entered: [{ invokeId: "t-b" }, { invokeId: "t-a" }],
      });
      expect(changeOf(running.results[0])).toMatchObject({ isSnapshot: true, entered: [{ invokeId: "t-b" }] });
      place.runs.unshift(run("t-c", 2, "Running"));
      await Promise.all([all.reached(2), running.reached(2)]);
      const came = { isSnapshot: false, entered: [{ invokeId: "t-c", status: "RUNNING" }], changed: [], left: [] };
      expect(changeOf(all.results[1])).toMatchObject(came);
      expect(changeOf(running.results[1])).toMatchObject(came);
      place.runs[1] = run("t-b", 1, "Success");
      await Promise.all([all.reached(3), running.reached(3)]);
      const over = [{ invokeId: "t-b", status: "SUCCESS" }];
      expect(changeOf(all.results[2])).toMatchObject({ entered: [], changed: over, left: [] });
      expect(changeOf(running.results[2])).toMatchObject({ entered: [], changed: [], left: over });
    },
  );

  it("misses nothing for who comes back with a position", async () => {
    const place = createPlace([run("t-b", 1, "Running"), run("t-a", 0, "Success")]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
    const first = watch();
    await first.reached(1);
    const { position } = changeOf(first.results[0]);
    await first.leave();
    place.runs[0] = run("t-b", 1, "Failed");
    place.runs.unshift(run("t-c", 2, "Success"));
    const again = watch({ after: position });
    await again.reached(1);
    const told = () => again.results.map(changeOf);
    if (told().flatMap(({ entered, changed }) => [...entered, ...changed]).length < 2) await again.reached(2);
    expect(told().some(({ isSnapshot }) => isSnapshot)).toBe(false);
    expect(told().flatMap(({ entered }) => ids(entered))).toEqual(["t-c"]);
    expect(told().flatMap(({ changed }) => changed)).toEqual([{ invokeId: "t-b", status: "FAILED" }]);
  });

  it("tells nothing of old runs that somebody else reads", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(300, "t-o")) }, QUICK);
    const watcher = watch();
    await watcher.reached(1);
    expect(changeOf(watcher.results[0]).entered.length).toBe(50);
    await rig.ask(`{ statistics(by: NONE, filter: { createdAfter: "2026-01-02T11:55:30Z" }) { count } }`);
    const place = rig.far;
    expect(place.calls.length).toBeGreaterThan(3);
    expect(watcher.results.length).toBe(1);
  });

  it("costs as one, however many watch it", async () => {
    const place = createPlace([run("t-b", 1, "Running"), run("t-a", 0, "Success")]);
    rig = await startRig(
      { "ECS/cn-hangzhou": place },
      { ...QUICK, WATCH_MIN_INTERVAL_MS: "200", WATCH_MAX_INTERVAL_MS: "200" },
    );
    const all = Array.from({ length: 30 }, (_, index) =>
      watch(index % 2 === 0 ? {} : { filter: { providerIn: ["ECS"] } }),
    );
    await Promise.all(all.map((one) => one.reached(1)));
    rig.far.calls.length = 0;
    let looks = 0;
    rig.far.interfere = () => {
      looks += 1;
      if (looks === 6) place.runs.unshift(run("t-c", 2, "Success"));
      return null;
    };
    await Promise.all(all.map((one) => one.reached(2)));
    expect(all.map((one) => ids(changeOf(one.results[1]).entered))).toEqual(all.map(() => ["t-c"]));
    expect(looks).toBeLessThan(12);
  });

  it.each([
    ["pages", {}],
    ["tokens", { tokens: true }],
  ])(
    "tells every run once, however many come between two looks: in %s",
    async (_, habits) => {
      const place = createPlace([run("t-b", 1, "Success"), run("t-a", 0, "Success")], habits);
      rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
      const one = watch();
      await one.reached(1);
      const burst = Array.from({ length: 730 }, (__, n) =>
        run(`t-burst${String(n).padStart(3, "0")}`, 1_000 - n, "Success"),
      );
      rig.far.calls.length = 0;
      place.runs.unshift(...burst);
      const told = () => one.results.slice(1).flatMap((result) => ids(changeOf(result).entered));
      while (told().length < burst.length) await one.reached(one.results.length + 1);
      expect(told().toSorted()).toEqual(ids(burst).toSorted());
      const behindHead = rig.far.calls.filter(
        ({ asked }) => asked.has("NextToken") || Number(asked.get("PageNumber")) > 1,
      );
      expect(behindHead.length).toBeLessThanOrEqual(17);
    },
    30_000,
  );

  it("tells who comes back every run that came meanwhile, however many", async () => {
    const place = createPlace([run("t-b", 1, "Success"), run("t-a", 0, "Success")]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
    const first = watch();
    await first.reached(1);
    const { position } = changeOf(first.results[0]);
    await first.leave();
    const burst = Array.from({ length: 330 }, (_, n) => run(`t-${String(n).padStart(3, "0")}`, 1_000 - n, "Success"));
    place.runs.unshift(...burst);
    const again = watch({ after: position });
    const told = () => again.results.flatMap((result) => ids(changeOf(result).entered));
    while (told().length < burst.length) await again.reached(again.results.length + 1);
    expect(told().toSorted()).toEqual(ids(burst).toSorted());
  });

  it("tells how runs go on while the list cannot be read down to what was known", async () => {
    const place = createPlace([run("t-b", 1, "Running"), run("t-a", 0, "Success")]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, QUICK);
    const one = watch();
    await one.reached(1);
    rig.far.interfere = ({ action, asked }) =>
      action === "DescribeInvocations" && Number(asked.get("PageNumber")) > 4 ? refusal(403, "Forbidden.RAM") : null;
    place.runs.unshift(...Array.from({ length: 330 }, (_, n) => run(`t-${n}`, 1_000 - n, "Success")));
    place.runs[330] = run("t-b", 1, "Failed");
    const changed = () => one.results.flatMap((result) => changeOf(result).changed);
    while (changed().length === 0) await one.reached(one.results.length + 1);
    expect(changed()).toEqual([{ invokeId: "t-b", status: "FAILED" }]);
  });

  it("refuses a damaged position, and the cursor of a list", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run("t-a", 0, "Success")]) }, QUICK);
    const { data } = await rig.ask("{ invocations(first: 1) { pageInfo { endCursor } } }");
    const { endCursor } = (data as { readonly invocations: { readonly pageInfo: { readonly endCursor: string } } })
      .invocations.pageInfo;
    for (const after of ["%%%", endCursor]) {
      const watcher = watch({ after });
      await watcher.reached(1);
      expect(watcher.results[0]).toMatchObject({
        errors: [{ extensions: { code: "INVALID_CURSOR", argument: "after" } }],
      });
    }
  });

  it.each([
    ["with the same keys", "a key that only tests use"],
    ["without keys of its own", ""],
  ])("says that a position of another process has expired: %s", async (_name, CURSOR_KEYS) => {
    const settings = { ...QUICK, CURSOR_KEYS };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run("t-a", 0, "Success")]) }, settings);
    const first = watch();
    await first.reached(1);
    const { position } = changeOf(first.results[0]);
    const twin = await rig.twin();
    const watcher = TRANSPORTS.websocket(twin.url, { query: LIST, variables: { after: position } });
    subscribers.push(watcher);
    await watcher.reached(1);
    expect(watcher.results[0]).toMatchObject({
      errors: [{ extensions: { code: "CURSOR_EXPIRED", argument: "after" } }],
    });
    const other = watch({ after: position, filter: { statusIn: ["SUCCESS"] } });
    await other.reached(1);
    expect(other.results[0]).toMatchObject({ errors: [{ extensions: { code: "INVALID_CURSOR" } }] });
  });
});
