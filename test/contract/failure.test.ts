import { afterEach, describe, expect, it } from "@jest/globals";
import { createFastClock } from "./fast-clock.ts";
import { ordered, type Rig, startRig, walkedIds } from "./rig.ts";
import { createSources, isOfBeijing } from "./sources.ts";
import { type FarCall, type FarFault, refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const STATES = `{ invocations(first: 100) { nodes { regionId provider } sources { provider account regionId ok error { code message upstreamCode httpStatus requestId retryable } } } }`;

const XML = `<?xml version="1.0" encoding="UTF-8"?><Error><RequestId>R-X</RequestId><HostId>h</HostId><Code>Forbidden.RAM</Code><Message>no</Message></Error>`;
const FAULTS: readonly [string, FarFault, object][] = [
  [
    "a throttle as HTTP 400",
    refusal(400, "Throttling.User"),
    { code: "THROTTLED", upstreamCode: "Throttling.User", httpStatus: 400, requestId: "R-E", retryable: true },
  ],
  [
    "a throttle as 503",
    refusal(503, "Throttling.Api"),
    { code: "THROTTLED", upstreamCode: "Throttling.Api", httpStatus: 503, requestId: "R-E", retryable: true },
  ],
  [
    "Forbidden.RAM in XML",
    { status: 403, body: XML, contentType: "text/xml;charset=utf-8" },
    { code: "FORBIDDEN", upstreamCode: "Forbidden.RAM", httpStatus: 403, requestId: "R-X", retryable: false },
  ],
  [
    "a refused token, though none was sent",
    refusal(400, "InvalidParameter.NextToken"),
    {
      code: "BAD_REQUEST",
      upstreamCode: "InvalidParameter.NextToken",
      httpStatus: 400,
      requestId: "R-E",
      retryable: false,
    },
  ],
  [
    "NoPermission",
    refusal(403, "NoPermission"),
    { code: "FORBIDDEN", upstreamCode: "NoPermission", httpStatus: 403, requestId: "R-E", retryable: false },
  ],
  [
    "an unknown key",
    refusal(404, "InvalidAccessKeyId.NotFound"),
    {
      code: "UNAUTHENTICATED",
      upstreamCode: "InvalidAccessKeyId.NotFound",
      httpStatus: 404,
      requestId: "R-E",
      retryable: false,
    },
  ],
  [
    "a wrong signature",
    refusal(400, "SignatureDoesNotMatch", "server string to sign is:GET&secret-string"),
    {
      code: "UNAUTHENTICATED",
      upstreamCode: "SignatureDoesNotMatch",
      httpStatus: 400,
      requestId: "R-E",
      retryable: false,
    },
  ],
  [
    "lower-case keys",
    { status: 403, body: { code: "NoPermission", message: "m", requestId: "R-L" } },
    { code: "FORBIDDEN", upstreamCode: "NoPermission", httpStatus: 403, requestId: "R-L", retryable: false },
  ],
  [
    "HTML of a load balancer",
    { status: 502, body: "<html>Bad Gateway</html>", contentType: "text/html" },
    { code: "UNAVAILABLE", upstreamCode: null, httpStatus: 502, requestId: null, retryable: true },
  ],
  [
    "503 without a body",
    { status: 503, body: "" },
    { code: "UNAVAILABLE", upstreamCode: null, httpStatus: 503, requestId: null, retryable: true },
  ],
  [
    "ServiceUnavailable",
    refusal(503, "ServiceUnavailable"),
    { code: "UNAVAILABLE", upstreamCode: "ServiceUnavailable", httpStatus: 503, requestId: "R-E", retryable: true },
  ],
  [
    "an error inside of 200",
    { status: 200, body: { Code: "ServiceUnavailable", Message: "m", RequestId: "R-2" } },
    { code: "UNAVAILABLE", upstreamCode: "ServiceUnavailable", httpStatus: 200, requestId: "R-2", retryable: true },
  ],
  [
    "no JSON inside of 200",
    { status: 200, body: '{"RequestId": ""E69"' },
    { code: "BAD_RESPONSE", upstreamCode: null, httpStatus: 200, requestId: null, retryable: expect.any(Boolean) },
  ],
  [
    "an array",
    { status: 200, body: [] },
    { code: "BAD_RESPONSE", upstreamCode: null, httpStatus: 200, requestId: null, retryable: expect.any(Boolean) },
  ],
  [
    "a broken connection",
    "cut",
    { code: "UNREACHABLE", upstreamCode: null, httpStatus: null, requestId: null, retryable: true },
  ],
];

describe("one source's failure costs only that source", () => {
  it.each(FAULTS)("%s", async (_name, fault, error) => {
    rig = await startRig(createSources(), {}, createFastClock());
    rig.far.interfere = (call) => (isOfBeijing(call) ? fault : null);
    const { data, errors } = await rig.ask(STATES);
    expect(errors).toBeUndefined();
    expect(data.invocations.nodes.filter((node: { regionId: string }) => node.regionId === "cn-beijing")).toEqual([]);
    expect(data.invocations.sources).toEqual([
      { provider: "ECS", account: "default", regionId: "cn-hangzhou", ok: true, error: null },
      {
        provider: "ECS",
        account: "default",
        regionId: "cn-beijing",
        ok: false,
        error: { message: expect.any(String), ...error },
      },
      { provider: "SWAS", account: "default", regionId: "cn-hangzhou", ok: true, error: null },
    ]);
    expect(data.invocations.nodes).toHaveLength(100);
    const said = JSON.stringify([data, rig.logLines]);
    expect(said).not.toMatch(/a-very-secret-secret|secret-string|Bad Gateway|E69/);
  });

  const LISTS: readonly (readonly [string, string, object])[] = [
    ["ECS, in tokens", "ECS/cn-hangzhou", { tokens: true }],
    ["ECS, in pages", "ECS/cn-hangzhou", {}],
    ["SWAS", "SWAS/cn-hangzhou", {}],
  ];
  const WITHOUT_LIST: readonly (readonly [string, object])[] = [
    ["nothing but a request id", {}],
    ["a total of 0 and no list", { TotalCount: 0, NextToken: "" }],
    ["a total of 0, and null for its list", { TotalCount: 0, Invocations: null, CommandInvocations: null }],
    ["the size of its pages, and no list", { PageNumber: 3, PageSize: 50 }],
  ];

  it.each(
    LISTS.flatMap(([list, ...place]) => WITHOUT_LIST.map(([what, body]) => [what, list, body, ...place] as const)),
  )("an answer of %s ends no list of %s: what it owes comes later", async (_what, _list, body, name, habits) => {
    const places = { [name]: createPlace(manyRuns(130, "t-h", { instanceId: "9".repeat(32) }), habits) };
    rig = await startRig(places, {}, createFastClock());
    const isBehind = ({ asked }: FarCall) => asked.has("NextToken") || Number(asked.get("PageNumber") ?? 1) > 1;
    rig.far.interfere = (call) => (isBehind(call) ? { status: 200, body: { RequestId: "R-3", ...body } } : null);
    const list = "pageInfo { hasNextPage endCursor } sources { ok isComplete error { code requestId } }";
    const first = (await rig.ask(`{ invocations(first: 100) { nodes { invokeId } ${list} } }`)).data.invocations;
    expect(first.nodes).toHaveLength(50);
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect(first.sources).toEqual([
      { ok: false, isComplete: false, error: { code: "BAD_RESPONSE", requestId: "R-3" } },
    ]);
    rig.far.interfere = () => null;
    const rest = await walkedIds(rig, { size: 100, from: first.pageInfo.endCursor });
    const before = first.nodes.map((node: { invokeId: string }) => node.invokeId);
    expect([...before, ...rest]).toEqual(ordered(places));
  });

  it("a region without the API is empty, not broken", async () => {
    const places = createSources();
    rig = await startRig(places, {}, createFastClock());
    rig.far.interfere = (call) => (isOfBeijing(call) ? refusal(400, "RegionId.ApiNotSupported") : null);
    const ids = await walkedIds(rig, { size: 50 });
    expect(ids).toEqual(ordered(places).filter((id) => !id.startsWith("t-b")));
  });

  it.each(["ECS/cn-beijing", "SWAS/cn-hangzhou"])(
    "%s failing beyond the soft deadline is not ok, and the others are shown",
    async (name) => {
      rig = await startRig(createSources(), { SOFT_DEADLINE_MS: "800", UPSTREAM_TIMEOUT_MS: "5000" });
      let calls = 0;
      // The first attempt fails, and the next one is still under way when the page goes on.
      rig.far.interfere = ({ product, regionId }) => {
        if (`${product}/${regionId}` !== name) return null;
        calls += 1;
        return calls === 1 ? refusal(503, "ServiceUnavailable") : "silent";
      };
      const { data, errors } = await rig.ask(
        "{ invocations(first: 50) { nodes { invokeId } sources { provider regionId ok isComplete error { code } } } }",
      );
      expect(errors).toBeUndefined();
      expect(data.invocations.nodes).toHaveLength(50);
      expect(data.invocations.sources).toEqual(
        ["ECS/cn-hangzhou", "ECS/cn-beijing", "SWAS/cn-hangzhou"].map((one) => {
          const [provider, regionId] = one.split("/");
          const isFailing = one === name;
          return {
            provider,
            regionId,
            ok: !isFailing,
            isComplete: !isFailing,
            error: isFailing ? { code: "UNAVAILABLE" } : null,
          };
        }),
      );
      expect(calls).toBe(2);
    },
  );

  it.each([
    ["the newest runs", "CREATION_TIME_DESC"],
    ["another order", "DURATION_ASC"],
  ])(
    "a source that never answers delays %s no longer than the soft deadline, also if its runs go on",
    async (_name, order) => {
      const running: Run = {
        invokeId: "t-on",
        at: Date.UTC(2026, 0, 3),
        status: "Running",
        executions: [{ instanceId: "i-1", status: "Running" }],
      };
      rig = await startRig(
        { "ECS/cn-beijing": createPlace([running]) },
        { SOFT_DEADLINE_MS: "300", FRESHNESS_MS: "1" },
      );
      const list = `{ invocations(orderBy: ${order}, filter: { createdAfter: "2026-01-01T00:00:00Z" }) {
        nodes { invokeId status } sources { isComplete } } }`;
      const { data: known } = await rig.ask(list);
      rig.far.interfere = () => "silent";
      const begin = performance.now();
      expect((await rig.ask(list)).data).toEqual(known);
      expect(performance.now() - begin).toBeLessThan(3_000);
    },
  );

  it("a source that never answers is a TIMEOUT within the deadline", async () => {
    rig = await startRig(createSources(), { UPSTREAM_TIMEOUT_MS: "200", OPERATION_DEADLINE_MS: "900" });
    rig.far.interfere = (call) => (isOfBeijing(call) ? "silent" : null);
    const begin = Date.now();
    const { data, errors } = await rig.ask(STATES);
    expect(Date.now() - begin).toBeLessThan(4_000);
    expect(errors).toBeUndefined();
    expect(data.invocations.sources[1]).toMatchObject({ ok: false, error: { code: "TIMEOUT", retryable: true } });
    expect(data.invocations.nodes).toHaveLength(100);
  });
});

describe("a call that fails", () => {
  const row = (fields: string) => `{ invocations(first: 1) { nodes { instanceInvocations { nodes { ${fields} } } } } }`;

  it.each([
    ["DescribeInstances", row("instance { name }")],
    ["DescribeInvocationResults", row("result { output { text } }")],
  ])("is no concern of a page that does without: %s", async (action, query) => {
    const run: Run = { invokeId: "t-1", at: Date.UTC(2026, 0, 2), executions: [{ instanceId: "i-1" }] };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) }, { FRESHNESS_MS: "60000" });
    rig.far.interfere = (call) => (call.action === action ? refusal(403, "Forbidden.RAM") : null);
    const runs = "{ invocations { nodes { invokeId } sources { ok isComplete error { code } } } }";
    await rig.ask(runs);
    const { errors } = await rig.ask(query);
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(["UPSTREAM_FORBIDDEN"]);
    const fine = { ok: true, isComplete: true, error: null };
    expect((await rig.ask(runs)).data.invocations.sources).toEqual([fine]);
    expect((await rig.ask("{ sources { ok error { code } } }")).data.sources).toEqual([
      { ok: false, error: { code: "FORBIDDEN" } },
    ]);
  });

  it("is not made good by one of another kind", async () => {
    const run: Run = { invokeId: "t-1", at: Date.UTC(2026, 0, 2), executions: [{ instanceId: "i-1" }] };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) }, { FRESHNESS_MS: "1" });
    const runs = "{ invocations { nodes { invokeId } sources { ok error { code } } } }";
    await rig.ask(runs);
    rig.far.interfere = ({ action }) => (action === "DescribeInvocations" ? refusal(403, "Forbidden.RAM") : null);
    await rig.ask(runs);
    await rig.ask("{ instances { nodes { name } } }");
    expect((await rig.ask("{ sources { ok error { code } } }")).data.sources).toEqual([
      { ok: false, error: { code: "FORBIDDEN" } },
    ]);
  });
});
