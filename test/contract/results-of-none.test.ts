import { afterEach, describe, expect, it } from "@jest/globals";
import { onServers, resultsOf, runOf } from "./missing-scene.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const RESULTS = resultsOf('invokeId: "t-1"');
const NESTED = onServers(2).map(({ instanceId }) => ({ instanceId, exitCode: 0 }));

/** Starts with one run, whose results are answered so. */
async function start(run: Run, mangle: (text: string) => string, product: "ECS" | "SWAS" = "ECS"): Promise<void> {
  rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([run]) }, { FRESHNESS_MS: "1" });
  rig.far.mangle = (body, { action }) =>
    action === "DescribeInvocationResults" ? JSON.parse(mangle(JSON.stringify(body))) : body;
}

const toEmpty = (text: string): string =>
  text.replace(/"InvocationResult":\[.*\]/s, '"InvocationResult":[]').replace(/"TotalCount":\d+/, '"TotalCount":0');
// Without a total, as in token mode, nothing but the ids tells that these are others.
const toOthers = (text: string): string =>
  text.replaceAll('"InvokeId":"t-1"', '"InvokeId":"t-9"').replace(/"TotalCount":\d+/, '"TotalCount":0');

const read = async (query = RESULTS) => {
  const { data, errors } = await rig.ask(query);
  expect(errors).toBeUndefined();
  const { totalCount, nodes, sources } = data.invocationResults;
  const instances = nodes.map(({ instanceId, exitCode }: Body) => ({ instanceId, exitCode }));
  return { totalCount, instances, sources };
};
type Body = Readonly<Record<string, unknown>>;

const COMPLETE = [{ ok: true, isComplete: true }];
const INCOMPLETE = [{ ok: true, isComplete: false }];

describe("a run whose results", () => {
  it.each([
    ["are none", toEmpty],
    ["are those of another run", toOthers],
  ])("%s has those that its record shows, whether or not it is known, for one reading of it", async (_are, mangle) => {
    await start(runOf(onServers(2)), mangle);
    const whole = { totalCount: 2, instances: NESTED, sources: COMPLETE };
    expect(await read()).toEqual(whole);
    expect(rig.far.asked()).toEqual(["DescribeInvocationResults cn-hangzhou", "DescribeInvocations cn-hangzhou"]);
    await rig.ask("{ invocations { nodes { invokeId } } }");
    expect(await read()).toEqual(whole);
  });

  it("are those of another run is not whole if its record cannot be read", async () => {
    await start(runOf(onServers(2)), toOthers);
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? refusal(403, "Forbidden.RAM") : null);
    const { data, errors } = await rig.ask(RESULTS);
    expect([data, errors?.map(({ extensions }) => extensions?.code)]).toEqual([
      { invocationResults: null },
      ["UPSTREAM_BAD_RESPONSE"],
    ]);
  });

  it("are none is not whole if its record cannot be read", async () => {
    await start(runOf(onServers(2)), toEmpty);
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? refusal(403, "Forbidden.RAM") : null);
    expect(await read()).toEqual({ totalCount: null, instances: [], sources: INCOMPLETE });
  });

  it.each(["ECS", "SWAS"] as const)(
    "on %s are none is not whole if it is over and shows no instance",
    async (product) => {
      await start(runOf([]), (text) => text, product);
      for (let times = 0; times < 2; times += 1) {
        expect(await read(RESULTS.replace("ECS", product))).toEqual({
          totalCount: null,
          instances: [],
          sources: INCOMPLETE,
        });
        await rig.ask("{ invocations { nodes { invokeId } } }");
      }
    },
  );

  it("are none has none if nobody knows the run, or it has not begun", async () => {
    await start({ ...runOf([]), status: "Pending" }, (text) => text);
    const none = { totalCount: 0, instances: [], sources: COMPLETE };
    expect(await read()).toEqual(none);
    rig.far.calls.length = 0;
    expect(await read(resultsOf('invokeId: "t-none"'))).toEqual(none);
    expect(rig.far.asked()).toEqual(["DescribeInvocationResults cn-hangzhou", "DescribeInvocations cn-hangzhou"]);
  });
});
