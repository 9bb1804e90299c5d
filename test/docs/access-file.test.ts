import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

import { readAccessFile } from "#access";
import { knownAccounts } from "../access/files.ts";

const [, text = ""] = /```yaml\n# access\.yml\n([\s\S]*?)```/.exec(readFileSync("README.md", "utf8")) ?? [];

describe("the access file of the README", () => {
  it("works as it is pasted, on the gateway of `npm start`", () => {
    const { keys, roles } = readAccessFile(text, "access.yml", { accounts: knownAccounts("default") });
    expect([keys.map(({ name }) => name), [...roles.keys()]]).toEqual([["deploy-bot"], ["operators", "viewers"]]);
  });
});
