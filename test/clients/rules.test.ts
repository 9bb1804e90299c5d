import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";

interface FileReport {
  readonly filePath: string;
  readonly messages: readonly { readonly line: number; readonly ruleId: string; readonly message: string }[];
}

describe("GraphQL ESLint", () => {
  it("finds nothing against the schema and the operations, by its own rules and those of Relay", async () => {
    const eslint = ["node_modules/eslint/bin/eslint.js", "schema", "--format", "json"];
    const run = promisify(execFile)(process.execPath, eslint, { maxBuffer: 1 << 26 });
    // With findings it ends with 1, and prints them all the same.
    const { stdout } = await run.catch((error: { readonly stdout: string }) => error);
    const reports = JSON.parse(stdout) as readonly FileReport[];
    expect(reports.length).toBeGreaterThan(10);
    const found = reports.flatMap(({ filePath, messages }) =>
      messages.map(({ line, ruleId, message }) => `${filePath}:${line} ${ruleId} ${message}`),
    );
    expect(found).toEqual([]);
  });
});
