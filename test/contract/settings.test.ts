import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "@jest/globals";
import { useBuilt } from "../support/built.ts";

const folder = mkdtempSync("/tmp/settings-");
useBuilt();
afterAll(() => rmSync(folder, { recursive: true }));

interface End {
  readonly code: number | null;
  readonly said: string;
}

/** Starts the process with these variables and arguments alone; ends it once it is ready. */
function run(environment: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<End> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["dist/main.js", ...args], {
      env: { PATH: process.env.PATH ?? "", HOME: folder, PORT: "0", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('"msg":"ready"')) child.kill("SIGTERM");
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => resolve({ code, said }));
  });
}

const secrets = { ALIBABA_CLOUD_ACCESS_KEY_ID: "LTAIkeykeykey", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "sssecretsss" };

describe("settings", () => {
  it("that are bad are all named at once, without secrets, and the process exits 2", async () => {
    const { code, said } = await run({
      ...secrets,
      PORT: "seventy",
      UPSTREAM: "moon",
      ECS_REGIONS: "cn hangzhou",
      SWAS_REGIONS: "cn-hangzhou",
      ECS_ENDPOINT: "http://example.com",
      SWAS_OUTPUT_ENCODING: "utf7",
      UPSTREAM_TIMEOUT_MS: "-1",
      OPERATION_DEADLINE_MS: "soon",
      WATCH_MIN_INTERVAL_MS: "x",
      WATCH_MAX_INTERVAL_MS: "y",
      INTROSPECTION: "perhaps",
      EXPLORER: "netscape",
      CORS_ORIGINS: "not an origin",
      LOG_LEVEL: "loud",
      ACCOUNTS_FILE: `${folder}/none.json`,
    });
    expect(code).toBe(2);
    for (const name of [
      "PORT",
      "UPSTREAM",
      "ECS_REGIONS",
      "ECS_ENDPOINT",
      "SWAS_OUTPUT_ENCODING",
      "UPSTREAM_TIMEOUT_MS",
      "OPERATION_DEADLINE_MS",
      "WATCH_MIN_INTERVAL_MS",
      "WATCH_MAX_INTERVAL_MS",
      "INTROSPECTION",
      "EXPLORER",
      "CORS_ORIGINS",
      "LOG_LEVEL",
      "ACCOUNTS_FILE",
    ]) {
      expect(said).toContain(name);
    }
    expect(said).not.toMatch(/LTAIkeykeykey|sssecretsss|\n\s+at /);
  });

  it("that are only checked are refused for a list of documents that the start would refuse", async () => {
    const file = `${folder}/documents.json`;
    const environment = { PERSISTED_DOCUMENTS: "enforce", PERSISTED_DOCUMENTS_FILE: file };
    writeFileSync(file, '{ "sha256:00": 5 }');
    const [checked, started] = [await run(environment, ["--check-config"]), await run(environment)];
    expect(checked).toEqual(started);
    expect(checked).toEqual({ code: 2, said: expect.stringContaining("PERSISTED_DOCUMENTS_FILE: expected an object") });
    writeFileSync(file, '\uFEFF{ "sha256:00": "{ sources { ok } }" }');
    expect(await run(environment, ["--check-config"])).toMatchObject({ code: 0 });
  });

  it.each(["nonsense", "throttle:ecs:2"])(
    "whose faults of the embedded upstream are %s are refused, also when they are only checked",
    async (faults) => {
      const environment = { EMULATOR_FAULTS: faults };
      const [checked, started] = [await run(environment, ["--check-config"]), await run(environment)];
      expect(checked).toEqual(started);
      expect(checked).toEqual({ code: 2, said: expect.stringContaining("EMULATOR_FAULTS: ") });
    },
  );

  it("that are only checked are printed, those of files too, without secrets", async () => {
    const accounts = `${folder}/accounts.yml`;
    writeFileSync(
      accounts,
      "accounts:\n  - { alias: second, swasRegions: [all], credentials: { type: static, accessKeyId: LTAIsecond, accessKeySecret: sssecond } }\n",
    );
    const { code, said } = await run(
      {
        ...secrets,
        ECS_REGIONS: "cn-hangzhou, cn-beijing",
        ACCOUNTS_FILE: accounts,
        CURSOR_KEYS: "kkkeykeykeykeyABC",
        HTTPS_PROXY: "http://ops:pppass@proxy.example.com:3128",
        UPSTREAM_QUOTA: "ecs=7",
        EXPLORER: "None",
        MCP: "1",
      },
      ["--check-config"],
    );
    expect(code).toBe(0);
    expect(said).not.toMatch(/LTAI|sss|kkk|pppass/);
    const lines = said.split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        "HOST=127.0.0.1",
        "PORT=0",
        "ECS_REGIONS=cn-hangzhou,cn-beijing",
        "HTTPS_PROXY=(set, not shown)",
        "ALIBABA_CLOUD_ACCESS_KEY_ID=(set, not shown)",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET=(set, not shown)",
        "CURSOR_KEYS=(set, not shown)",
        "UPSTREAM_QUOTA=ecs=7,swas=100,swas:DescribeCommandInvocations=10,swas:ListInstances=10",
        "EXPLORER=none",
        "MCP=on",
        "account default: ECS cn-hangzhou,cn-beijing",
        "account second: SWAS all",
        expect.stringMatching(/^The settings can be used\. /),
      ]),
    );
    expect(lines.some((line) => line.startsWith("SWAS_REGIONS"))).toBe(false);
  });

  it("are checked without other arguments alone", async () => {
    const { code, said } = await run({}, ["--check-config", "PORT=1"]);
    expect(code).toBe(2);
    expect(said).toContain('arguments: expected none behind --check-config, got "PORT=1"');
  });

  it("may be none: it listens and says where", async () => {
    const { said } = await run({});
    const ready = said.split("\n").find((line) => line.includes('"msg":"ready"'));
    expect(JSON.parse(ready ?? "{}").url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
  });
});
