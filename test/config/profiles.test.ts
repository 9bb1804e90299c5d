import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readConfig, SettingsError } from "#config";

const CONFIG = join(homedir(), ".aliyun", "config.json");
const SHARED = join(homedir(), ".alibabacloud", "credentials");
const PROFILE = "{ type: profile, name: ops }";
const ROLE = "acs:ram::1234567890123456:role/reader";

/** What is wrong with one account that has these credentials, and what is doubted, with these files. */
function read(credentials: string, files: Record<string, string>, environment: Record<string, string> = {}) {
  const all: Record<string, string> = {
    "accounts.yml": `- { alias: one, ecsRegions: all, credentials: ${credentials} }`,
    ...files,
  };
  const readFile = (path: string): string => {
    const text = all[path];
    if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return text;
  };
  try {
    const { warnings } = readConfig({ ACCOUNTS_FILE: "accounts.yml", ...environment }, readFile);
    return { problems: [], warnings };
  } catch (error) {
    if (error instanceof SettingsError) return { problems: error.problems, warnings: [] };
    throw error;
  }
}

const refused = (absence: string) => ({
  problems: [`ACCOUNTS_FILE: account "one": expected a profile that is there, got ${absence}`],
  warnings: [],
});

describe("a profile that an account names", () => {
  it.each([
    ["the vendor's CLI", { [CONFIG]: '{ "profiles": [{ "name": "dev" }, { "name": "ops" }] }' }, {}],
    ["the shared file", { [SHARED]: "; keys\n[dev]\ntype = access_key\r\n[ops]\r\ntype = access_key\r\n" }, {}],
    ["another shared file", { "/keys": "[ops]\ntype = access_key\n" }, { ALIBABA_CLOUD_CREDENTIALS_FILE: "/keys" }],
  ])("is found in %s", (_name, files, environment) => {
    for (const credentials of [PROFILE, `{ type: ram_role_arn, roleArn: "${ROLE}", source: ${PROFILE} }`]) {
      expect(read(credentials, files, environment)).toEqual({ problems: [], warnings: [] });
    }
    expect(read("{ type: default }", files, { ...environment, ALIBABA_CLOUD_PROFILE: "ops" }).warnings).toEqual([]);
  });

  it.each([
    ["no file is there", {}, {}, `"${CONFIG}" (ENOENT) and "${SHARED}" (ENOENT)`],
    [
      "both have others",
      { [CONFIG]: '{ "profiles": [{ "name": "Ops" }, null] }', [SHARED]: "[opsy]\nname = ops\n#[ops]\n" },
      {},
      `"${CONFIG}" (has no such profile) and "${SHARED}" (has no such profile)`,
    ],
    ["one cannot be read", { [CONFIG]: "{" }, {}, `"${CONFIG}" (cannot be read) and "${SHARED}" (ENOENT)`],
    ["one has none", { [CONFIG]: "null" }, {}, `"${CONFIG}" (has no such profile) and "${SHARED}" (ENOENT)`],
    [
      "the CLI's are switched off",
      { [CONFIG]: '{ "profiles": [{ "name": "ops" }] }' },
      { ALIBABA_CLOUD_CLI_PROFILE_DISABLED: "True" },
      `"${SHARED}" (ENOENT)`,
    ],
  ])("is refused with the files that do not hold it: %s", (_name, files, environment, places) => {
    const absence = `"ops", looked for in ${places}`;
    for (const credentials of [PROFILE, `{ type: ram_role_arn, roleArn: "${ROLE}", source: ${PROFILE} }`]) {
      expect(read(credentials, files, environment)).toEqual(refused(absence));
    }
    // The default chain has other sources behind it.
    expect(read("{ type: default }", files, { ...environment, ALIBABA_CLOUD_PROFILE: "ops" })).toEqual({
      problems: [],
      warnings: [`ALIBABA_CLOUD_PROFILE: the default chain passes over ${absence}`],
    });
  });

  it("is not looked for where it is not used", () => {
    expect(read(PROFILE, {}, { UPSTREAM: "embedded" })).toEqual({
      problems: [],
      warnings: [expect.stringContaining("is invented")],
    });
    expect(read(PROFILE, { [SHARED]: "[ops]" }, { ALIBABA_CLOUD_PROFILE: "dev" })).toEqual({
      problems: [],
      warnings: [],
    });
  });
});
