import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const ROW = "status isFinal statusCounts { status count } instanceInvocations { totalCount }";
const LIST = `{ invocations { nodes { ${ROW} } } }`;
const LIST_OF_ONE = `{ invocations(filter: { instanceId: "i-1" }) { nodes { ${ROW} } } }`;
const ASKED = 'provider: SWAS, regionId: "cn-hangzhou", invokeId: "t-1"';
const RUN = `{ invocation(${ASKED}) { ${ROW} } }`;
const RESULTS = `{ invocationResults(filter: { ${ASKED} }) { nodes { instanceId } sources { isComplete } } }`;

const EARLY = {
  status: "SUCCESS",
  isFinal: false,
  statusCounts: [{ status: "SUCCESS", count: 1 }],
  instanceInvocations: { totalCount: null },
};
const WHOLE = {
  status: "PARTIAL_FAILED",
  isFinal: true,
  statusCounts: [
    { status: "SUCCESS", count: 1 },
    { status: "FAILED", count: 1 },
  ],
  instanceInvocations: { totalCount: 2 },
};

const WAYS = [
  ["an empty answer", null],
  ["404", refusal(404, "InvalidInvokeId.NotFound")],
] as const;

/** On i-1 a run ended well just now, on i-2, which does not tell of it for the moment, it failed. */
async function start(way: (typeof WAYS)[number][1], ids = ["i-1", "i-2"]) {
  const clock = createClockAhead(systemClock);
  const failed = { instanceId: "i-2", status: "Failed", exitCode: 9 };
  const executions = [{ instanceId: "i-1" }, failed].filter(({ instanceId }) => ids.includes(instanceId));
  const place = createPlace([{ invokeId: "t-1", at: clock.now(), executions }]);
  rig = await startRig({ "SWAS/cn-hangzhou": place }, {}, clock);
  let isLate = true;
  const isOfLate = (asked: URLSearchParams) => isLate && asked.get("InstanceId") === "i-2";
  rig.far.interfere = ({ action, asked }) => {
    if (action === "DescribeCommandInvocations") return refusal(403, "NoPermission");
    return action === "DescribeInvocationResult" && isOfLate(asked) ? way : null;
  };
  rig.far.mangle = (body, { action, asked }) => {
    if (action === "DescribeInvocationResult" && isOfLate(asked)) return {};
    return action === "DescribeInvocations" && isOfLate(asked) ? { ...body, TotalCount: 0, Invocations: [] } : body;
  };
  return {
    async ask(query: string) {
      rig.far.calls.length = 0;
      const { data } = await rig.ask(query);
      return data.invocation ?? data.invocations?.nodes[0] ?? data.invocationResults;
    },
    calls: () => rig.far.calls.map(({ action, asked }) => `${action} ${asked.get("InstanceId") ?? ""}`.trim()),
    pass(ms: number) {
      isLate = false;
      clock.pass(ms);
    },
  };
}

describe.each(WAYS)("a run of which one server does not tell yet, read server by server (%s)", (_name, way) => {
  it("is neither final nor counted, until that server had 15 s to tell of it", async () => {
    const { ask, calls, pass } = await start(way);
    expect(await ask(RUN)).toEqual(EARLY);
    pass(3_000);
    expect([await ask(RUN), calls()]).toEqual([EARLY, []]);
    pass(13_000);
    expect([await ask(RUN), calls()]).toEqual([WHOLE, ["DescribeInvocationResult i-2"]]);
    pass(60_000);
    expect([await ask(RUN), calls()]).toEqual([WHOLE, []]);
  });

  it("is neither if lists told of it, whose next reading tells all", async () => {
    const { ask, calls, pass } = await start(way);
    expect(await ask(LIST)).toEqual(EARLY);
    pass(16_000);
    expect(await ask(LIST)).toEqual(WHOLE);
    expect([await ask(RUN), calls()]).toEqual([WHOLE, []]);
  });

  it("is read again by its id if no list was read since", async () => {
    const { ask, pass } = await start(way);
    expect(await ask(LIST)).toEqual(EARLY);
    expect(await ask(RUN)).toEqual(EARLY);
    pass(16_000);
    expect(await ask(RUN)).toEqual(WHOLE);
  });

  it("is final some time also for who asks for the list of one server alone", async () => {
    const { ask, pass } = await start(way);
    expect(await ask(LIST_OF_ONE)).toMatchObject({ isFinal: false });
    pass(16_000);
    expect(await ask(LIST_OF_ONE)).toEqual(WHOLE);
  });

  it("has results that are not all of them", async () => {
    const { ask, pass } = await start(way);
    await ask(RUN);
    expect(await ask(RESULTS)).toEqual({ nodes: [{ instanceId: "i-1" }], sources: [{ isComplete: false }] });
    pass(16_000);
    await ask(RUN);
    const nodes = [{ instanceId: "i-1" }, { instanceId: "i-2" }];
    expect(await ask(RESULTS)).toEqual({ nodes, sources: [{ isComplete: true }] });
  });
});

it("a run of the only server of a region is final at once", async () => {
  const { ask } = await start(null, ["i-1"]);
  const whole = { ...EARLY, isFinal: true, instanceInvocations: { totalCount: 1 } };
  expect([await ask(LIST), await ask(RUN)]).toEqual([whole, whole]);
});
