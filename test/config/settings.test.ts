import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "@jest/globals";
import { readConfig } from "#config";
import { whyAppendingFails } from "../../src/config/setting-file.ts";
import { VARIABLE_NAMES } from "../../src/config/settings.ts";
import { problemsOf } from "./problems-of.ts";

const MB = 1_024 * 1_024;

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
      'AUDIT_FILE: expected a file that can be written, got "/absent/audit.log" (ENOENT)',
    ]);
  });

  it("refuse an audit file that nothing can be appended to, and make none to find that out", () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-"));
    try {
      mkdirSync(join(folder, "folder"));
      writeFileSync(join(folder, "old.log"), "{}\n");
      symlinkSync("folder", join(folder, "to-folder"));
      symlinkSync("absent/audit.log", join(folder, "to-absent"));
      symlinkSync("itself", join(folder, "itself"));
      symlinkSync("new.log", join(folder, "to-new"));
      const before = readdirSync(folder);
      const faultOf = (name: string) => {
        const path = `${folder}/${name}`;
        const [problem = null, ...others] = problemsOf({ AUDIT_FILE: path });
        expect(others).toEqual([]);
        return problem?.replace(`AUDIT_FILE: expected a file that can be written, got "${path}" `, "") ?? null;
      };
      const names = ["folder", "to-folder", "new.log/", "old.log/audit.log", "absent/audit.log", "to-absent", "itself"];
      expect(names.map(faultOf)).toEqual(
        ["EISDIR", "EISDIR", "EISDIR", "ENOTDIR", "ENOENT", "ENOENT", "ELOOP"].map((code) => `(${code})`),
      );
      expect(["old.log", "new.log", "to-new"].map(faultOf)).toEqual([null, null, null]);
      expect([readdirSync(folder), readFileSync(join(folder, "old.log"), "utf8")]).toEqual([before, "{}\n"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuse an audit file that is no regular file, and do not open it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-"));
    const pipe = join(folder, "pipe");
    await promisify(execFile)("mkfifo", [pipe]);
    symlinkSync("pipe", join(folder, "to-pipe"));
    try {
      for (const path of [pipe, join(folder, "to-pipe"), "/dev/null"]) {
        expect(problemsOf({ AUDIT_FILE: path })).toEqual([
          `AUDIT_FILE: expected a file that can be written, got "${path}" (no regular file)`,
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("are refused in a sentence, or not at all, while the audit file comes and goes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-"));
    const path = join(folder, "audit.log");
    const mover = new Worker(
      `const { rmSync, writeFileSync } = require("node:fs");
       for (;;) {
         writeFileSync(${JSON.stringify(path)}, "");
         rmSync(${JSON.stringify(path)});
       }`,
      { eval: true },
    );
    try {
      await once(mover, "online");
      const found = new Set(Array.from({ length: 50_000 }, () => whyAppendingFails(path)));
      expect(["ENOENT", null]).toEqual(expect.arrayContaining([...found]));
    } finally {
      await mover.terminate();
      rmSync(folder, { recursive: true });
    }
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
      "CURSOR_KEYS: expected a comma list of random texts, newest first: each of at least 16 characters, 6 of them different, and no repeated shorter text, what came is not shown",
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

  it.each([
    "https://ecs.example.com/?token=hidden",
    "https://ops:hidden@ecs.example.com",
    "https://ecs.example.com/#hidden",
  ])("do not print a URL that may hold a secret: %s", (url) => {
    expect(problemsOf({ ECS_REGIONS: "cn-hangzhou", ECS_ENDPOINT: url })).toEqual([
      "ECS_ENDPOINT: expected an https URL, in which {regionId} alone is replaced; plain http only to loopback, what came is not shown",
    ]);
  });

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

describe(".env.example", () => {
  it("lists every setting", () => {
    const listed = readFileSync(".env.example", "utf8").match(/^#? ?[A-Z][A-Z0-9_]+(?==)/gm) ?? [];
    expect(listed.map((line) => line.replace(/^#? ?/, ""))).toEqual(VARIABLE_NAMES);
  });
});
