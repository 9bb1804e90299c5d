import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createPlaces, SERVER } from "./reader.ts";
import { ordered, type Rig, startRig, walk } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

const places = createPlaces();
let rig: Rig;
let number = 0;
let invokeId = "";

// A source that does not offer the product is left out for an hour, so each starts anew.
beforeEach(async () => {
  rig = await startRig(places);
  number += 1;
  invokeId = `t-r${number}`;
  const run = { invokeId, at: Date.UTC(2026, 0, 2) + number * 1000 };
  places["ECS/cn-hangzhou"].runs.splice(0, 1, { ...run, executions: [{ instanceId: "i-1" }] });
  places["SWAS/cn-hangzhou"].runs.splice(0, 1, { ...run, executions: [{ instanceId: SERVER }] });
});
afterEach(() => rig.stop());

const list = (filter: string) =>
  `{ invocations(filter: { ${filter} }) { nodes { invokeId } sources { provider ok error { code upstreamCode retryable } } } }`;

const NOT_OFFERED = [
  [404, "InvalidApi.NotFound"],
  [404, "InvalidProduct.NotFound"],
  [404, "InvalidDomain.NotFound"],
  [404, "InvalidAction.NotFound"],
  [400, "InvalidVersion"],
  [400, "InvalidOperation.NotSupportedEndpoint"],
  [403, "UnauthorizedRegion"],
] as const;

describe("an upstream that does not offer the call", () => {
  it.each(NOT_OFFERED)("%i %s is no empty list of ECS", async (status, code) => {
    rig.far.interfere = () => refusal(status, code);
    const { data, errors } = await rig.ask(list(`providerIn: [ECS], commandId: "c-${number}"`));
    expect([data, errors?.[0]?.extensions?.code, errors?.[0]?.extensions?.upstreamCode]).toEqual([
      { invocations: null },
      "UPSTREAM_NOT_SUPPORTED",
      code,
    ]);
  });

  it.each(NOT_OFFERED)("%i %s for results is no missing output", async (status, code) => {
    rig.far.interfere = (call) => (call.action === "DescribeInvocationResults" ? refusal(status, code) : null);
    const rows = "instanceInvocations { nodes { result { output { text } } } }";
    const { data, errors } = await rig.ask(`{ invocations(filter: { providerIn: [ECS] }) { nodes { ${rows} } } }`);
    expect([data.invocations.nodes[0].instanceInvocations, errors?.[0]?.extensions?.code]).toEqual([
      { nodes: [{ result: { output: null } }] },
      "UPSTREAM_NOT_SUPPORTED",
    ]);
  });
});

describe("SWAS without DescribeCommandInvocations", () => {
  it("is read well if there is no server, as if there were one without a run", async () => {
    for (const servers of [[], [SERVER]]) {
      const own = await startRig({ "SWAS/cn-hangzhou": { ...createPlace([]), servers } });
      own.far.interfere = ({ action }) =>
        action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null;
      const { data } = await own.ask(
        "{ invocations { totalCount nodes { invokeId } sources { ok asOf isComplete error { code } } } }",
      );
      await own.stop();
      const source = { ok: true, asOf: expect.any(String), isComplete: true, error: null };
      expect(data.invocations).toEqual({ totalCount: 0, nodes: [], sources: [source] });
    }
  });

  it.each(NOT_OFFERED)("is read server by server after %i %s", async (status, code) => {
    const own = await startRig(places);
    own.far.interfere = (call) => (call.action === "DescribeCommandInvocations" ? refusal(status, code) : null);
    const { data } = await own.ask(list("providerIn: [SWAS]"));
    await own.stop();
    expect(data).toEqual({
      invocations: { nodes: [{ invokeId }], sources: [{ provider: "SWAS", ok: true, error: null }] },
    });
  });
});

describe("SWAS that does not offer DescribeCommandInvocations any more", () => {
  it.each(NOT_OFFERED)("is read on server by server in the same walk after %i %s", async (status, code) => {
    const world = { "SWAS/cn-hangzhou": createPlace(manyRuns(130, "t-h", { instanceId: SERVER })) };
    const own = await startRig(world);
    try {
      const pages = await walk(own, {
        size: 50,
        between: () => {
          own.far.interfere = (call) => (call.action === "DescribeCommandInvocations" ? refusal(status, code) : null);
        },
      });
      expect(pages.flatMap(({ ids }) => ids).toSorted()).toEqual(ordered(world).toSorted());
      expect(pages.map(({ errors }) => errors)).toEqual(pages.map(() => undefined));
      expect(pages.map(({ sources }) => sources.map(({ ok }) => ok))).toEqual([[true], [false], [true]]);
      const asked = own.far.calls.map(({ action }) => action);
      expect(asked).toEqual([
        ...Array(3).fill("DescribeCommandInvocations"),
        "ListInstances",
        ...Array(3).fill("DescribeInvocations"),
      ]);
    } finally {
      await own.stop();
    }
  });
});

