import { describe, expect, it } from "@jest/globals";
import { type AccountSettings, parseAccountsFile } from "../src/config/accounts.ts";

/** Problems of one account whose credentials are these YAML lines, the first of them line 4 of the file. */
function problemsOf(credentials: string, environment: Record<string, string> = {}): readonly string[] {
  const problems: string[] = [];
  parseAccountsFile("accounts.yml", () => fileOf(credentials), environment, problems);
  return problems;
}

function accountOf(
  credentials: string,
  environment: Record<string, string> = {},
): AccountSettings["credentials"] | null {
  const problems: string[] = [];
  const { accounts } = parseAccountsFile("accounts.yml", () => fileOf(credentials), environment, problems);
  expect(problems).toEqual([]);
  return accounts[0]?.credentials ?? null;
}

const fileOf = (credentials: string) =>
  `accounts:\n  - alias: one\n    ecsRegions: [cn-hangzhou]\n    credentials: ${credentials}\n`;

const ROLE = "acs:ram::1234567890123456:role/reader";
const TYPES = "environment, static, default, profile, ram_role_arn, oidc, ecs_ram_role, uri";
const place = (path: string) => `ACCOUNTS_FILE: accounts.yml:4: \`accounts[0].credentials${path}\`: `;

describe("a credential source of the accounts file", () => {
  it.each([
    ["{ type: default }", { type: "default" }],
    ["{ type: profile, name: ops }", { type: "profile", name: "ops" }],
    ["{ type: ecs_ram_role }", { type: "ecs_ram_role", roleName: null, disableImdsV1: false }],
    ["{ type: uri, uri: 'http://127.0.0.1:8080/keys' }", { type: "uri", uri: "http://127.0.0.1:8080/keys" }],
    [
      "{ type: static, accessKeyId: id, accessKeySecret: secret }",
      { type: "static", accessKeyId: "id", accessKeySecret: "secret", securityToken: null },
    ],
    [
      "{ type: environment, accessKeyId: ONE_ID, accessKeySecret: ONE_SECRET, securityToken: ONE_TOKEN }",
      { type: "static", accessKeyId: "id-of-one", accessKeySecret: "secret-of-one", securityToken: "token-of-one" },
    ],
    [
      "{ type: environment }",
      { type: "static", accessKeyId: "standard-id", accessKeySecret: "standard-secret", securityToken: null },
    ],
    [
      `{ type: oidc, roleArn: '${ROLE}' }`,
      {
        type: "oidc",
        roleArn: ROLE,
        roleSessionName: "cloud-assistant-gateway",
        policy: null,
        durationSeconds: 3600,
        stsEndpoint: null,
        oidcProviderArn: "provider-of-the-cluster",
        oidcTokenFile: "/var/run/token",
      },
    ],
    [
      `{ type: ram_role_arn, roleArn: '${ROLE}', roleSessionName: gateway, externalId: x1, policy: { Version: '1' }, durationSeconds: 900, stsEndpoint: sts-vpc.cn-hangzhou.aliyuncs.com, source: { type: ram_role_arn, roleArn: '${ROLE}', source: { type: environment, accessKeyId: ONE_ID, accessKeySecret: ONE_SECRET } } }`,
      {
        type: "ram_role_arn",
        roleArn: ROLE,
        roleSessionName: "gateway",
        externalId: "x1",
        policy: '{"Version":"1"}',
        durationSeconds: 900,
        stsEndpoint: "sts-vpc.cn-hangzhou.aliyuncs.com",
        source: {
          type: "ram_role_arn",
          roleArn: ROLE,
          roleSessionName: "cloud-assistant-gateway",
          externalId: null,
          policy: null,
          durationSeconds: 3600,
          stsEndpoint: null,
          source: { type: "static", accessKeyId: "id-of-one", accessKeySecret: "secret-of-one", securityToken: null },
        },
      },
    ],
  ])("is read: %s", (credentials, expected) => {
    const environment = {
      ONE_ID: "id-of-one",
      ONE_SECRET: "secret-of-one",
      ONE_TOKEN: "token-of-one",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "standard-id",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "standard-secret",
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider-of-the-cluster",
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/var/run/token",
    };
    expect(accountOf(credentials, environment)).toEqual(expected);
  });

  it.each([
    ["{ type: ramRoleArn }", [`${place(".type")}expected one of ${TYPES}, got "ramRoleArn".`]],
    ["{ type: 7 }", [`${place(".type")}expected one of ${TYPES}, got 7.`]],
    ["{ name: ops }", [`${place(".type")}expected one of ${TYPES}, got nothing.`]],
    ["{ typ: default }", [`${place(".typ")}expected the key \`type\` here, got a string that is not shown.`]],
    ["default", [`${place("")}expected a map with a \`type\`, got a string that is not shown.`]],
    ["[]", [`${place("")}expected a map with a \`type\`, got an empty list.`]],
    ["{ type: default, profile: ops }", [`${place(".profile")}expected one of type, got this key.`]],
    [
      "{ type: profile, nmae: ops }",
      [
        `${place(".name")}expected the name of a profile, got nothing.`,
        `${place(".nmae")}expected one of type, name, got this key. Is \`name\` meant?`,
      ],
    ],
    [
      "{ type: ram_role_arn, roleArn: reader, source: { type: envronment } }",
      [
        `${place(".roleArn")}expected a role such as acs:ram::123456789012****:role/reader, got a string that is not shown.`,
        `${place(".source.type")}expected one of ${TYPES}, got "envronment".`,
      ],
    ],
    [
      `{ type: ram_role_arn, roleArn: '${ROLE}', durationSeconds: 60 }`,
      [
        `${place(".durationSeconds")}expected a whole number from 900 to 43200, got 60.`,
        `${place(".source")}expected a map with a \`type\`, got nothing.`,
      ],
    ],
    [
      "{ type: uri, uri: 'http://user:hidden@keys.example.com/' }",
      [
        `${place(".uri")}expected an https URL without a password; plain http only to this machine, got a string that is not shown.`,
      ],
    ],
    [
      "{ type: oidc, roleArn: 'acs:ram::1:role/x' }",
      [
        'ALIBABA_CLOUD_OIDC_PROVIDER_ARN: expected a value, since account "one" reads it; it is missing',
        'ALIBABA_CLOUD_OIDC_TOKEN_FILE: expected a value, since account "one" reads it; it is missing',
      ],
    ],
  ])("is refused with its place: %s", (credentials, expected) => {
    expect(problemsOf(credentials)).toEqual(expected);
  });
});

