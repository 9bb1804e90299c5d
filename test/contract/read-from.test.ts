import { afterEach, describe, expect, it } from "@jest/globals";
import { type Subscriber, TRANSPORTS } from "../support/live.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Run } from "./world.ts";

const NOON = Date.UTC(2026, 0, 2, 12);
const FROM = "readFrom { requestId asOf }";
const LIST = `{ invocations(first: 5) { nodes { invokeId consoleUrl ${FROM}
  instanceInvocations { nodes { ${FROM} result { ${FROM} } } } } } }`;
const OUTPUT = `{ invocations(first: 5) { nodes { ${FROM} instanceInvocations { nodes { ${FROM}
  result { ${FROM} output { text } } } } } } }`;
const run = (invokeId: string, status = "Success"): Run => ({
  invokeId,
  at: NOON,
  status,
  executions: [{ instanceId: "i-1", status, output: "done\n" }],
});

let rig: Rig;
let subscribers: Subscriber[] = [];
afterEach(async () => {
  for (const one of subscribers) await one.leave();
  subscribers = [];
  await rig.stop();
});

const idOfCall = (action: string) => `R-${rig.far.calls.findIndex((call) => call.action === action) + 1}`;

describe("which answer told what is shown", () => {
  it.each([
    ["ECS", "DescribeInvocations"],
    ["SWAS", "DescribeCommandInvocations"],
  ])("is that of the list, on %s, and costs no call", async (product, action) => {
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([run("t-aaaa")]) });
    const { data } = await rig.ask(LIST);
    const [node] = data.invocations.nodes;
    const readFrom = { requestId: idOfCall(action), asOf: expect.stringMatching(/^20\d\d-.*Z$/) };
    expect(node).toMatchObject({ readFrom, instanceInvocations: { nodes: [{ readFrom, result: { readFrom } }] } });
    const calls = rig.far.calls.length;
    await rig.ask(LIST);
    expect(rig.far.calls.length).toBe(calls);
  });

  it("is another one for what another call told", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run("t-aaaa")]) });
    const { data } = await rig.ask(OUTPUT);
    const [node] = data.invocations.nodes;
    const [row] = node.instanceInvocations.nodes;
    expect(node.readFrom.requestId).toBe(idOfCall("DescribeInvocations"));
    expect(row.result).toMatchObject({
      output: { text: "done\n" },
      readFrom: { requestId: idOfCall("DescribeInvocationResults") },
    });
  });

  it("stays when the same is told again, and wakes nobody who watches", async () => {
    const place = createPlace([run("t-aaaa", "Running")]);
    const settings = { WATCH_MIN_INTERVAL_MS: "20", WATCH_MAX_INTERVAL_MS: "20", FRESHNESS_MS: "20" };
    rig = await startRig({ "ECS/cn-hangzhou": place }, settings);
    const before = await rig.ask(`{ invocations { nodes { id ${FROM} } } }`);
    const [{ id, readFrom }] = before.data.invocations.nodes;
    const lists = TRANSPORTS.websocket(rig.url, {
      query: `subscription { change: invocationsChanged { changed { ${FROM} } } }`,
    });
    const one = TRANSPORTS.websocket(rig.url, {
      query: `subscription ($id: ID!) { run: invocationUpdated(id: $id) { status ${FROM} } }`,
      variables: { id },
    });
    subscribers.push(lists, one);
    await Promise.all([lists.reached(1), one.reached(1)]);
    let looks = 0;
    await new Promise<void>((resolve) => {
      rig.far.interfere = () => {
        looks += 1;
        if (looks === 10) resolve();
        return null;
      };
    });
    expect([lists.results.length, one.results.length]).toEqual([1, 1]);
    expect(one.results[0]).toMatchObject({ data: { run: { status: "RUNNING", readFrom } } });
    place.runs[0] = run("t-aaaa", "Success");
    await Promise.all([lists.reached(2), one.reached(2)]);
    expect(one.results[1]).toMatchObject({ data: { run: { status: "SUCCESS" } } });
    expect((one.results[1] as { data: { run: { readFrom: unknown } } }).data.run.readFrom).not.toEqual(readFrom);
  });
});
