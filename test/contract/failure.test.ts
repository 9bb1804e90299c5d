import { afterEach, describe, expect, it } from "@jest/globals";
import { createFastClock } from "./fast-clock.ts";
import { ordered, type Rig, startRig, walk, walkedIds } from "./rig.ts";
import { type FarCall, type FarFault, refusal } from "./upstream.ts";
import { createPlace, manyRuns, type Place } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const SERVER = "f".repeat(32);
const quick = () => createFastClock();
const world = (): Record<string, Place> => ({
  "ECS/cn-hangzhou": createPlace(manyRuns(60, "t-h", { perSecond: 2 })),
  "ECS/cn-beijing": createPlace(manyRuns(60, "t-b", { perSecond: 2 })),
  "SWAS/cn-hangzhou": createPlace(manyRuns(60, "t-s", { perSecond: 2, instanceId: SERVER })),
});
const beijing = ({ regionId }: FarCall) => regionId === "cn-beijing";
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
    rig = await startRig(world(), {}, quick());
    rig.far.interfere = (call) => (beijing(call) ? fault : null);
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

  it("a region without the API is empty, not broken", async () => {
    const places = world();
    rig = await startRig(places, {}, quick());
    rig.far.interfere = (call) => (beijing(call) ? refusal(400, "RegionId.ApiNotSupported") : null);
    const ids = await walkedIds(rig, { size: 50 });
    expect(ids).toEqual(ordered(places).filter((id) => !id.startsWith("t-b")));
  });

  it("a source that never answers is a TIMEOUT within the deadline", async () => {
    rig = await startRig(world(), { UPSTREAM_TIMEOUT_MS: "200", OPERATION_DEADLINE_MS: "900" });
    rig.far.interfere = (call) => (beijing(call) ? "silent" : null);
    const begin = Date.now();
    const { data, errors } = await rig.ask(STATES);
    expect(Date.now() - begin).toBeLessThan(1_500);
    expect(errors).toBeUndefined();
    expect(data.invocations.sources[1]).toMatchObject({ ok: false, error: { code: "TIMEOUT", retryable: true } });
    expect(data.invocations.nodes).toHaveLength(100);
  });
});

