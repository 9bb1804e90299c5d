import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { readConfig, SettingsError } from "#config";
import { VARIABLE_NAMES } from "../src/settings.ts";

function problemsOf(environment: Record<string, string>, file = ""): readonly string[] {
  try {
    readConfig(environment, () => file);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe("settings", () => {
  it("start the gateway on the embedded upstream when nothing is set", () => {
    expect(readConfig({})).toEqual({
      host: "127.0.0.1",
      port: 4000,
      production: false,
      upstream: "embedded",
      accounts: [],
      endpoints: { ECS: null, SWAS: null },
      swasOutputEncoding: "auto",
      zones: { blank: "+08:00", t: "Z" },
      upstreamTimeoutMs: 5000,
      operationDeadlineMs: 10_000,
      operationCallBudget: 200,
      upstreamCallsPerMinute: null,
      upstreamConcurrency: 16,
      scanBudget: 40,
      cacheBytes: 67_108_864,
      databaseUrl: null,
      retention: { runDays: 90, outputDays: 30 },
      watch: { minIntervalMs: 1000, maxIntervalMs: 10_000, maxWatchers: 1_000 },
      maxWebSockets: 2_000,
      cursorKeys: null,
      introspection: true,
      explorer: "sandbox",
      corsOrigins: [],
      persistedDocuments: { mode: "off", file: null },
      federation: false,
      logLevel: "info",
      misspelt: [],
      emulator: { seed: 1, faults: null, keyPair: null },
    });
  });

  it("read the real upstream as soon as a region list is set", () => {
    const config = readConfig({
      ECS_REGIONS: "cn-hangzhou, cn-beijing",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "id",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret",
    });
    expect([config.upstream, config.accounts]).toEqual([
      "alibaba",
      [
        {
          alias: "default",
          credentials: { type: "static", accessKeyId: "id", accessKeySecret: "secret", securityToken: null },
          ecsRegions: ["cn-hangzhou", "cn-beijing"],
          swasRegions: [],
        },
      ],
    ]);
  });

  it("fall back to the vendor's default chain where no key pair is set", () => {
    expect(readConfig({ SWAS_REGIONS: "all" }).accounts).toEqual([
      { alias: "default", credentials: { type: "default" }, ecsRegions: [], swasRegions: ["all"] },
    ]);
  });

  it("do not print a password that stands in a URL", () => {
    expect(problemsOf({ ECS_ENDPOINT: "https://user:do-not-print-me@example.com" }).join()).not.toContain(
      "do-not-print-me",
    );
  });

  it("name every bad and missing one at once, and no secret", () => {
    expect(
      problemsOf({
        PORT: "eighty",
        UPSTREAM: "aws",
        ECS_ENDPOINT: "http://10.0.0.1/",
        SWAS_REGIONS: "cn-hangzhou,,",
        WATCH_MAX_WATCHERS: "0",
        WEBSOCKET_MAX_CONNECTIONS: "many",
        LOG_LEVEL: "loud",
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: "do-not-print-me",
        CURSOR_KEYS: "short-secret",
        DATABASE_URL: "mysql://gateway:do-not-print-me/name",
        RETENTION_DAYS: "-1",
      }),
    ).toEqual([
      'PORT: expected a whole number from 0 to 65535, got "eighty"',
      'UPSTREAM: expected one of alibaba, embedded, got "aws"',
      'SWAS_REGIONS: expected a comma list of region ids, or all, got "cn-hangzhou,,"',
      'ECS_ENDPOINT: expected an https URL ({regionId} allowed in it); plain http only to loopback, got "http://10.0.0.1/"',
      "DATABASE_URL: expected postgres://user:password@host:port/name, or file:./folder, what came is not shown",
      'RETENTION_DAYS: expected a whole number from 0 to 36500, got "-1"',
      'WATCH_MAX_WATCHERS: expected a whole number from 1 to 1000000, got "0"',
      'WEBSOCKET_MAX_CONNECTIONS: expected a whole number from 1 to 1000000, got "many"',
      "CURSOR_KEYS: expected a comma list of texts of at least 16 characters, newest first, what came is not shown",
      'LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
      "ALIBABA_CLOUD_ACCESS_KEY_ID: expected a value, since the other half of the key pair is set; it is missing",
    ]);
  });

  it("ask for regions where the real upstream is wanted without any", () => {
    expect(problemsOf({ UPSTREAM: "alibaba" })).toEqual([
      "ECS_REGIONS or SWAS_REGIONS: expected a comma list of region ids, or all, with UPSTREAM=alibaba; both are missing",
    ]);
  });

  it("refuse invented data in production unless it was asked for", () => {
    expect(problemsOf({ NODE_ENV: "production" })).toHaveLength(1);
    expect(readConfig({ NODE_ENV: "production", UPSTREAM: "embedded" })).toMatchObject({
      upstream: "embedded",
      introspection: false,
      explorer: "none",
    });
  });

  it("take plain http to loopback and {regionId} in endpoints", () => {
    expect(
      readConfig({
        ECS_ENDPOINT: "http://127.0.0.1:4010",
        SWAS_ENDPOINT: "https://swas.{regionId}.example.com",
      }).endpoints,
    ).toEqual({ ECS: "http://127.0.0.1:4010", SWAS: "https://swas.{regionId}.example.com" });
  });
});

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
    expect(problems.map((problem) => problem.split(": ").slice(0, 2))).toEqual([
      ["ACCOUNTS_FILE", "accounts.0.alias"],
      ["ACCOUNTS_FILE", "accounts.0.credentials.accessKeyId"],
      ["ACCOUNTS_FILE", "accounts.0.ecsRegions.0"],
    ]);
    expect(problems.join()).not.toContain("hidden");
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

describe(".env.example", () => {
  it("lists every setting", () => {
    const listed = readFileSync(".env.example", "utf8").match(/^#? ?[A-Z][A-Z0-9_]+(?==)/gm) ?? [];
    expect(listed.map((line) => line.replace(/^#? ?/, ""))).toEqual(VARIABLE_NAMES);
  });
});
