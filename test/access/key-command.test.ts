import { describe, expect, it } from "@jest/globals";
import { createKey, runKeyCommand } from "#access";
import { accessFile, everything } from "./files.ts";
import { createTestGate } from "./gates.ts";

const NOW = Date.UTC(2026, 0, 2);

describe("npm run key", () => {
  it("prints a key once, and a line for the file that lets it in", async () => {
    const text = runKeyCommand(
      ["--name", "deploy-bot", "--roles", "operators,viewers", "--expires", "2027-01-01"],
      NOW,
      () => createKey((bytes) => new Uint8Array(bytes)),
    );
    const key = `cag_${"A".repeat(43)}`;
    expect(text.split(key)).toHaveLength(2);
    const line = JSON.parse(text.split("\n").at(-1)?.trim().slice(2) ?? "") as object;
    expect(line).toEqual({
      name: "deploy-bot",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      roles: ["operators", "viewers"],
      expires: "2027-01-01",
    });
    const roles = { ...everything, viewers: { may: ["runs"], sources: [{}] } };
    const gate = createTestGate(accessFile({ keys: [line], roles }));
    expect(await gate.show(`Bearer ${key}`)).toMatchObject({ name: "deploy-bot", roles: ["operators", "viewers"] });
  });

  it.each([
    [["--roles", "a"], /^`--name`: expected a name, got nothing\.\nUsage: /],
    ...["2026-01-02", "2025-12-31T23:59:59Z", "2027-02-30", "soon", ""].map((expires): [string[], RegExp] => [
      ["--name", "x", "--expires", expires],
      /^`--expires`: expected a date to come as 2027-01-01, or an instant with a zone, got ".*"\.\nUsage: /,
    ]),
    [["--nam", "x"], /Usage: npm run key/],
    [["--name", "x", "y"], /Usage: npm run key/],
  ])("says how it is called for %j", (args, message) => {
    expect(() => runKeyCommand(args, NOW)).toThrow(message);
  });
});
