import { afterEach, describe, expect, it } from "@jest/globals";
import { createFastClock } from "./fast-clock.ts";
import { ordered, type Rig, startRig, walk, walkedIds } from "./rig.ts";
import { createSources, isOfBeijing } from "./sources.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

describe("a source that fails on some pages of a walk and comes back", () => {
  it.each([
    [20, [2]],
    [20, [1, 2]],
    [7, [3, 4, 8]],
    [50, [1]],
  ])("gives all its runs in the end: pages of %d, failing on pages %j", async (size, failing) => {
    const places = createSources();
    rig = await startRig(places, {}, createFastClock());
    let page = 1;
    rig.far.interfere = (call) => (isOfBeijing(call) && failing.includes(page) ? refusal(403, "NoPermission") : null);
    const pages = await walk(rig, {
      size,
      between: () => {
        page += 1;
      },
    });
    const ids = pages.flatMap((one) => one.ids);
    expect([...ids].sort()).toEqual([...ordered(places)].sort());
    const others = ids.filter((id) => !id.startsWith("t-b"));
    expect(others).toEqual(ordered(places).filter((id) => !id.startsWith("t-b")));
    expect(pages.every(({ errors }) => errors === undefined)).toBe(true);
  });
});

describe("when nothing is known of any source and every one fails", () => {
  const NEXT =
    "query ($after: String) { invocations(first: 100, after: $after) { nodes { invokeId } pageInfo { endCursor } sources { ok isComplete } } }";

  it("the field is null with one error, and the same cursor works later", async () => {
    const places = createSources();
    rig = await startRig(places, {}, createFastClock());
    const first = await rig.ask("{ invocations(first: 20) { pageInfo { endCursor } } }");
    const after = first.data.invocations.pageInfo.endCursor;
    const twin = await rig.twin();
    let isDown = true;
    rig.far.interfere = () => (isDown ? refusal(403, "Forbidden.RAM") : null);
    const failed = await twin.ask(NEXT, { after });
    expect(failed.data).toEqual({ invocations: null });
    expect(failed.errors).toEqual([
      {
        message: expect.any(String),
        path: ["invocations"],
        locations: expect.anything(),
        extensions: expect.objectContaining({
          code: "UPSTREAM_FORBIDDEN",
          upstreamCode: "Forbidden.RAM",
          retryable: false,
        }),
      },
    ]);
    isDown = false;
    const again = await twin.ask(NEXT, { after });
    expect(again.data.invocations.nodes.map((node: { invokeId: string }) => node.invokeId)).toEqual(
      ordered(places).slice(20, 120),
    );
  });

  it("what is known is shown, whatever the upstream does", async () => {
    const places = createSources();
    rig = await startRig(places, {}, createFastClock());
    const first = await rig.ask("{ invocations(first: 20) { pageInfo { endCursor } } }");
    rig.far.interfere = () => refusal(403, "Forbidden.RAM");
    const { data, errors } = await rig.ask(NEXT, { after: first.data.invocations.pageInfo.endCursor });
    expect(errors).toBeUndefined();
    expect(data.invocations.nodes.map((node: { invokeId: string }) => node.invokeId)).toEqual(
      ordered(places).slice(20, 120),
    );
    expect(data.invocations.sources).toEqual(Array(3).fill({ ok: true, isComplete: true }));
  });
});

describe("when one source fails and what the others hold is known", () => {
  const PAGE = `query ($filter: InvocationFilter, $first: Int, $last: Int) {
    invocations(filter: $filter, first: $first, last: $last) {
      nodes { invokeId } totalCount sources { provider ok isComplete } } }`;
  const nothing = {
    invocations: {
      nodes: [],
      totalCount: null,
      sources: [
        { provider: "ECS", ok: false, isComplete: false },
        { provider: "SWAS", ok: true, isComplete: true },
      ],
    },
  };

  it.each([
    ["a status", { first: 5, filter: { statusIn: ["FAILED"] } }],
    ["a command's name", { first: 5, filter: { commandName: "no such name" } }],
    ["a time", { first: 5, filter: { createdAfter: "2026-01-03T00:00:00Z" } }],
    ["an error code", { first: 5, filter: { errorCodeIn: ["NoSuchCode"] } }],
    ["a time, backwards", { last: 5, filter: { createdAfter: "2026-01-03T00:00:00Z" } }],
  ])(
    "a list that means none of that is empty, and says what it lacks, read or known: by %s",
    async (_name, variables) => {
      rig = await startRig(
        { "ECS/cn-hangzhou": createPlace([]), "SWAS/cn-hangzhou": createPlace(manyRuns(3, "t-s")) },
        { FRESHNESS_MS: "60000" },
      );
      rig.far.interfere = ({ product }) => (product === "ECS" ? refusal(403, "Forbidden.RAM") : null);
      const read = await rig.ask(PAGE, variables);
      await rig.ask("{ invocations { nodes { invokeId } } }");
      const calls = rig.far.calls.length;
      const known = await rig.ask(PAGE, variables);
      expect([read.data, known.data]).toEqual([nothing, nothing]);
      expect(rig.far.calls.slice(calls).map(({ product }) => product)).not.toContain("SWAS");
    },
  );

  it.each([
    ["a label", { tags: [{ key: "env" }] }],
    ["a resource group", { resourceGroupId: "rg-1" }],
    ["a product", { providerIn: ["ECS"] }],
  ])("a list that only the failing source could hold is an error: by %s", async (_name, filter) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([]), "SWAS/cn-hangzhou": createPlace(manyRuns(3, "t-s")) });
    rig.far.interfere = ({ product }) => (product === "ECS" ? refusal(403, "Forbidden.RAM") : null);
    const { data, errors } = await rig.ask(PAGE, { first: 5, filter });
    expect([data, errors?.map(({ extensions }) => extensions?.code)]).toEqual([
      { invocations: null },
      ["UPSTREAM_FORBIDDEN"],
    ]);
  });
});

