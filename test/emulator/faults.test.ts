import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import * as plain from "#emulator";
import type { Emulator, Fault } from "../support/emulator/index.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const NOW = Date.UTC(2026, 0, 2, 4, 0, 0);
const REGION = { RegionId: "cn-hangzhou" };

describe("faults", () => {
  let emulator: Emulator;
  let now = NOW;
  let client: EmulatorClient;
  const call = (action = "DescribeInvocations") => client.call("ecs", action, REGION);
  const codes = async (count: number, product: "ecs" | "swas" = "ecs") => {
    const seen: (string | undefined)[] = [];
    for (let i = 0; i < count; i += 1) {
      const { body } = await client.call(product, product === "ecs" ? "DescribeInvocations" : "ListInstances", REGION);
      seen.push((body as { Code?: string }).Code);
    }
    return seen;
  };

  beforeEach(async () => {
    now = NOW;
    const world = createWorld({ ecs: { "cn-hangzhou": { invocations: [{}] } }, swas: { "cn-hangzhou": {} } });
    emulator = createEmulator({ world, now: () => now });
    const { url } = await emulator.start();
    client = createEmulatorClient({ url, now: () => now });
  });
  afterEach(() => emulator.stop());

  it("strike where and as often as they are told to", async () => {
    const fault: Fault = { kind: "error", code: "ServiceUnavailable" };
    emulator.setFaults([{ product: "ecs", nth: 2, fault }]);
    expect(await codes(3)).toEqual([undefined, "ServiceUnavailable", undefined]);
    expect(await codes(3, "swas")).toEqual([undefined, undefined, undefined]);
    emulator.setFaults([{ times: 2, fault }]);
    expect(await codes(3)).toEqual(["ServiceUnavailable", "ServiceUnavailable", undefined]);
    emulator.setFaults([{ probability: 0.5, fault }]);
    const struck = (await codes(40)).filter((code) => code !== undefined).length;
    expect(struck).toBeGreaterThan(10);
    expect(struck).toBeLessThan(30);
    expect(emulator.calls.slice(0, 3).map(({ outcome }) => outcome)).toEqual(["ok", "ServiceUnavailable", "ok"]);
  });

  it("throttle what is over the minute's quota, until the minute ends", async () => {
    emulator.setFaults([{ fault: { kind: "throttle", perMinute: 2 } }]);
    expect(await codes(3)).toEqual([undefined, undefined, "Throttling.User"]);
    now += 30_000;
    const throttled = await call();
    expect(throttled.status).toBe(400);
    expect(throttled.headers.get("x-ratelimit-user-api")).toMatch(/^Limit:2,Remain:0,TimeLeft:30000,Reset:\d+$/);
    now += 30_000;
    expect(await codes(1)).toEqual([undefined]);
  });

  it.each<[string, Fault, object]>([
    [
      "an error with a status and headers of its own",
      { kind: "error", code: "Throttling", status: 429, headers: { "x-acs-retry-after": "1500" } },
      {
        status: 429,
        retryAfter: "1500",
        type: "application/json;charset=utf-8",
        text: expect.stringContaining('"Code":"Throttling"'),
      },
    ],
    [
      "XML",
      { kind: "error", code: "InternalError", form: "xml" },
      { status: 500, type: "text/xml;charset=utf-8", text: expect.stringContaining("<Code>InternalError</Code>") },
    ],
    [
      "lower-case keys",
      { kind: "error", code: "InternalError", form: "lower-case" },
      {
        status: 500,
        text: expect.stringMatching(/^\{"code":"InternalError","message":"[^"]+","requestId":"[^"]+"\}$/),
      },
    ],
    [
      "a page of a load balancer",
      { kind: "error", code: "Bad", status: 502, form: "html" },
      { status: 502, type: "text/html" },
    ],
    ["an empty body", { kind: "error", code: "Bad", status: 503, form: "empty" }, { status: 503, text: "" }],
    ["malformed JSON", { kind: "malformed" }, { status: 200, text: expect.stringMatching(/^\{“RequestId":/) }],
    ["a truncated body", { kind: "truncated" }, { status: 200, text: expect.stringMatching(/^\{"RequestId":.*[^}]$/) }],
    ["a byte order mark", { kind: "bom" }, { status: 200, text: expect.stringMatching(/^\ufeff\{"RequestId":.*\}$/) }],
    [
      "a compressed body",
      { kind: "gzip" },
      { status: 200, encoding: "gzip", text: expect.stringMatching(/^\{"RequestId":.*\}$/) },
    ],
    [
      "a gzip bomb",
      { kind: "gzip-bomb", bytes: 100_000 },
      { status: 200, encoding: "gzip", text: " ".repeat(100_000) },
    ],
    ["another content type", { kind: "content-type", value: "text/plain" }, { status: 200, type: "text/plain" }],
    [
      "an error with status 200",
      { kind: "error-in-200", code: "ServiceUnavailable" },
      { status: 200, text: expect.stringContaining('"Code"') },
    ],
    ["a slow body", { kind: "slow-body", ms: 20 }, { status: 200, text: expect.stringMatching(/^\{.*\}$/) }],
    [
      "a dribbling body",
      { kind: "dribble", bytes: 400, everyMs: 1 },
      { status: 200, text: expect.stringMatching(/^\{.*\}$/) },
    ],
    ["a long body", { kind: "endless", bytes: 300_000 }, { status: 200, text: " ".repeat(300_000) }],
    ["any answer", { kind: "answer", status: 418, body: "tea" }, { status: 418, text: "tea" }],
  ])("answer %s", async (_, fault, expected) => {
    emulator.setFaults([{ fault }]);
    const { status, headers, text } = await call();
    const answer = {
      status,
      text,
      type: headers.get("content-type"),
      encoding: headers.get("content-encoding"),
      retryAfter: headers.get("x-acs-retry-after"),
    };
    expect(answer).toMatchObject(expected);
  });

  it.each<Fault>([
    { kind: "reset", where: "before" },
    { kind: "reset", where: "body" },
  ])("break the connection: %p", async (fault) => {
    emulator.setFaults([{ fault }]);
    await expect(call()).rejects.toThrow();
  });

  it("redirect", async () => {
    emulator.setFaults([{ fault: { kind: "redirect", location: "http://127.0.0.1:1/elsewhere" } }]);
    await expect(call()).rejects.toThrow();
    expect(emulator.calls.map(({ outcome }) => outcome)).toEqual(["redirect"]);
  });

  it("hang until somebody gives up", async () => {
    emulator.setFaults([{ fault: { kind: "hang" } }]);
    const pending = call();
    const settled = pending.then(
      () => "answered",
      () => "broken",
    );
    while (emulator.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await emulator.stop();
    expect(await settled).toBe("broken");
  });

  it("come late", async () => {
    emulator.setFaults([{ fault: { kind: "latency", ms: 60 } }]);
    const before = performance.now();
    expect((await call()).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
  });
});

describe("faults in one line", () => {
  async function outcomes(text: string, calls: readonly (readonly ["ecs" | "swas", string, string])[]) {
    const emulator = plain.createEmulator({ layers: [plain.createFaults(text)], now: () => NOW });
    const client = createEmulatorClient({ url: (await emulator.start()).url, now: () => NOW });
    const seen: unknown[] = [];
    for (const [product, action, RegionId] of calls) {
      const answer = await client.call(product, action, { RegionId }).catch(() => ({ status: "broken", body: null }));
      seen.push((answer.body as { Code?: string } | null)?.Code ?? answer.status);
    }
    await emulator.stop();
    return seen;
  }

  it("strike by product, action, region and number, with details in any order", async () => {
    const text = "throttle:ecs:cn-beijing, reset:swas:ListInstances:1.0,quota:1:DescribeRegions:ecs,html:0.0,latency:1";
    const calls = [
      ["ecs", "DescribeInstances", "cn-beijing"],
      ["ecs", "DescribeInstances", "cn-shanghai"],
      ["swas", "ListInstances", "cn-hangzhou"],
      ["swas", "ListRegions", ""],
      ["ecs", "DescribeRegions", ""],
      ["ecs", "DescribeRegions", ""],
    ] as const;
    expect(await outcomes(text, calls)).toEqual(["Throttling.User", 200, "broken", 200, 200, "Throttling.User"]);
  });

  it("strike a share of the calls", async () => {
    const calls = Array.from({ length: 40 }, () => ["swas", "ListRegions", ""] as const);
    const struck = (await outcomes("error:0.5", calls)).filter((outcome) => outcome === "InternalError").length;
    expect([struck > 10, struck < 30]).toEqual([true, true]);
  });

  it("are none if there is no word", async () => {
    expect(await outcomes(" , ", [["swas", "ListRegions", ""]])).toEqual([200]);
  });

  it.each([
    ["flood:ecs", 'the fault "flood:ecs" cannot be read: expected one of throttle, quota, '],
    ["hang:5", 'the fault "hang:5" cannot be read: expected a product (ecs, swas), an action, a region, '],
    ["error:2.5", 'the fault "error:2.5" cannot be read: expected a product'],
  ])("say of %p what was expected", (text, message) => {
    expect(() => plain.createFaults(text)).toThrow(message);
  });
});
