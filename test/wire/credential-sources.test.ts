import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { UpstreamError } from "#domain";
import type { CredentialSettings } from "#wire";
import type { CredentialHttp, CredentialRequest } from "../../src/wire/credential-http.ts";
import { createProvidedCredentials } from "../../src/wire/credential-provider.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, failureOf, OK, REQUEST } from "./rig.ts";

const ROLE = "acs:ram::1234567890123456:role/reader";
const KEYS = { accessKeyId: "base-id", accessKeySecret: "base-secret", securityToken: null };

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
}

/** Network for credential sources: remembers what it was asked, and answers keys that count up. */
function createNetwork(): { readonly http: CredentialHttp; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const http: CredentialHttp = async (request: CredentialRequest) => {
    const { origin, pathname, searchParams } = new URL(request.toRequestURL());
    const {
      SignatureNonce: _nonce,
      Signature: _signature,
      Timestamp: _time,
      ...query
    } = Object.fromEntries(searchParams);
    asked.push({ method: request.method, url: origin + pathname, form: { ...query, ...request.bodyForm } });
    return { statusCode: 200, headers: {}, body: Buffer.from(answer(pathname, asked.length)) };
  };
  return { http, asked };
}

function answer(path: string, count: number): string {
  if (path === "/latest/api/token") return "metadata-token";
  if (path === "/latest/meta-data/ram/security-credentials/") return "role-of-the-instance";
  const keys = {
    AccessKeyId: `id-${count}`,
    AccessKeySecret: `secret-${count}`,
    SecurityToken: `token-${count}`,
    Expiration: "2099-01-01T00:00:00Z",
  };
  return JSON.stringify({ Code: "Success", ...keys, Credentials: keys });
}

const temporary = (count: number) => ({
  accessKeyId: `id-${count}`,
  accessKeySecret: `secret-${count}`,
  securityToken: `token-${count}`,
});

const assumed = (extra: object) => ({
  type: "ram_role_arn" as const,
  roleArn: ROLE,
  roleSessionName: "gateway",
  externalId: null,
  policy: null,
  durationSeconds: 3600,
  stsEndpoint: null,
  source: { type: "static" as const, ...KEYS },
  ...extra,
});

const STS_QUERY = {
  Version: "2015-04-01",
  Action: "AssumeRole",
  Format: "JSON",
  SignatureMethod: "HMAC-SHA1",
  SignatureVersion: "1.0",
};

let folder = "";
const environment = { ...process.env };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "credentials-"));
  for (const name of Object.keys(process.env)) if (name.startsWith("ALIBABA_CLOUD_")) delete process.env[name];
  process.env.HOME = folder;
});

afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  rmSync(folder, { recursive: true });
});

async function readFrom(settings: CredentialSettings) {
  const { http, asked } = createNetwork();
  const source = createProvidedCredentials(settings, http);
  const keys = await source.read();
  await source.read();
  return { keys, asked };
}

/** Reads the profile `ops` in a process of its own: where the home folder is, is known to the whole process. */
function readInProcess(home: string): string {
  const script = `
    import { createProvidedCredentials } from "./src/wire/credential-provider.ts";
    const source = createProvidedCredentials({ type: "profile", name: "ops" }, () => Promise.reject(new Error("no network")));
    console.log(JSON.stringify(await source.read()));`;
  const words = ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", script];
  return execFileSync(process.execPath, words, { env: { PATH: process.env.PATH, HOME: home }, encoding: "utf8" });
}

/** How an account's source of these settings fails if the network answers so: code, whether to ask again, and why. */
async function failureWith(settings: CredentialSettings, answer: CredentialHttp) {
  const source = createProvidedCredentials(settings, answer);
  const { wire } = await createRig(() => OK, { accounts: new Map([["default", source]]) });
  const failure = await failureOf(wire.call(REQUEST, createOperation()));
  const { code, retryable, message } = failure as Pick<UpstreamError, "code" | "retryable" | "message">;
  return [code, retryable, message.replace(/^.*? of account default: /, "")];
}

const replying =
  (statusCode: number, text: string): CredentialHttp =>
  async () => ({ statusCode, headers: {}, body: Buffer.from(text) });

describe("a credential source that cannot be read", () => {
  const down = (type: string, reason: string) => [
    "UNAVAILABLE",
    true,
    `its credential source (${type}) cannot be read (${reason}); try again, and check it if this lasts`,
  ];

  it.each<[CredentialSettings["type"], () => CredentialSettings]>([
    ["uri", () => ({ type: "uri", uri: "https://keys.example.com/now?token=canary" })],
    ["ecs_ram_role", () => ({ type: "ecs_ram_role", roleName: null, disableImdsV1: false })],
    ["ram_role_arn", () => assumed({})],
    ["ram_role_arn", () => assumed({ source: { type: "uri", uri: "https://keys.example.com/now" } })],
    [
      "oidc",
      () => {
        const oidcTokenFile = join(folder, "token");
        writeFileSync(oidcTokenFile, "the-token");
        const { source: _source, externalId: _id, ...role } = assumed({});
        return { ...role, type: "oidc", oidcProviderArn: "provider", oidcTokenFile };
      },
    ],
  ])("says so, with its type and why: %s", async (type, settings) => {
    const refused = () => Promise.reject(Object.assign(new Error("canary"), { code: "ECONNREFUSED" }));
    const told = [
      await failureWith(settings(), replying(502, "<html>")),
      await failureWith(settings(), replying(200, "<html>")),
      await failureWith(settings(), replying(200, '{"Code":"Success"}')),
      await failureWith(settings(), refused),
    ];
    const reasons = ["HTTP 502", "the answer is not JSON", "the answer has no AccessKeyId", "ECONNREFUSED"];
    expect(told).toEqual(reasons.map((reason) => down(type, reason)));
  });

  it("is to be asked again if STS throttles, and to be checked if STS refuses", async () => {
    expect([
      await failureWith(assumed({}), replying(400, '{"Code":"Throttling.User","Message":""}')),
      await failureWith(assumed({}), replying(403, '{"Code":"NoPermission","Message":""}')),
    ]).toEqual([
      down("ram_role_arn", "Throttling.User"),
      ["UNAUTHENTICATED", false, "no credentials could be had (NoPermission); check what its credential source reads"],
    ]);
  });

  it("is none if the default chain finds no keys, also below a role", async () => {
    const nothing = replying(404, "");
    const none = [
      "UNAUTHENTICATED",
      false,
      "it has no credentials; set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or check its credentials in ACCOUNTS_FILE",
    ];
    const role = assumed({ source: { type: "default" } });
    expect([await failureWith({ type: "default" }, nothing), await failureWith(role, nothing)]).toEqual([none, none]);
  });
});

