import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readConfig, SettingsError } from "#config";
import { VARIABLE_NAMES } from "../src/config/settings.ts";

const MB = 1_024 * 1_024;

function problemsOf(environment: Readonly<Record<string, string | undefined>>, file = ""): readonly string[] {
  try {
    readConfig(environment, () => file);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe("settings", () => {
  it("name what is wrong with the access file, beside all else", () => {
    const file = JSON.stringify({
      proxy: { from: ["127.0.0.1/32"], userHeader: "x-user" },
      roles: {},
      everyone: ["viewers"],
    });
    expect(problemsOf({ ACCESS: "open", ACCESS_FILE: "access.yml", PORT: "x" }, file)).toEqual([
      expect.stringContaining("PORT: expected"),
      expect.stringContaining("ACCESS: expected to be absent beside ACCESS_FILE"),
      expect.stringContaining("ACCESS_FILE: access.yml:1: `everyone[0]`: expected a role of this file"),
    ]);
  });

  it("start the gateway on the embedded upstream when nothing is set", () => {
    expect(readConfig({}, undefined, 1_024 * MB)).toEqual({
      collect: { mode: "off", quotaShare: 0.5 },
      host: "127.0.0.1",
      port: 4000,
      adminPort: null,
      allowedHosts: [],
      access: null,
      auditFile: null,
      drainMs: 0,
      clientLimits: { watchers: 2_000, sockets: 1_000, callsPerMinute: 1_000 },
      upstream: "embedded",
      accounts: [],
      accountsFile: null,
      endpoints: { ECS: null, SWAS: null },
      swasOutputEncoding: "auto",
      zones: { blank: "+08:00", t: "Z" },
      upstreamTimeoutMs: 5000,
      operationDeadlineMs: 10_000,
      softDeadlineMs: 1500,
      freshnessMs: 2000,
      operationCallBudget: 200,
      upstreamQuota: {
        ECS: { callsPerMinute: 300, isCeiling: false },
        SWAS: { callsPerMinute: 100, isCeiling: false },
        "SWAS:ListInstances": { callsPerMinute: 10, isCeiling: false },
        "SWAS:DescribeCommandInvocations": { callsPerMinute: 10, isCeiling: false },
      },
      upstreamConcurrency: 16,
      memoryBytes: 256 * MB,
      databaseUrl: null,
      retention: { runDays: 90, outputDays: 30 },
      watch: { minIntervalMs: 1000, maxIntervalMs: 10_000, maxWatchers: 10_000 },
      maxWebSockets: 5_000,
      cursorKeys: null,
      introspection: true,
      explorer: "sandbox",
      page: true,
      corsOrigins: [],
      persistedDocuments: { mode: "off", file: null },
      federation: false,
      mcp: false,
      logLevel: "info",
      warnings: [],
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

  it.each(["+25:00", "-15:00", "+08:60", "8", "Mars"])("refuse %s as an offset from UTC", (offset) => {
    const expected = "expected Z or an offset from -14:59 to +14:59 such as +08:00";
    expect(problemsOf({ TIME_ZONE_BLANK: offset, TIME_ZONE_T: offset })).toEqual([
      `TIME_ZONE_BLANK: ${expected}, got "${offset}"`,
      `TIME_ZONE_T: ${expected}, got "${offset}"`,
    ]);
  });

  it("name an alias that comes twice beside whatever else is wrong with the file", () => {
    const file = "- alias: b\n  ecsRegions: [cn-hangzhou]\n- alias: b\n- alias: c\n  swasRegions: all\n  colour: red";
    expect(problemsOf({ ACCOUNTS_FILE: "accounts.yml" }, file)).toEqual([
      "ACCOUNTS_FILE: accounts.yml:3: `[1].ecsRegions`: expected at least one region in ecsRegions or swasRegions, got nothing.",
      "ACCOUNTS_FILE: accounts.yml:6: `[2].colour`: expected one of alias, credentials, ecsRegions, swasRegions, got this key.",
      'ACCOUNTS_FILE: expected every alias once, got "b" twice (ECS_REGIONS and SWAS_REGIONS make the account "default")',
    ]);
  });

  it("refuse one port for two purposes, and an audit file that nobody could write", () => {
    expect(problemsOf({ PORT: "4000", ADMIN_PORT: "4000", AUDIT_FILE: "/absent/audit.log" })).toEqual([
      "ADMIN_PORT: expected another port than PORT (4000), got the same",
      'AUDIT_FILE: expected a file that can be written, got "/absent/audit.log"',
    ]);
    expect(problemsOf({ PORT: "0", AUDIT_FILE: join(tmpdir(), "audit-that-is-not-there-yet.log") })).toEqual([]);
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
        SWAS_ENDPOINT: "https://swas.{region}.example.com",
        SWAS_REGIONS: "cn-hangzhou,,",
        WATCH_MAX_WATCHERS: "0",
        WEBSOCKET_MAX_CONNECTIONS: "many",
        LOG_LEVEL: "loud",
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: "do-not-print-me",
        CURSOR_KEYS: "short-secret",
        DATABASE_URL: "mysql://gateway:do-not-print-me/name",
        RETENTION_DAYS: "-1",
        COLLECT: "everything",
        COLLECT_QUOTA_SHARE: "0",
      }),
    ).toEqual([
      'PORT: expected a whole number from 0 to 65535, got "eighty"',
      'UPSTREAM: expected one of alibaba, embedded, got "aws"',
      'SWAS_REGIONS: expected a comma list of region ids, or all, got "cn-hangzhou,,"',
      'ECS_ENDPOINT: expected an https URL, in which {regionId} alone is replaced; plain http only to loopback, got "http://10.0.0.1/"',
      'SWAS_ENDPOINT: expected an https URL, in which {regionId} alone is replaced; plain http only to loopback, got "https://swas.{region}.example.com"',
      "DATABASE_URL: expected postgres://user:password@host:port/name, or file:./folder, what came is not shown",
      'RETENTION_DAYS: expected a whole number from 0 to 36500, got "-1"',
      'COLLECT: expected one of off, runs, outputs, got "everything"',
      'COLLECT_QUOTA_SHARE: expected a number above 0, at most 1, got "0"',
      'WATCH_MAX_WATCHERS: expected a whole number from 1 to 1000000, got "0"',
      'WEBSOCKET_MAX_CONNECTIONS: expected a whole number from 1 to 1000000, got "many"',
      "CURSOR_KEYS: expected a comma list of random texts of at least 16 characters, newest first, what came is not shown",
      'LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
      "ALIBABA_CLOUD_ACCESS_KEY_ID: expected a value, since the other half of the key pair is set; it is missing",
    ]);
  });

  it("collect runs if a database keeps them, unless told otherwise", () => {
    const collectOf = (settings: Readonly<Record<string, string>>) => readConfig(settings).collect;
    expect([
      collectOf({}),
      collectOf({ DATABASE_URL: "file:./data" }),
      collectOf({ DATABASE_URL: "file:./data", COLLECT: "off" }),
      collectOf({ COLLECT: "outputs", COLLECT_QUOTA_SHARE: "1" }),
    ]).toEqual([
      { mode: "off", quotaShare: 0.5 },
      { mode: "runs", quotaShare: 0.5 },
      { mode: "off", quotaShare: 0.5 },
      { mode: "outputs", quotaShare: 1 },
    ]);
    for (const share of ["0", "1.1", "-0.5", "half", "0.5e1", "."]) {
      expect(() => readConfig({ COLLECT_QUOTA_SHARE: share })).toThrow(
        "COLLECT_QUOTA_SHARE: expected a number above 0, at most 1",
      );
    }
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

  it.each(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "all_proxy"])(
    "refuse a proxy that is no http or https URL, and do not print it: %s",
    (name) => {
      const expected = `${name}: expected an http or https URL such as http://proxy.example.com:3128, what came is not shown`;
      for (const proxy of ["proxy.example.com:3128", "socks5://user:hidden@proxy.example.com"]) {
        expect(problemsOf({ ECS_REGIONS: "cn-hangzhou", [name]: proxy })).toEqual([expected]);
      }
      expect(problemsOf({ ECS_REGIONS: "cn-hangzhou", [name]: "http://user:hidden@proxy.example.com:3128" })).toEqual(
        [],
      );
    },
  );

  it("take plain http to loopback and {regionId} in endpoints", () => {
    expect(
      readConfig({
        ECS_REGIONS: "all",
        ECS_ENDPOINT: "http://127.0.0.1:4010",
        SWAS_ENDPOINT: "https://swas.{regionId}.example.com",
      }).endpoints,
    ).toEqual({ ECS: "http://127.0.0.1:4010", SWAS: "https://swas.{regionId}.example.com" });
  });
});

describe("UPSTREAM_QUOTA", () => {
  it("replaces single entries of the default, in any case and with blanks", () => {
    const { upstreamQuota } = readConfig({
      UPSTREAM_QUOTA: "SWAS=60, swas:ListInstances = 20,ecs:DescribeInvocations=50",
    });
    expect(upstreamQuota).toEqual({
      ECS: { callsPerMinute: 300, isCeiling: false },
      "ECS:DescribeInvocations": { callsPerMinute: 50, isCeiling: true },
      SWAS: { callsPerMinute: 60, isCeiling: true },
      "SWAS:ListInstances": { callsPerMinute: 20, isCeiling: true },
      "SWAS:DescribeCommandInvocations": { callsPerMinute: 10, isCeiling: false },
    });
  });

  it("names every entry that cannot be used, with what was expected", () => {
    const form =
      "a comma list of product=calls or product:Action=calls with calls a minute from 1 to 1000000, such as ecs=300,swas:ListInstances=10";
    const entries =
      "ecs=0,swas=many,ecd=5,ecs:ListInstances=5,swas:listInstances=5,ecs=7,ecs=8,,swas:ListInstances=10000000";
    expect(problemsOf({ UPSTREAM_QUOTA: entries, PORT: "x" })).toEqual([
      'PORT: expected a whole number from 0 to 65535, got "x"',
      `UPSTREAM_QUOTA: expected ${form}, got "ecs=0"`,
      `UPSTREAM_QUOTA: expected ${form}, got "swas=many"`,
      'UPSTREAM_QUOTA: expected a product of ecs, swas, got "ecd=5"',
      'UPSTREAM_QUOTA: expected an action of DescribeInvocations, DescribeInvocationResults, DescribeInstances, DescribeManagedInstances, DescribeCloudAssistantStatus, DescribeRegions, got "ecs:ListInstances=5"',
      'UPSTREAM_QUOTA: expected an action of DescribeCommandInvocations, DescribeInvocations, DescribeInvocationResult, ListInstances, DescribeCloudAssistantStatus, DescribeCloudAssistantAttributes, ListRegions, got "swas:listInstances=5"',
      'UPSTREAM_QUOTA: expected every entry once, got "ecs=8" again',
      `UPSTREAM_QUOTA: expected ${form}, got ""`,
      `UPSTREAM_QUOTA: expected ${form}, got "swas:ListInstances=10000000"`,
    ]);
  });

  it("knows every action that an adapter calls", () => {
    const called = ["ecs", "swas"].map((product) => {
      const folder = `src/upstreams/${product}`;
      const texts = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, "utf8"));
      const actions = texts.flatMap((text) => [...text.matchAll(/\baction(?: = |: )"(\w+)"|\bACTION = "(\w+)"/g)]);
      return actions.map(([, lower, upper]) => `${product}:${lower ?? upper}`);
    });
    expect(called.map((actions) => actions.length > 0)).toEqual([true, true]);
    const unknown = called.flat().filter((name) => problemsOf({ UPSTREAM_QUOTA: `${name}=5` }).length > 0);
    expect(unknown).toEqual([]);
  });
});

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
    ["an open address that nobody may name", { HOST: "0.0.0.0", ACCESS: "open" }, "ALLOWED_HOSTS is not set"],
  ])("are warned of: %s", (_name, environment, warning) => {
    expect(readConfig(environment).warnings).toEqual([expect.stringContaining(warning)]);
  });

  it.each([
    { ECS_REGIONS: "cn-hangzhou", ECS_ENDPOINT: "https://ecs.cn-hangzhou.aliyuncs.com" },
    { ECS_REGIONS: "all", ECS_ENDPOINT: "https://ecs-vpc.{regionId}.aliyuncs.com" },
    { ECS_REGIONS: "all", ECS_ENDPOINT: "http://127.0.0.1:4010" },
  ])("are not warned of for %j", (environment) => {
    expect(readConfig(environment).warnings).toEqual([]);
  });

  it("offer the explorer that needs no script of others for real accounts", () => {
    const explorers = ["sandbox", "offline", "none", "graphiql", "laboratory", undefined].map(
      (EXPLORER) => readConfig({ ECS_REGIONS: "all", EXPLORER }).explorer,
    );
    expect(explorers).toEqual(["sandbox", "offline", "none", "offline", "offline", "offline"]);
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
    expect(problems).toEqual([
      'ACCOUNTS_FILE: accounts.json:1: `[0].alias`: expected 1 to 63 letters, digits or any of ._-, the first a letter or digit, got "a b".',
      "ACCOUNTS_FILE: accounts.json:1: `[0].credentials.accessKeyId`: expected printable ASCII characters without blanks or line feeds, got a number that is not shown.",
      'ACCOUNTS_FILE: accounts.json:1: `[0].ecsRegions[0]`: expected a region id such as cn-hangzhou, or all, got "x".',
    ]);
  });

  it.each([
    ["the default chain, also when it is not named", "{ type: default }", undefined],
    [
      "one access key",
      "{ type: static, accessKeyId: k, accessKeySecret: x }",
      "{ type: static, accessKeyId: k, accessKeySecret: y }",
    ],
    ["one profile", "{ type: profile, name: ops }", "{ type: profile, name: ops }"],
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

describe(".env.example", () => {
  it("lists every setting", () => {
    const listed = readFileSync(".env.example", "utf8").match(/^#? ?[A-Z][A-Z0-9_]+(?==)/gm) ?? [];
    expect(listed.map((line) => line.replace(/^#? ?/, ""))).toEqual(VARIABLE_NAMES);
  });
});
