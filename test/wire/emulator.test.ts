import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Source, silentTelemetry } from "#domain";
import { createStaticCredentials, createWire, type Wire } from "#wire";
import { createFakeClock } from "../support/clock.ts";
import { createEmulator, createWorld, type Emulator } from "../support/emulator/index.ts";
import { createOperation } from "../support/operation.ts";
import { failureOf } from "./rig.ts";

const ECS: Source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" };
const SWAS: Source = { ...ECS, provider: "SWAS" };

/** The emulator checks signatures with code of its own, so each proves the other. */
describe("the wire against the emulator", () => {
  let emulator: Emulator;
  let wire: Wire;

  const openWire = (accessKeySecret: string, securityToken: string | null = null) => {
    wire = createWire({
      accounts: new Map([
        ["default", createStaticCredentials({ accessKeyId: "testid", accessKeySecret, securityToken })],
      ]),
      endpoints: { ECS: emulator.url, SWAS: emulator.url },
      clock: createFakeClock(Date.now(), { autoAdvance: true }),
      telemetry: silentTelemetry,
    });
    return wire;
  };

  const describeRegions = (source: Source = ECS) =>
    source.provider === "ECS"
      ? { source, version: "2014-05-26", action: "DescribeRegions", parameters: {} }
      : { source, version: "2020-06-01", action: "ListRegions", parameters: {} };

  beforeEach(async () => {
    emulator = createEmulator({ world: createWorld({ ecs: { "cn-hangzhou": {} }, swas: { "cn-hangzhou": {} } }) });
    await emulator.start();
  });

  afterEach(async () => {
    await wire.close();
    await emulator.stop();
  });

  it("is understood by both products", async () => {
    openWire("testsecret");
    await wire.call(describeRegions(ECS), createOperation());
    await wire.call(describeRegions(SWAS), createOperation());
    expect(emulator.calls.map(({ action, outcome, signatureVersion }) => [action, outcome, signatureVersion])).toEqual([
      ["DescribeRegions", "ok", "V3"],
      ["ListRegions", "ok", "V3"],
    ]);
  });

  it("signs whatever the parameters hold", async () => {
    openWire("testsecret");
    const CommandName = "a b*c~d/e!'()+=%&?#[]@:,;<>\"\\^`{|}\t\n环境😀é";
    await wire.call(
      {
        source: ECS,
        version: "2014-05-26",
        action: "DescribeInvocations",
        parameters: { RegionId: "cn-hangzhou", CommandName, Tag: [{ Key: "环境", Value: "" }] },
      },
      createOperation(),
    );
    expect(emulator.calls.map(({ parameters, outcome }) => [parameters.CommandName, outcome])).toEqual([
      [CommandName, "ok"],
    ]);
  });

  it("says whose signature was refused where the secret is wrong", async () => {
    openWire("wrong");
    expect(await failureOf(wire.call(describeRegions(), createOperation()))).toMatchObject({
      code: "UNAUTHENTICATED",
      upstreamCode: "SignatureDoesNotMatch",
      message:
        "ECS cn-hangzhou DescribeRegions of account default: the signature was refused (SignatureDoesNotMatch); check the access key secret",
    });
  });

  it.each<[string, Parameters<Emulator["setFaults"]>[0][number]["fault"]]>([
    ["an error in JSON", { kind: "error", code: "ServiceUnavailable" }],
    ["an error in XML", { kind: "error", code: "ServiceUnavailable", form: "xml" }],
    ["an error in lower case", { kind: "error", code: "ServiceUnavailable", form: "lower-case" }],
    ["a web page", { kind: "error", code: "BadGateway", status: 502, form: "html" }],
    ["nothing with status 503", { kind: "error", code: "ServiceUnavailable", form: "empty" }],
    ["an error with status 200", { kind: "error-in-200", code: "ServiceUnavailable" }],
    ["a reset", { kind: "reset", where: "before" }],
    ["a reset inside the body", { kind: "reset", where: "body" }],
    ["a throttle", { kind: "error", code: "Throttling.User" }],
  ])("gets over %s", async (_name, fault) => {
    openWire("testsecret");
    emulator.setFaults([{ times: 1, fault }]);
    await wire.call(describeRegions(), createOperation());
    expect(emulator.calls.length).toBe(2);
  });

  it.each<[string, Parameters<Emulator["setFaults"]>[0][number]["fault"]]>([
    ["a byte order mark", { kind: "bom" }],
    ["gzip", { kind: "gzip" }],
    ["another content type", { kind: "content-type", value: "text/plain" }],
  ])("does not mind %s", async (_name, fault) => {
    openWire("testsecret");
    emulator.setFaults([{ fault }]);
    await wire.call(describeRegions(), createOperation());
    expect(emulator.calls.length).toBe(1);
  });
});