describe("an accounts file", () => {
  const problemsOfFile = (text: string): readonly string[] => {
    const problems: string[] = [];
    parseAccountsFile("accounts.yml", () => text, {}, problems);
    return problems;
  };

  it.each([
    ["accounts: []", ["ACCOUNTS_FILE: accounts.yml:1: `accounts`: expected at least one account, got an empty list."]],
    ["", ["ACCOUNTS_FILE: accounts.yml:1: `the file`: expected a map, got nothing."]],
    [
      "acounts:\n  - alias: one",
      [
        "ACCOUNTS_FILE: accounts.yml:1: `accounts`: expected a list of accounts, got nothing.",
        "ACCOUNTS_FILE: accounts.yml:1: `acounts`: expected one of accounts, got this key. Is `accounts` meant?",
      ],
    ],
    [
      "- alias: one\n  ecsRegion: [cn-hangzhou]",
      [
        "ACCOUNTS_FILE: accounts.yml:2: `[0].ecsRegion`: expected one of alias, credentials, ecsRegions, swasRegions, got this key. Is `ecsRegions` meant?",
        "ACCOUNTS_FILE: accounts.yml:1: `[0].ecsRegions`: expected at least one region in ecsRegions or swasRegions, got nothing.",
      ],
    ],
    [
      "- alias: one\n  ecsRegions: cn-hangzhou",
      ['ACCOUNTS_FILE: accounts.yml:2: `[0].ecsRegions`: expected a list of region ids, or all, got "cn-hangzhou".'],
    ],
    ["- alias: one\n  alias: two", ["ACCOUNTS_FILE: accounts.yml:2: expected JSON or YAML, got DUPLICATE_KEY."]],
    ["accounts: [", ["ACCOUNTS_FILE: accounts.yml:1: expected JSON or YAML, got BAD_INDENT."]],
    [
      [
        "- &a0 [x, x, x, x, x, x, x, x, x]",
        ...[1, 2, 3].map(
          (at) =>
            `- &a${at} [${Array(9)
              .fill(`*a${at - 1}`)
              .join(", ")}]`,
        ),
      ].join("\n"),
      ["ACCOUNTS_FILE: accounts.yml:1: expected aliases that stand for little, got too many."],
    ],
    [`# ${"x".repeat(1_000_000)}`, ["ACCOUNTS_FILE: accounts.yml: expected at most 1000000 characters, got 1000002."]],
  ])("that is wrong is refused: %#", (text, expected) => {
    expect(problemsOfFile(text)).toEqual(expected);
  });
});
