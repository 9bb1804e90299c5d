import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { readConfig } from "#config";
import { problemsOf } from "./problems-of.ts";

const MB = 1_024 * 1_024;

describe("settings that are gone", () => {
  it("are refused with what to do instead", () => {
    expect(problemsOf({ UPSTREAM_CALLS_PER_MINUTE: "100", CACHE_BYTES: "1", SCAN_BUDGET: "40" })).toEqual([
      "UPSTREAM_CALLS_PER_MINUTE: expected no value, since it is no setting any more; set UPSTREAM_QUOTA, which tells products and actions apart",
      "CACHE_BYTES: expected no value, since it is no setting any more; set MEMORY_MB, in megabytes",
      "SCAN_BUDGET: expected no value, since it is no setting any more; take it out, nothing has to be set in its place",
    ]);
  });
});

describe("settings that do not fit the machine or each other", () => {
  it("refuse more memory than there is, and take less than the default on a small machine", () => {
    const read = () => readConfig({ MEMORY_MB: "2048" }, undefined, 2_048 * MB);
    expect(read).toThrow('MEMORY_MB: expected less than the memory that there is (2048), got "2048"');
    expect([
      readConfig({ MEMORY_MB: "2047" }, undefined, 2_048 * MB).memoryBytes,
      readConfig({}, undefined, 256 * MB).memoryBytes,
    ]).toEqual([2_047 * MB, 128 * MB]);
  });

  it("warn of deadlines that leave no time", () => {
    expect(readConfig({ OPERATION_DEADLINE_MS: "1000", SOFT_DEADLINE_MS: "1000" }).warnings).toEqual([
      "OPERATION_DEADLINE_MS (1000) is shorter than UPSTREAM_TIMEOUT_MS (5000): a slow attempt is never tried again",
      "SOFT_DEADLINE_MS (1000) is not shorter than OPERATION_DEADLINE_MS (1000): a slow source delays every list",
    ]);
  });

  it.each(["secret\n", "sec ret", "secr\u00e9t", "secret\u0000"])("refuse a key that no header carries: %j", (bad) => {
    const keys = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: bad,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: bad,
      ALIBABA_CLOUD_SECURITY_TOKEN: bad,
    };
    const says = "expected printable ASCII characters without blanks or line feeds";
    expect(problemsOf({ ECS_REGIONS: "cn-hangzhou", ...keys })).toEqual(
      Object.keys(keys).map((name) => `${name}: ${says}, what came is not shown`),
    );
    const ofType = (credentials: object) => JSON.stringify([{ alias: "a", credentials, ecsRegions: ["cn-hangzhou"] }]);
    const inFile = ofType({ type: "static", accessKeyId: "id", accessKeySecret: bad });
    const inVariable = ofType({ type: "environment", accessKeyId: "A_ID", accessKeySecret: "A_SECRET" });
    const noVariable = ofType({ type: "environment", accessKeyId: "a_id", accessKeySecret: "Secr3tOfMixedCase" });
    expect(problemsOf({ ACCOUNTS_FILE: "accounts.json", a_id: "" }, noVariable)).toEqual(
      ["a_id", "a variable whose name is not shown"].map(
        (name) => `${name}: expected a value, since account "a" reads it; it is missing`,
      ),
    );
    expect([
      problemsOf({ ACCOUNTS_FILE: "accounts.json" }, inFile),
      problemsOf({ ACCOUNTS_FILE: "accounts.json", A_ID: "id", A_SECRET: bad }, inVariable),
    ]).toEqual([
      [`ACCOUNTS_FILE: accounts.json:1: \`[0].credentials.accessKeySecret\`: ${says}, got a string that is not shown.`],
      [`A_SECRET: ${says}, what came is not shown`],
    ]);
  });
});

