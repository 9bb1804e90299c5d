import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Emulator } from "../support/emulator/index.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
import { createEmulatorClient } from "../support/emulator-client.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const REGION = { RegionId: "cn-hangzhou" };

describe("who may call", () => {
  let emulator: Emulator;
  let now = NOW;
  const keys = [
    { accessKeyId: "testid", accessKeySecret: "testsecret" },
    {
      accessKeyId: "sts",
      accessKeySecret: "s",
      securityToken: "token-1",
      tokenExpiresAt: NOW + 60_000,
    },
    { accessKeyId: "poor", accessKeySecret: "p", denied: ["DescribeInvocations", "swas:DescribeCommandInvocations"] },
  ];
  const client = (options: object = {}) => createEmulatorClient({ url: emulator.url, now: () => NOW, ...options });

  beforeEach(async () => {
    now = NOW;
    const world = createWorld({ ecs: { "cn-hangzhou": {} }, swas: { "cn-hangzhou": {} } });
    emulator = createEmulator({ world, keys, now: () => now });
    await emulator.start();
  });
  afterEach(() => emulator.stop());

  it.each([
    ["V3", "POST", false],
    ["V3", "GET", false],
    ["V3", "POST", true],
    ["V1", "POST", false],
    ["V1", "GET", false],
    ["V1", "POST", true],
  ] as const)(
    "takes signature %s by %s, as a form: %s, with hard characters",
    async (signatureVersion, method, asForm) => {
      const parameters = { ...REGION, CommandName: "a b*c~d/e!'()+=%&", "Tag.1.Key": "环境", "Tag.1.Value": "" };
      const answer = await client({ signatureVersion }).call("ecs", "DescribeInvocations", parameters, {
        method,
        asForm,
      });
      expect(answer.status).toBe(200);
      expect(
        emulator.calls.map(({ parameters, outcome, signatureVersion }) => ({ parameters, outcome, signatureVersion })),
      ).toEqual([{ parameters, outcome: "ok", signatureVersion }]);
    },
  );

  it.each([
    ["an unknown key", { accessKeyId: "nobody" }, 404, "InvalidAccessKeyId.NotFound"],
    ["a wrong secret", { accessKeySecret: "wrong" }, 400, "SignatureDoesNotMatch"],
    ["a date a quarter of an hour off", { now: () => NOW - 901_000 }, 400, "InvalidTimeStamp.Expired"],
    ["a temporary key without its token", { accessKeyId: "sts", accessKeySecret: "s" }, 400, "MissingSecurityToken"],
  ])("refuses %s with either signature version", async (_, options, status, code) => {
    for (const signatureVersion of ["V1", "V3"] as const) {
      const answer = await client({ ...options, signatureVersion }).call("ecs", "DescribeInvocations", REGION);
      expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { Code: code } });
    }
  });

  it("takes a temporary key with its token until it expires", async () => {
    const holder = client({ accessKeyId: "sts", accessKeySecret: "s", securityToken: "token-1" });
    expect((await holder.call("ecs", "DescribeInvocations", REGION)).status).toBe(200);
    now = NOW + 60_000;
    const late = await holder.call("ecs", "DescribeInvocations", REGION);
    expect(late.body).toMatchObject({ Code: "InvalidSecurityToken.Expired" });
    expect(emulator.calls.map(({ accessKeyId, outcome }) => [accessKeyId, outcome])).toEqual([
      ["sts", "ok"],
      ["sts", "InvalidSecurityToken.Expired"],
    ]);
  });

  it("refuses a nonce that was used before", async () => {
    await client().call("ecs", "DescribeInvocations", REGION, { nonce: "once" });
    const again = await client().call("ecs", "DescribeInvocations", REGION, { nonce: "once" });
    expect({ status: again.status, body: again.body }).toMatchObject({
      status: 400,
      body: { Code: "SignatureNonceUsed" },
    });
  });

  it("refuses what is not signed", async () => {
    const answer = await fetch(`${emulator.url}/?Action=DescribeRegions&Version=2014-05-26`);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("text/xml;charset=utf-8");
    expect(await answer.text()).toContain("<Code>IncompleteSignature</Code>");
  });

  it("shows its own string to sign where the signature does not match, as the vendor does", async () => {
    const { body } = await client({ accessKeySecret: "wrong" }).call("ecs", "DescribeInvocations", REGION);
    expect((body as { Message: string }).Message).toMatch(
      /^Specified signature is not matched with our calculation\. server string to sign is:ACS3-HMAC-SHA256\n[0-9a-f]{64}$/,
    );
  });

  it("denies single actions in each product's words", async () => {
    const poor = client({ accessKeyId: "poor", accessKeySecret: "p" });
    const ecs = await poor.call("ecs", "DescribeInvocations", REGION);
    const swas = await poor.call("swas", "DescribeCommandInvocations", REGION);
    expect([ecs.status, (ecs.body as { Code: string }).Code]).toEqual([403, "Forbidden.RAM"]);
    expect([swas.status, (swas.body as { Code: string }).Code]).toEqual([403, "NoPermission"]);
    expect((await poor.call("ecs", "DescribeInvocationResults", REGION)).status).toBe(200);
  });

  it("answers errors as JSON or XML, as they are asked for", async () => {
    const json = await client({ signatureVersion: "V1" }).call("ecs", "DescribeInvocations", {});
    expect(json.body).toEqual({
      RequestId: expect.stringMatching(/^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/),
      HostId: new URL(emulator.url).host,
      Code: "MissingParameter.RegionId",
      Message: 'The input parameter "RegionId" that is mandatory for processing this request is not supplied.',
      Recommend: expect.stringContaining("https://api.aliyun.com/troubleshoot?q=MissingParameter.RegionId"),
    });
    const xml = await client({ signatureVersion: "V1" }).call("ecs", "DescribeInvocations", {}, { format: "XML" });
    expect(xml.text).toMatch(/^<\?xml version='1.0' encoding='UTF-8'\?><Error><RequestId>.*<\/Error>$/);
  });
});