describe("a single object that cannot be read", () => {
  it("is null and one error that says where and why", async () => {
    rig = await startRig(createSources(), {}, createFastClock());
    rig.far.interfere = () => refusal(400, "Throttling.User");
    const { data, errors } = await rig.ask(
      `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-h00000") { id } sources { ok } }`,
    );
    expect(data).toEqual({ invocation: null, sources: expect.any(Array) });
    expect(errors?.map(({ extensions, path }) => ({ extensions, path }))).toEqual([
      {
        path: ["invocation"],
        extensions: {
          code: "UPSTREAM_THROTTLED",
          provider: "ECS",
          account: "default",
          regionId: "cn-hangzhou",
          upstreamCode: "Throttling.User",
          requestId: "R-E",
          retryable: true,
        },
      },
    ]);
  });

  it("is null without an error where the upstream does not know it", async () => {
    rig = await startRig(createSources(), {}, createFastClock());
    const ask = (provider: string) =>
      rig.ask(`{ invocation(provider: ${provider}, regionId: "cn-hangzhou", invokeId: "t-unknown") { id } }`);
    expect([await ask("ECS"), await ask("SWAS")].map(({ data, errors }) => [data, errors])).toEqual([
      [{ invocation: null }, undefined],
      [{ invocation: null }, undefined],
    ]);
    rig.far.interfere = () => refusal(404, "InvalidInvokeId.NotFound");
    expect((await ask("ECS")).data).toEqual({ invocation: null });
  });
});

describe("retries", () => {
  it("are signed anew each time", async () => {
    rig = await startRig(createSources(), {}, createFastClock());
    rig.far.interfere = (_call, number) => (number <= 2 ? refusal(400, "SignatureNonceUsed") : null);
    const { data, errors } = await rig.ask(
      `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-h00000") { invokeId } }`,
    );
    expect([data, errors]).toEqual([{ invocation: { invokeId: "t-h00000" } }, undefined]);
  });

  it.each(["Forbidden.RAM", "InvalidParameter", "SignatureDoesNotMatch", "RegionId.ApiNotSupported"])(
    "are none after %s",
    async (code) => {
      rig = await startRig({ "ECS/cn-hangzhou": createPlace([]) }, {}, createFastClock());
      rig.far.interfere = () => refusal(400, code);
      await rig.ask("{ invocations { nodes { id } } }");
      expect(rig.far.calls).toHaveLength(1);
    },
  );
});

describe("a SWAS source that may not read the list of all runs any more", () => {
  const PAGE = "{ invocations { nodes { invokeId } sources { ok isComplete } } }";
  const SERVER = "a".repeat(32);

  async function startRead() {
    const place = createPlace(manyRuns(60, "t-s", { instanceId: SERVER }));
    rig = await startRig({ "SWAS/cn-hangzhou": { ...place, servers: [SERVER] } }, { FRESHNESS_MS: "1" });
    return { place, shown: (await rig.ask(PAGE)).data.invocations.nodes };
  }

  it("is read server by server from the next page on", async () => {
    const { place, shown } = await startRead();
    rig.far.interfere = ({ action }) => (action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null);
    expect((await rig.ask(PAGE)).data.invocations).toEqual({
      nodes: shown,
      sources: [{ ok: false, isComplete: true }],
    });
    const [newest] = place.runs;
    place.runs.unshift({ ...(newest as Run), invokeId: "t-new", at: (newest as Run).at + 1_000 });
    expect((await rig.ask(PAGE)).data.invocations).toEqual({
      nodes: [{ invokeId: "t-new" }, ...shown.slice(0, -1)],
      sources: [{ ok: true, isComplete: true }],
    });
    expect(await walkedIds(rig, { size: 100 })).toEqual(place.runs.map(({ invokeId }) => invokeId));
  });

  it("shows what is known if nothing can be read", async () => {
    const { shown } = await startRead();
    rig.far.interfere = () => refusal(403, "NoPermission");
    for (let page = 0; page < 3; page += 1) {
      expect((await rig.ask(PAGE)).data.invocations).toEqual({
        nodes: shown,
        sources: [{ ok: false, isComplete: true }],
      });
    }
    rig.far.interfere = ({ action }) => (action === "ListInstances" ? null : refusal(403, "NoPermission"));
    for (let page = 0; page < 3; page += 1) {
      expect((await rig.ask(PAGE)).data.invocations).toMatchObject({ nodes: shown, sources: [{ ok: false }] });
    }
  });

  it("shows the runs of a server that came after the others were listed", async () => {
    const servers = [SERVER];
    const place = createPlace(manyRuns(3, "t-s", { instanceId: SERVER }));
    rig = await startRig({ "SWAS/cn-hangzhou": { ...place, servers } }, { FRESHNESS_MS: "1" });
    rig.far.interfere = ({ action }) => (action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null);
    expect((await rig.ask(PAGE)).data.invocations.nodes).toHaveLength(3);
    const [newcomer] = manyRuns(1, "t-n", { instanceId: "b".repeat(32) });
    servers.push("b".repeat(32));
    place.runs.unshift(newcomer as Run);
    const filter = `(filter: { instanceId: "${"b".repeat(32)}" })`;
    expect((await rig.ask(PAGE.replace("invocations", `invocations${filter}`))).data.invocations).toEqual({
      nodes: [{ invokeId: newcomer?.invokeId }],
      sources: [{ ok: true, isComplete: true }],
    });
  });
});