describe("a credential source", () => {
  it("assumes a role with all that its settings say, once for many reads", async () => {
    const settings = assumed({
      externalId: "x1",
      policy: '{"Version":"1"}',
      durationSeconds: 900,
      stsEndpoint: "sts-vpc.cn-hangzhou.aliyuncs.com",
    });
    expect(await readFrom(settings)).toEqual({
      keys: temporary(1),
      asked: [
        {
          method: "POST",
          url: "https://sts-vpc.cn-hangzhou.aliyuncs.com/",
          form: {
            ...STS_QUERY,
            AccessKeyId: "base-id",
            RoleArn: ROLE,
            RoleSessionName: "gateway",
            ExternalId: "x1",
            Policy: '{"Version":"1"}',
            DurationSeconds: "900",
          },
        },
      ],
    });
  });

  it("assumes a role with the keys of any other source, itself an assumed role too", async () => {
    const inner = assumed({ roleArn: `${ROLE}-inner`, source: { type: "uri", uri: "https://keys.example.com/now" } });
    const { keys, asked } = await readFrom(assumed({ source: inner }));
    expect(keys).toEqual(temporary(3));
    expect(asked.map(({ url, form }) => [url, form.AccessKeyId, form.SecurityToken, form.RoleArn])).toEqual([
      ["https://keys.example.com/now", undefined, undefined, undefined],
      ["https://sts.aliyuncs.com/", "id-1", "token-1", `${ROLE}-inner`],
      ["https://sts.aliyuncs.com/", "id-2", "token-2", ROLE],
    ]);
  });

  it("changes the token of a file for keys", async () => {
    const oidcTokenFile = join(folder, "token");
    writeFileSync(oidcTokenFile, "the-token");
    const { source: _source, externalId: _id, ...role } = assumed({});
    const settings = { ...role, type: "oidc" as const, oidcProviderArn: "provider", oidcTokenFile };
    expect(await readFrom(settings)).toEqual({
      keys: temporary(1),
      asked: [
        {
          method: "POST",
          url: "https://sts.aliyuncs.com/",
          form: {
            Version: "2015-04-01",
            Action: "AssumeRoleWithOIDC",
            Format: "JSON",
            OIDCProviderArn: "provider",
            OIDCToken: "the-token",
            RoleArn: ROLE,
            RoleSessionName: "gateway",
            DurationSeconds: "3600",
          },
        },
      ],
    });
  });

  it.each([
    ["its name from the metadata service", null, "role-of-the-instance", 4],
    ["its name from the settings", "named", "named", 2],
  ])("takes the role of the instance, %s", async (_name, roleName, role, count) => {
    const { keys, asked } = await readFrom({ type: "ecs_ram_role", roleName, disableImdsV1: true });
    const last = `http://100.100.100.200/latest/meta-data/ram/security-credentials/${role}`;
    expect([keys, asked.at(-1)?.url, asked.length]).toEqual([temporary(count), last, count]);
  });

  it("takes keys from an address", async () => {
    expect(await readFrom({ type: "uri", uri: "http://127.0.0.1:8080/keys" })).toEqual({
      keys: temporary(1),
      asked: [{ method: "GET", url: "http://127.0.0.1:8080/keys", form: {} }],
    });
  });

  it("takes the profile of that name of the vendor's CLI", () => {
    mkdirSync(join(folder, ".aliyun"));
    const profiles = ["current", "ops"].map((name) => ({
      name,
      mode: "StsToken",
      access_key_id: `${name}-id`,
      access_key_secret: `${name}-secret`,
      sts_token: `${name}-token`,
    }));
    writeFileSync(join(folder, ".aliyun/config.json"), JSON.stringify({ current: "current", profiles }));
    expect(JSON.parse(readInProcess(folder))).toEqual({
      accessKeyId: "ops-id",
      accessKeySecret: "ops-secret",
      securityToken: "ops-token",
    });
  });

  it("takes the profile of the shared file if the CLI has none of that name", async () => {
    process.env.ALIBABA_CLOUD_CREDENTIALS_FILE = join(folder, "credentials");
    const file = "[ops]\ntype = access_key\naccess_key_id = shared-id\naccess_key_secret = shared-secret\n";
    writeFileSync(join(folder, "credentials"), file);
    expect((await readFrom({ type: "profile", name: "ops" })).keys).toEqual({
      accessKeyId: "shared-id",
      accessKeySecret: "shared-secret",
      securityToken: null,
    });
  });

  it("lets the default chain send its requests through the same network", async () => {
    process.env.ALIBABA_CLOUD_CREDENTIALS_URI = "https://keys.example.com/chain";
    process.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED = "true";
    const { asked } = await readFrom({ type: "default" });
    expect(asked.map(({ url }) => url)).toEqual(["https://keys.example.com/chain"]);
  });
});