describe("a request that the upstream refuses as wrong", () => {
  it.each([
    "NumberExceed.Tags",
    "Duplicate.TagKey",
    "InvalidTagKey.Malformed",
    "InvalidTagValue.Malformed",
    "InvalidParam.Anything",
    "InvalidParameter.CommandId",
    "MissingParameter.TagKey",
  ])("%s is BAD_REQUEST, asked once", async (code) => {
    rig.far.interfere = () => refusal(400, code);
    const query = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-none-${number}") { invokeId } }`;
    const { data, errors } = await rig.ask(query);
    const { extensions } = errors?.[0] ?? {};
    expect([data, extensions?.code, extensions?.upstreamCode, extensions?.retryable, rig.far.calls.length]).toEqual([
      { invocation: null },
      "UPSTREAM_BAD_REQUEST",
      code,
      false,
      1,
    ]);
  });

  it("is FORBIDDEN with status 403 and a code that nobody knows", async () => {
    rig.far.interfere = () => refusal(403, "Brand.New");
    const query = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-none-${number}") { invokeId } }`;
    expect((await rig.ask(query)).errors?.[0]?.extensions?.code).toBe("UPSTREAM_FORBIDDEN");
  });
});

describe("a list of a filter", () => {
  const codes = (count: number) => `errorCodeIn: ${JSON.stringify(Array.from({ length: count }, (_, n) => `C${n}`))}`;
  const exits = (count: number) => `exitCodeIn: ${JSON.stringify(Array.from({ length: count }, (_, n) => n))}`;

  it.each([
    ["errorCodeIn", codes],
    ["exitCodeIn", exits],
  ])("%s of more values than anybody means is refused before any call", async (name, write) => {
    const { errors } = await rig.ask(list(write(501)));
    expect([errors?.[0]?.message, errors?.[0]?.extensions, rig.far.calls]).toEqual([
      `\`filter.${name}\`: expected at most 500 values, got 501.`,
      expect.objectContaining({ code: "BAD_USER_INPUT", argument: "filter" }),
      [],
    ]);
    expect((await rig.ask(list(write(500)))).errors).toBeUndefined();
  });
});

describe("labels that no run can bear", () => {
  const tags = (count: number) => Array.from({ length: count }, (_, index) => `{ key: "k${index}" }`).join(", ");
  it.each([
    [tags(21), "`filter.tags`: expected at most 20 labels, got 21."],
    [`{ key: "${"k".repeat(65)}" }`, "`filter.tags[0].key`: expected at most 64 characters, got 65."],
    [
      `{ key: "a" }, { key: "b", value: "${"😀".repeat(129)}" }`,
      "`filter.tags[1].value`: expected at most 128 characters, got 129.",
    ],
    [
      `{ key: "aliyun-env" }`,
      '`filter.tags[0].key`: expected no key that begins with aliyun or acs:, got "aliyun-env".',
    ],
    [`{ key: "acs:ecs" }`, '`filter.tags[0].key`: expected no key that begins with aliyun or acs:, got "acs:ecs".'],
    [`{ key: "a", value: "1" }, { key: "a" }`, '`filter.tags[1].key`: expected each key once, got "a" again.'],
  ])("%.40s… are refused before any call", async (written, message) => {
    const { errors } = await rig.ask(list(`tags: [${written}]`));
    expect([errors?.[0]?.message, errors?.[0]?.extensions, rig.far.calls]).toEqual([
      message,
      expect.objectContaining({ code: "BAD_USER_INPUT", argument: "filter" }),
      [],
    ]);
  });

  it("are asked for where they are within the vendor's rules", async () => {
    await rig.ask(list(`providerIn: [ECS], tags: [${tags(20)}]`));
    expect(rig.far.asked()).toEqual(["DescribeInvocations cn-hangzhou"]);
  });
});
