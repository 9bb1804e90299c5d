import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PAGE = `query ($filter: InvocationFilter, $after: String) { invocations(first: 5, filter: $filter, after: $after) {
  nodes { invokeId } totalCount pageInfo { hasNextPage } sources { ok isComplete error { code upstreamCode } } } }`;
const HEALTHY = [{ ok: true, isComplete: true, error: null }];

describe.each(["ECS", "SWAS"] as const)("an argument that %s refuses", (product) => {
  const run = (invokeId: string) =>
    `{ invocation(provider: ${product}, regionId: "cn-hangzhou", invokeId: "${invokeId}") { status } }`;

  /** A gateway whose upstream refuses what names `bad`. */
  async function start(status: number, upstreamCode: string) {
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace(manyRuns(130, "t-h")) }, { FRESHNESS_MS: "1" });
    rig.far.interfere = ({ asked }) =>
      [...asked.values()].some((value) => value.includes("bad")) ? refusal(status, upstreamCode) : null;
  }

  const others = async () => {
    const { data } = await rig.ask("{ sources { ok error { code } } }");
    const page = await rig.ask(PAGE, {});
    return [data.sources, page.data.invocations.sources];
  };

  // SWAS is asked in another way then, server by server, as if the account might not list runs.
  const barred = [
    [403, "Refused.ByTheirs", "FORBIDDEN"],
    [403, "Forbidden.Word", "FORBIDDEN"],
    [403, "Operation.Forbidden", "FORBIDDEN"],
    [404, "InvalidApi.NotFound", "NOT_SUPPORTED"],
    [403, "UnauthorizedRegion", "NOT_SUPPORTED"],
  ] as const;
  it.each([
    [400, "InvalidParameter", "BAD_REQUEST"],
    [400, "InvalidWord.OfTheirs", "UNKNOWN"],
    ...(product === "ECS" ? barred : []),
  ] as const)("with %d %s fails the question that names it, and no other", async (status, upstreamCode, code) => {
    await start(status, upstreamCode);
    await rig.ask(PAGE, {});
    for (const filter of [{ commandId: "c-bad" }, { instanceId: "i-bad" }, { invokeId: "t-bad" }]) {
      const { data, errors } = await rig.ask(PAGE, { filter });
      expect([filter, data, errors]).toEqual([
        filter,
        {
          invocations: {
            nodes: [],
            totalCount: null,
            pageInfo: { hasNextPage: false },
            sources: [{ ok: false, isComplete: false, error: { code, upstreamCode } }],
          },
        },
        undefined,
      ]);
      expect(await others()).toEqual([[{ ok: true, error: null }], HEALTHY]);
    }
    const here = `provider: ${product}, regionId: "cn-hangzhou"`;
    const questions = [
      run("t-bad"),
      `{ invocationResults(filter: { ${here}, invokeId: "t-bad" }) { nodes { status } } }`,
      `{ instance(${here}, instanceId: "i-bad") { name } }`,
      `{ instance(${here}, instanceId: "i-bad") { agent { isReady } } }`,
    ];
    // An action that never answered may be one that the region does not offer.
    for (const question of code === "NOT_SUPPORTED" ? [] : questions) {
      const { errors } = await rig.ask(question);
      expect([question, errors?.map(({ extensions }) => extensions?.upstreamCode)]).toEqual([question, [upstreamCode]]);
      expect(await others()).toEqual([[{ ok: true, error: null }], HEALTHY]);
    }
  });

  it.each([
    [400, "InvalidWord.OfTheirs", "UNKNOWN"],
    [418, "Odd.Code", "UNKNOWN"],
    ...(product === "ECS" ? barred : []),
  ] as const)("with %d %s fails the question for a state, and no other", async (status, upstreamCode, code) => {
    await start(400, "InvalidParameter.CommandId");
    const { interfere } = rig.far;
    rig.far.interfere = (call, number) =>
      call.asked.get("InvokeStatus") === "Stopped" || call.asked.get("InvocationStatus") === "Stopped"
        ? refusal(status, upstreamCode)
        : (interfere?.(call, number) ?? null);
    await rig.ask(PAGE, {});
    const { data } = await rig.ask(PAGE, { filter: { statusIn: ["STOPPED"] } });
    expect(data.invocations.sources).toEqual([{ ok: false, isComplete: false, error: { code, upstreamCode } }]);
    const { data: booked } = await rig.ask("{ sources { ok error { code } } }");
    expect(booked.sources).toEqual([{ ok: true, error: null }]);
    const { data: named } = await rig.ask(PAGE, { filter: { commandId: "c-bad" } });
    expect(named.invocations.sources).toEqual([
      { ok: false, isComplete: false, error: { code: "BAD_REQUEST", upstreamCode: "InvalidParameter.CommandId" } },
    ]);
    expect(await others()).toEqual([[{ ok: true, error: null }], HEALTHY]);
  });

  it.each(["Forbidden.RAM", "NoPermission"])(
    "is no matter of the question if the account may not ask: %s",
    async (code) => {
      await start(403, code);
      await rig.ask(PAGE, {});
      await rig.ask(PAGE, { filter: { instanceId: "i-bad" } });
      const { data } = await rig.ask("{ sources { ok error { upstreamCode } } }");
      expect(data.sources).toEqual([{ ok: false, error: { upstreamCode: code } }]);
    },
  );

  it("is what the question that names it tells, whatever the source met before", async () => {
    await start(400, "InvalidParameter.CommandId");
    await rig.ask(PAGE, {});
    const { interfere } = rig.far;
    rig.far.interfere = () => refusal(401, "InvalidAccessKeyId.Inactive");
    await rig.ask(PAGE, {});
    rig.far.interfere = interfere;
    const { data } = await rig.ask(PAGE, { filter: { commandId: "c-bad" } });
    expect(data.invocations.sources).toEqual([
      { ok: false, isComplete: false, error: { code: "BAD_REQUEST", upstreamCode: "InvalidParameter.CommandId" } },
    ]);
    const { data: booked } = await rig.ask("{ sources { ok error { code } } }");
    expect(booked.sources).toEqual([{ ok: false, error: { code: "UNAUTHENTICATED" } }]);
  });

  it("of a run's results shows what was known, and says why no more", async () => {
    const runs = [
      { invokeId: "t-1", at: Date.UTC(2026, 0, 2), status: "Running", executions: [{ instanceId: "i-1" }] },
    ];
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace(runs) }, { FRESHNESS_MS: "1" });
    const question = `{ invocationResults(filter: { provider: ${product}, regionId: "cn-hangzhou", invokeId: "t-1" }) {
      nodes { status } totalCount sources { ok isComplete error { code } } } }`;
    const before = (await rig.ask(question)).data.invocationResults;
    rig.far.interfere = ({ asked }) => (asked.has("InvokeId") ? refusal(400, "InvalidParameter") : null);
    const { data } = await rig.ask(question);
    expect(data.invocationResults).toEqual({
      nodes: before.nodes,
      totalCount: null,
      sources: [{ ok: false, isComplete: false, error: { code: "BAD_REQUEST" } }],
    });
    expect(await others()).toEqual([[{ ok: true, error: null }], HEALTHY]);
  });

  it("is an error while nothing is known of any source that was asked", async () => {
    await start(400, "InvalidParameter");
    const { data, errors } = await rig.ask(PAGE, { filter: { instanceId: "i-bad" } });
    expect([data, errors?.map(({ extensions }) => extensions?.code)]).toEqual([
      { invocations: null },
      ["UPSTREAM_BAD_REQUEST"],
    ]);
  });

  it("is a failure of the source if nothing was named", async () => {
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace(manyRuns(130, "t-h")) }, { FRESHNESS_MS: "1" });
    await rig.ask(PAGE, {});
    rig.far.interfere = () => refusal(400, "InvalidParameter");
    await rig.ask(PAGE, {});
    const { data } = await rig.ask("{ sources { ok error { code } } }");
    expect(data.sources).toEqual([{ ok: false, error: { code: "BAD_REQUEST" } }]);
  });
});
