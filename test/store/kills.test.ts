import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "@jest/globals";
import { useBuilt } from "../support/built.ts";
import { killWriter } from "./kills.ts";

useBuilt();
const folder = mkdtempSync(join(tmpdir(), "kills-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a process that is killed in the middle of writing loses nothing that was acknowledged, and coverage claims what is there", async () => {
  let before = 0;
  for (const writes of [7, 1]) {
    const { found, acknowledged } = await killWriter(`file:${folder}`, "killed", writes);
    // The write that was under way is there as a whole or not at all.
    expect([before, before + 10]).toContain(found.runs);
    expect(found).toEqual({ runs: found.runs, whole: found.runs, claimed: found.runs });
    expect(acknowledged).toBeGreaterThanOrEqual(found.runs + 10 * writes);
    before = acknowledged;
  }
});
