import { afterEach, describe, expect, it } from "@jest/globals";
import { type Subscriber, TRANSPORTS } from "../support/live.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

const QUICK = { WATCH_MIN_INTERVAL_MS: "50", WATCH_MAX_INTERVAL_MS: "50", FRESHNESS_MS: "50" };
const ROWS = "position isSnapshot entered { invokeId } changed { invokeId } left { invokeId }";
const listOf = (fields: string) => `subscription ($filter: InvocationFilter, $after: String) {
  change: invocationsChanged(filter: $filter, after: $after) { ${fields} } }`;
const WITH_SOURCES = listOf(`${ROWS} sources { regionId ok isComplete error { code } }`);
const OLD: Run = {
  invokeId: "t-a",
  at: Date.UTC(2026, 0, 2, 12),
  status: "Success",
  executions: [{ instanceId: "i-1", status: "Success" }],
};
const HANGZHOU = { regionId: "cn-hangzhou", ok: true, isComplete: true, error: null };
const BEIJING = { ...HANGZHOU, regionId: "cn-beijing" };
const FAILING = { ...BEIJING, ok: false, isComplete: false, error: { code: "FORBIDDEN" } };
const SNAPSHOT = { isSnapshot: true, entered: [{ invokeId: "t-a" }], changed: [], left: [] };
const NOTHING = { isSnapshot: false, entered: [], changed: [], left: [] };

let rig: Rig;
const subscribers: Subscriber[] = [];
afterEach(async () => {
  for (const subscriber of subscribers.splice(0)) await subscriber.leave();
  await rig.stop();
});

function watch(query: string, variables: object = {}, transport: keyof typeof TRANSPORTS = "websocket"): Subscriber {
  const subscriber = TRANSPORTS[transport](rig.url, { query, variables: { ...variables } });
  subscribers.push(subscriber);
  return subscriber;
}

const start = async () => {
  rig = await startRig({ "ECS/cn-hangzhou": createPlace([OLD]), "ECS/cn-beijing": createPlace([]) }, QUICK);
};
const refuse = (refused: string) => {
  rig.far.interfere = ({ action, regionId }) =>
    action === refused && regionId === "cn-beijing" ? refusal(403, "Forbidden.RAM") : null;
};
const mend = () => {
  rig.far.interfere = () => null;
};
const changesOf = ({ results }: Subscriber) =>
  results.map((result) => {
    const { position: _position, ...change } = (result as { data: { change: { position: string } } }).data.change;
    return change;
  });
const lastPosition = ({ results }: Subscriber): string =>
  (results.at(-1) as { data: { change: { position: string } } }).data.change.position;

describe("the sources of a watched list", () => {
  it.each(["websocket", "server-sent events"] as const)(
    "are told with the snapshot, and again when one begins to fail or answers again, over %s",
    async (transport) => {
      await start();
      refuse("DescribeInvocations");
      const watcher = watch(WITH_SOURCES, {}, transport);
      await watcher.reached(1);
      mend();
      await watcher.reached(2);
      refuse("DescribeInvocations");
      await watcher.reached(3);
      expect(changesOf(watcher)).toEqual([
        { ...SNAPSHOT, sources: [HANGZHOU, FAILING] },
        { ...NOTHING, sources: [HANGZHOU, BEIJING] },
        { ...NOTHING, sources: [HANGZHOU, FAILING] },
      ]);
    },
  );

  it("are told to who comes back while one fails, and cause no event for who does not select them", async () => {
    await start();
    const [watcher, plain] = [watch(WITH_SOURCES), watch(listOf(ROWS))];
    await Promise.all([watcher.reached(1), plain.reached(1)]);
    refuse("DescribeInvocations");
    await watcher.reached(2);
    const back = watch(WITH_SOURCES, { after: lastPosition(watcher) });
    await back.reached(1);
    mend();
    await Promise.all([watcher.reached(3), back.reached(2)]);
    expect([changesOf(watcher).slice(1), changesOf(back), changesOf(plain)]).toEqual([
      [
        { ...NOTHING, sources: [HANGZHOU, FAILING] },
        { ...NOTHING, sources: [HANGZHOU, BEIJING] },
      ],
      [
        { ...NOTHING, sources: [HANGZHOU, FAILING] },
        { ...NOTHING, sources: [HANGZHOU, BEIJING] },
      ],
      [SNAPSHOT],
    ]);
  });

  it("are told to who comes back when all answer again, who heard of a failure last", async () => {
    await start();
    const watcher = watch(WITH_SOURCES);
    await watcher.reached(1);
    refuse("DescribeInvocations");
    await watcher.reached(2);
    const failed = lastPosition(watcher);
    mend();
    await watcher.reached(3);
    const [back, plain] = [watch(WITH_SOURCES, { after: failed }), watch(listOf(ROWS), { after: failed })];
    await back.reached(1);
    expect([changesOf(back), changesOf(plain)]).toEqual([[{ ...NOTHING, sources: [HANGZHOU, BEIJING] }], []]);
  });

  it("are as they fare at each event, however often one fails alike while no run changes", async () => {
    await start();
    const watcher = watch(listOf(`${ROWS} sources { regionId ok asOf }`));
    await watcher.reached(1);
    const seen: (readonly [boolean, number])[] = [];
    for (let times = 0; times < 3; times += 1) {
      refuse("DescribeInvocations");
      await watcher.reached(watcher.results.length + 1);
      mend();
      await watcher.reached(watcher.results.length + 1);
      const { sources } = changesOf(watcher).at(-1) as unknown as {
        readonly sources: readonly { readonly ok: boolean; readonly asOf: string }[];
      };
      const beijing = sources[1];
      seen.push([beijing?.ok ?? false, Date.parse(beijing?.asOf ?? "")]);
    }
    expect(seen.map(([ok]) => ok)).toEqual([true, true, true]);
    expect(new Set(seen.map(([, asOf]) => asOf)).size).toBe(3);
  });

  it("say whose servers could not be listed, where the list is one of servers' names", async () => {
    await start();
    refuse("DescribeInstances");
    const watcher = watch(WITH_SOURCES, { filter: { instanceNameContains: "i-" } });
    await watcher.reached(1);
    expect(changesOf(watcher)).toEqual([{ ...SNAPSHOT, sources: [HANGZHOU, FAILING] }]);
  });
});