describe("settings that would pass silently", () => {
  it.each([
    ["a word that is nearly production", { NODE_ENV: "prod" }, "NODE_ENV: expected production"],
    [
      "an endpoint without regions",
      { ECS_ENDPOINT: "https://ecs.example.com" },
      "ECS_REGIONS or SWAS_REGIONS: expected",
    ],
    ["a manifest without a mode", { PERSISTED_DOCUMENTS_FILE: "a.json" }, "PERSISTED_DOCUMENTS: expected"],
    ["a key of one letter", { CURSOR_KEYS: "a".repeat(40) }, "CURSOR_KEYS: expected"],
    ["a key that repeats itself", { CURSOR_KEYS: "abcdef12".repeat(3) }, "CURSOR_KEYS: expected"],
    [
      "a key with a line end",
      { ECS_REGIONS: "all", ALIBABA_CLOUD_ACCESS_KEY_ID: "id", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "do-not\nshow" },
      "ALIBABA_CLOUD_ACCESS_KEY_SECRET: expected printable ASCII characters",
    ],
    ["an address that others reach", { HOST: "0.0.0.0" }, "HOST: expected a loopback address"],
    ["a name that is none", { ALLOWED_HOSTS: "https://example.com" }, "ALLOWED_HOSTS: expected"],
  ])("are refused: %s", (_name, environment, problem) => {
    const problems = problemsOf(environment);
    expect([problems.length, problems[0]]).toEqual([1, expect.stringContaining(problem)]);
    expect(problems.join()).not.toContain("do-not");
  });

  it.each([
    ["another environment", { NODE_ENV: "staging" }, "NODE_ENV=staging"],
    [
      "keys without regions",
      { ALIBABA_CLOUD_ACCESS_KEY_ID: "id", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" },
      "embedded upstream",
    ],
    ["a security token without keys", { ALIBABA_CLOUD_SECURITY_TOKEN: "token" }, "ALIBABA_CLOUD_SECURITY_TOKEN is set"],
    ["a deadline that ends an attempt", { OPERATION_DEADLINE_MS: "2000" }, "OPERATION_DEADLINE_MS (2000)"],
    [
      "one region's host for two",
      { ECS_REGIONS: "cn-hangzhou,cn-beijing", ECS_ENDPOINT: "https://ecs.cn-hangzhou.aliyuncs.com" },
      "ECS_ENDPOINT names one region's host",
    ],
    [
      "one region's host for all",
      { SWAS_REGIONS: "all", SWAS_ENDPOINT: "https://swas.cn-hangzhou.aliyuncs.com" },
      "SWAS_ENDPOINT names one region's host",
    ],
    [
      "an endpoint of a product that is not read",
      { ECS_REGIONS: "cn-hangzhou", SWAS_ENDPOINT: "https://swas.example.com" },
      "SWAS_ENDPOINT is set and no region of SWAS is",
    ],
    [
      "regions beside invented data",
      { ECS_REGIONS: "cn-hangzhou", UPSTREAM: "embedded" },
      "the data of the regions that are set is invented",
    ],
    [
      "a slip in a region",
      { ECS_REGIONS: "cn-hangzou,cn-beijing" },
      "cn-hangzou is no region known of ECS: is cn-hangzhou meant?",
    ],
    [
      "two letters of a region that are swapped",
      { SWAS_REGIONS: "cn-shnaghai" },
      "cn-shnaghai is no region known of SWAS: is cn-shanghai meant?",
    ],
    ["an open address that nobody may name", { HOST: "0.0.0.0", ACCESS: "open" }, "ALLOWED_HOSTS is not set"],
  ])("are warned of: %s", (_name, environment, warning) => {
    expect(readConfig(environment).warnings).toEqual([expect.stringContaining(warning)]);
  });

  it.each([
    { ECS_REGIONS: "cn-hangzhou", ECS_ENDPOINT: "https://ecs.cn-hangzhou.aliyuncs.com" },
    { ECS_REGIONS: "all", ECS_ENDPOINT: "https://ecs-vpc.{regionId}.aliyuncs.com" },
    { ECS_REGIONS: "all", ECS_ENDPOINT: "http://127.0.0.1:4010" },
    { ECS_REGIONS: "ap-southeast-12,cn-shanghai-finance-2,sa-east-1" },
  ])("are not warned of for %j", (environment) => {
    expect(readConfig(environment).warnings).toEqual([]);
  });

  it.each(["hex", "base64", "base64url"] as const)("take any random key, also as %s", (encoding) => {
    const keys = Array.from({ length: 200 }, () => randomBytes(16).toString(encoding));
    expect(readConfig({ CURSOR_KEYS: keys.join(", ") }).cursorKeys).toEqual(keys);
  });

  it("say of a long key that is none what is wrong with it", () => {
    const problem =
      "CURSOR_KEYS: expected a comma list of random texts, newest first: each of at least 16 characters, 6 of them different, and no repeated shorter text, what came is not shown";
    for (const key of ["0123456789abcdef".repeat(2), "ab".repeat(8), "aabbccddeeaabbcc", "0".repeat(32)]) {
      expect([key, problemsOf({ CURSOR_KEYS: key })]).toEqual([key, [problem]]);
    }
  });

  it("offer the explorer that needs no script of others for real accounts", () => {
    const explorers = ["sandbox", "offline", "none", "graphiql", "laboratory", undefined].map(
      (EXPLORER) => readConfig({ ECS_REGIONS: "all", EXPLORER }).explorer,
    );
    expect(explorers).toEqual(["sandbox", "offline", "none", "offline", "offline", "offline"]);
  });
});
