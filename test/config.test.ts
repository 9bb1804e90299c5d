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
      }),
    ).toEqual([
      'PORT: expected a whole number from 0 to 65535, got "eighty"',
      'UPSTREAM: expected one of alibaba, embedded, got "aws"',
      'SWAS_REGIONS: expected a comma list of region ids, or all, got "cn-hangzhou,,"',
      'ECS_ENDPOINT: expected an https URL ({regionId} allowed in it); plain http only to loopback, got "http://10.0.0.1/"',
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

describe("variables that look like settings", () => {
  const misspelt = (...names: string[]) =>
    readConfig(Object.fromEntries(names.map((name) => [name, "do-not-print-me"]))).misspelt;

  it("are named with the nearest setting", () => {
    expect(
      misspelt(
        "ECS_REGION",
        "WATCH_INTERVAL_MS",
        "UPSTREAM_RETRIES",
        "LOGLEVEL",
        "OPERATION_DEADLINE",
        "PROT",
        "port",
        "CORS_ORIGNIS",
      ),
    ).toEqual([
      { name: "ECS_REGION", nearest: "ECS_REGIONS" },
      { name: "WATCH_INTERVAL_MS", nearest: "WATCH_MIN_INTERVAL_MS" },
      { name: "UPSTREAM_RETRIES", nearest: "UPSTREAM_TIMEOUT_MS" },
      { name: "LOGLEVEL", nearest: "LOG_LEVEL" },
      { name: "OPERATION_DEADLINE", nearest: "OPERATION_DEADLINE_MS" },
      { name: "PROT", nearest: "PORT" },
      { name: "port", nearest: "PORT" },
      { name: "CORS_ORIGNIS", nearest: "CORS_ORIGINS" },
    ]);
  });

  it("are not those of other programs, of the machine, nor blank ones", () => {
    expect(
      misspelt(
        "HOME",
        "HOSTNAME",
        "PATH",
        "NODE_OPTIONS",
        "CURSOR_TRACE_ID",
        "ALIBABA_CLOUD_ROLE_ARN",
        "ALIBABA_CLOUD_ECS_METADATA",
        "ECS_CONTAINER_METADATA_URI_V4",
        "UPSTREAM_SERVICE_HOST",
        "UPSTREAM_PORT_80_TCP",
      ),
    ).toEqual([]);
    expect(readConfig({ ECS_REGION: " " }).misspelt).toEqual([]);
  });

  it("are not those that the accounts file names", () => {
    const credentials = { type: "environment", accessKeyId: "ECS_KEY_ID", accessKeySecret: "ECS_KEY_SECRET" };
    const file = JSON.stringify([{ alias: "a", credentials, ecsRegions: "all" }]);
    const environment = { ACCOUNTS_FILE: "accounts.json", ECS_KEY_ID: "id", ECS_KEY_SECRET: "secret" };
    expect(readConfig(environment, () => file).misspelt).toEqual([]);
  });

  it("are told beneath the problems that they may explain, without a value", () => {
    const read = () => readConfig({ UPSTREAM: "alibaba", ECS_REGION: "do-not-print-me" });
    expect(read).toThrow(/both are missing\n {2}ECS_REGION is set but is no setting, .* is ECS_REGIONS meant\?$/);
    expect(read).not.toThrow("do-not-print-me");
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
