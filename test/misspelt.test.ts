import { describe, expect, it } from "@jest/globals";
import { readConfig, type SettingsError } from "#config";

describe("variables that look like settings", () => {
  const misspelt = (...names: string[]) =>
    readConfig({ UPSTREAM: "embedded", ...Object.fromEntries(names.map((name) => [name, "do-not-print-me"])) })
      .misspelt;

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
      { name: "UPSTREAM_RETRIES", nearest: "UPSTREAM_QUOTA" },
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
        "ECS_CONTAINER_METADATA_FILE",
        "UPSTREAM_SERVICE_HOST",
        "UPSTREAM_PORT_80_TCP",
      ),
    ).toEqual([]);
    expect(readConfig({ ECS_REGION: " " }).misspelt).toEqual([]);
  });

  it("are not those that the accounts file names, nor those that resemble them alone", () => {
    const credentials = { type: "environment", accessKeyId: "ECS_KEY_ID", accessKeySecret: "A_SE" };
    const file = JSON.stringify([{ alias: "a", credentials, ecsRegions: "all" }]);
    const environment = { ACCOUNTS_FILE: "accounts.json", ECS_KEY_ID: "id", A_SE: "secret", B_SE: "x", A_SEC: "x" };
    expect(readConfig(environment, () => file).misspelt).toEqual([]);
    expect(readConfig({ ...environment, ECS_REGOINS: "x" }, () => file).misspelt).toEqual([
      { name: "ECS_REGOINS", nearest: "ECS_REGIONS" },
    ]);
  });

  describe("and would say where all is read from", () => {
    const problems = (environment: Readonly<Record<string, string>>) => {
      try {
        readConfig(environment);
        return [];
      } catch (error) {
        return (error as SettingsError).problems;
      }
    };

    it.each(["ECS_REGION", "SWAS_REGION", "SWAS_REGOINS", "ACOUNTS_FILE", "UPSTREM", "ECS_ENDPOINTS", "ecs_regions"])(
      "are refused rather than answered with invented data: %s",
      (name) => {
        expect(problems({ [name]: "do-not-print-me" })).toEqual([
          `UPSTREAM: expected embedded, if invented data are meant, since ${name} is set, which is no setting; it is missing`,
        ]);
        expect(problems({ [name]: "x", UPSTREAM: "embedded" })).toEqual([]);
        expect(problems({ [name]: "x", SWAS_REGIONS: "cn-hangzhou" })).toEqual([]);
      },
    );

    it.each(["ECS_CLUSTER", "ECS_SERVICE_NAME", "UPSTREAM_RETRIES", "LOGLEVEL"])("are not refused for %s", (name) => {
      expect(problems({ [name]: "x" })).toEqual([]);
    });
  });

  it("are told beneath the problems that they may explain, without a value", () => {
    const read = () => readConfig({ UPSTREAM: "alibaba", ECS_REGION: "do-not-print-me" });
    expect(read).toThrow(/both are missing\n {2}ECS_REGION is set but is no setting, .* is ECS_REGIONS meant\?$/);
    expect(read).not.toThrow("do-not-print-me");
  });
});