describe("a source that fails on some pages of a walk and comes back", () => {
  it.each([
    [20, [2]],
    [20, [1, 2]],
    [7, [3, 4, 8]],
    [50, [1]],
  ])("gives all its runs in the end: pages of %d, failing on pages %j", async (size, failing) => {
    const places = world();
    rig = await startRig(places, {}, quick());
    let page = 1;
    rig.far.interfere = (call) => (beijing(call) && failing.includes(page) ? refusal(403, "NoPermission") : null);
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

describe("when every source failed", () => {
  it("the field is null with one error, and the same cursor works later", async () => {
    const places = world();
    rig = await startRig(places, {}, quick());
    const NEXT =
      "query ($after: String) { invocations(first: 20, after: $after) { nodes { invokeId } pageInfo { endCursor } } }";
    const first = await rig.ask(NEXT);
    const after = first.data.invocations.pageInfo.endCursor;
    let isDown = true;
    rig.far.interfere = () => (isDown ? refusal(403, "Forbidden.RAM") : null);
    const failed = await rig.ask(NEXT.replace("first: 20", "first: 100"), { after });
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
    const again = await rig.ask(NEXT.replace("first: 20", "first: 100"), { after });
    expect(again.data.invocations.nodes.map((node: { invokeId: string }) => node.invokeId)).toEqual(
      ordered(places).slice(20, 120),
    );
  });
});

describe("a single object that cannot be read", () => {
  it("is null and one error that says where and why", async () => {
    rig = await startRig(world(), {}, quick());
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
    rig = await startRig(world(), {}, quick());
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
    rig = await startRig(world(), {}, quick());
    rig.far.interfere = (_call, number) => (number <= 2 ? refusal(400, "SignatureNonceUsed") : null);
    const { data, errors } = await rig.ask(
      `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-h00000") { invokeId } }`,
    );
    expect([data, errors]).toEqual([{ invocation: { invokeId: "t-h00000" } }, undefined]);
  });

  it.each(["Forbidden.RAM", "InvalidParameter", "SignatureDoesNotMatch", "RegionId.ApiNotSupported"])(
    "are none after %s",
    async (code) => {
      rig = await startRig({ "ECS/cn-hangzhou": createPlace([]) }, {}, quick());
      rig.far.interfere = () => refusal(400, code);
      await rig.ask("{ invocations { nodes { id } } }");
      expect(rig.far.calls).toHaveLength(1);
    },
  );
});

describe("an account that may not use DescribeCommandInvocations", () => {
  const servers = Array.from({ length: 5 }, (_, index) => String(index).repeat(32));
  const runs = manyRuns(90, "t-s", { perSecond: 4 }).map((run, index) => ({
    ...run,
    executions: [{ instanceId: servers[index % 5] ?? "", output: `from ${run.invokeId}\n` }],
  }));
  const only = (call: FarCall) => (call.action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null);

  it.each([7, 20, 100])("still has all runs in order: pages of %d", async (size) => {
    const places = { "SWAS/cn-hangzhou": { ...createPlace(runs, { ties: "shuffled" as const }), servers } };
    rig = await startRig(places, {}, quick());
    rig.far.interfere = only;
    expect(await walkedIds(rig, { size })).toEqual(ordered(places));
    expect(await walkedIds(rig, { size, backwards: true })).toEqual(ordered(places));
  });

  it("still has outputs, single runs and an instance's runs", async () => {
    const places = { "SWAS/cn-hangzhou": { ...createPlace(runs), servers } };
    rig = await startRig(places, {}, quick());
    rig.far.interfere = only;
    const list = await rig.ask(
      "{ invocations(first: 3) { nodes { id invokeId instanceInvocations { nodes { exitCode result { output { text } } } } } } }",
    );
    expect(list.errors).toBeUndefined();
    for (const node of list.data.invocations.nodes) {
      expect(node.instanceInvocations.nodes).toEqual([
        { exitCode: 0, result: { output: { text: `from ${node.invokeId}\n` } } },
      ]);
    }
    const own = await rig.ask(
      `{ instance(provider: SWAS, regionId: "cn-hangzhou", instanceId: "${servers[2]}") { invocations(first: 50) { nodes { invokeId } } } }`,
    );
    const expected = ordered(places).filter(
      (id) => runs.find((run) => run.invokeId === id)?.executions[0]?.instanceId === servers[2],
    );
    expect(own.data?.instance.invocations.nodes.map((node: { invokeId: string }) => node.invokeId)).toEqual(expected);
    const single = await rig.ask("query ($id: ID!) { node(id: $id) { ... on Invocation { invokeId status } } }", {
      id: list.data.invocations.nodes[0].id,
    });
    expect([single.data, single.errors]).toEqual([
      { node: { invokeId: list.data.invocations.nodes[0].invokeId, status: "SUCCESS" } },
      undefined,
    ]);
  });
});

describe("several accounts", () => {
  it("are sources of their own", async () => {
    const { mkdtempSync, rmSync, writeFileSync } = await import("node:fs");
    const folder = mkdtempSync("/tmp/accounts-");
    const file = `${folder}/accounts.json`;
    const account = (alias: string, key: string) => ({
      alias,
      ecsRegions: ["cn-hangzhou"],
      credentials: { type: "static", accessKeyId: key, accessKeySecret: "s" },
    });
    writeFileSync(file, JSON.stringify({ accounts: [account("one", "key-1"), account("two", "key-2")] }));
    const places = {
      "key-1/ECS/cn-hangzhou": createPlace(manyRuns(30, "t-x")),
      "key-2/ECS/cn-hangzhou": createPlace(manyRuns(30, "t-x")),
    };
    rig = await startRig(places, { ACCOUNTS_FILE: file, ECS_REGIONS: "", SWAS_REGIONS: "" });
    const { data, errors } = await rig.ask(
      "{ invocations(first: 100) { nodes { account invokeId } sources { account ok } } }",
    );
    const some = await rig.ask(`{ invocations(first: 100, filter: { accountIn: ["two"] }) { nodes { account } } }`);
    rmSync(folder, { recursive: true });
    expect(errors).toBeUndefined();
    expect(data.invocations.sources).toEqual([
      { account: "one", ok: true },
      { account: "two", ok: true },
    ]);
    const ids = ordered({ "key-1/ECS/cn-hangzhou": places["key-1/ECS/cn-hangzhou"] });
    expect(data.invocations.nodes).toEqual(
      ids.flatMap((invokeId) => [
        { account: "one", invokeId },
        { account: "two", invokeId },
      ]),
    );
    expect(some.data.invocations.nodes).toHaveLength(30);
  });
});
