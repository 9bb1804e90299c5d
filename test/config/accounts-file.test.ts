import { describe, expect, it } from "@jest/globals";
import { readConfig } from "#config";
import { problemsOf } from "./problems-of.ts";

describe("the accounts file", () => {
  it("holds several accounts as YAML, with keys from the environment", () => {
    const file = [
      "accounts:",
      "  - alias: production",
      "    credentials: { type: environment, accessKeyId: PROD_ID, accessKeySecret: PROD_SECRET }",
      "    ecsRegions: [cn-hangzhou]",
      "  - alias: testing",
      "    swasRegions: all",
    ].join("\n");
    const config = readConfig({ ACCOUNTS_FILE: "accounts.yml", PROD_ID: "id", PROD_SECRET: "secret" }, () => file);
    expect([config.upstream, config.accounts]).toEqual([
      "alibaba",
      [
        {
          alias: "production",
          credentials: { type: "static", accessKeyId: "id", accessKeySecret: "secret", securityToken: null },
          ecsRegions: ["cn-hangzhou"],
          swasRegions: [],
        },
        { alias: "testing", credentials: { type: "default" }, ecsRegions: [], swasRegions: ["all"] },
      ],
    ]);
  });

  it("holds them as a bare JSON list too", () => {
    const file = JSON.stringify([{ alias: "a", ecsRegions: ["cn-hangzhou"] }]);
    expect(readConfig({ ACCOUNTS_FILE: "accounts.json" }, () => file).accounts.map(({ alias }) => alias)).toEqual([
      "a",
    ]);
  });

  it("says by place what is wrong with it, without any value", () => {
    const file = JSON.stringify([
      { alias: "a b", credentials: { type: "static", accessKeyId: 7, accessKeySecret: "hidden" }, ecsRegions: ["x"] },
    ]);
    const problems = problemsOf({ ACCOUNTS_FILE: "accounts.json" }, file);
    expect(problems).toEqual([
      'ACCOUNTS_FILE: accounts.json:1: `[0].alias`: expected 1 to 63 letters, digits or any of ._-, the first a letter or digit, got "a b".',
      "ACCOUNTS_FILE: accounts.json:1: `[0].credentials.accessKeyId`: expected printable ASCII characters without blanks or line feeds, got a number that is not shown.",
      'ACCOUNTS_FILE: accounts.json:1: `[0].ecsRegions[0]`: expected a region id such as cn-hangzhou, or all, got "x".',
    ]);
  });

  it.each(["ram_role_arn", "oidc"])("takes a policy as a map or as JSON text of one, and nothing else: %s", (type) => {
    const more = { oidc: { oidcProviderArn: "p", oidcTokenFile: "f" } }[type] ?? { source: { type: "default" } };
    const withPolicy = (policy: unknown) => {
      const credentials = { type, roleArn: "acs:ram::1:role/r", policy, ...more };
      return JSON.stringify([{ alias: "a", ecsRegions: ["cn-hangzhou"], credentials }], null, 1);
    };
    const problems = (policy: unknown) => problemsOf({ ACCOUNTS_FILE: "a.json" }, withPolicy(policy));
    const expected =
      "ACCOUNTS_FILE: a.json:10: `[0].credentials.policy`: expected a RAM policy, as a map or as JSON text, got a string that is not shown.";
    for (const text of ["{not json", "ReadOnly", "[]", "null", '"{}"', "7"]) {
      expect([text, problems(text)]).toEqual([text, [expected]]);
    }
    const policyOf = (policy: unknown) =>
      readConfig({ ACCOUNTS_FILE: "a.json" }, () => withPolicy(policy)).accounts[0]?.credentials;
    const read = { policy: '{"Version":"1"}' };
    expect([policyOf({ Version: "1" }), policyOf('{"Version":"1"}'), policyOf(null)]).toMatchObject([
      read,
      read,
      { policy: null },
    ]);
  });

  it.each([
    ["the default chain, also when it is not named", "{ type: default }", undefined],
    [
      "one access key",
      "{ type: static, accessKeyId: k, accessKeySecret: x }",
      "{ type: static, accessKeyId: k, accessKeySecret: y }",
    ],
    ["one address", "{ type: uri, uri: 'https://keys.example.com' }", "{ type: uri, uri: 'https://keys.example.com' }"],
  ])("gives no two accounts the same identity: %s", (_name, one, two) => {
    const entry = (alias: string, credentials: string | undefined) =>
      `- alias: ${alias}\n  swasRegions: all\n${credentials === undefined ? "" : `  credentials: ${credentials}\n`}`;
    const file = entry("one", one) + entry("two", two);
    const type = /type: (\w+)/.exec(one)?.[1];
    expect(problemsOf({ ACCOUNTS_FILE: "accounts.yml" }, file)).toEqual([
      `ACCOUNTS_FILE: account "two": expected credentials of its own, got the same as account "one" (type ${type})`,
    ]);
  });

  it("knows that the default chain begins with the keys of the environment", () => {
    const file =
      "- { alias: one, swasRegions: all, credentials: { type: environment } }\n- { alias: two, swasRegions: all }";
    const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: "id", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" };
    expect(problemsOf({ ACCOUNTS_FILE: "accounts.yml", ...keys }, file)).toEqual([
      'ACCOUNTS_FILE: account "two": expected credentials of its own, got the same as account "one" (type default)',
    ]);
  });

  it("gives none the identity that ECS_REGIONS and SWAS_REGIONS use", () => {
    const file = "- { alias: two, ecsRegions: all }";
    expect(problemsOf({ ECS_REGIONS: "cn-hangzhou", ACCOUNTS_FILE: "accounts.yml" }, file)).toEqual([
      'ACCOUNTS_FILE: account "two": expected credentials of its own, got the same as account "default" (type default)',
    ]);
  });

  it("names a variable that an account reads and that is missing", () => {
    const file = JSON.stringify([
      {
        alias: "a",
        credentials: { type: "environment", accessKeyId: "A_ID", accessKeySecret: "A_SECRET" },
        ecsRegions: ["cn-hangzhou"],
      },
    ]);
    expect(problemsOf({ ACCOUNTS_FILE: "accounts.json", A_ID: "x" }, file)).toEqual([
      'A_SECRET: expected a value, since account "a" reads it; it is missing',
    ]);
  });
});
