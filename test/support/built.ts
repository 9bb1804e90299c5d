import { spawnSync } from "node:child_process";
import { beforeAll, expect } from "@jest/globals";

/** Makes sure that `dist` is what the sources say, before the tests of a file. What was built starts many times faster than sources do. */
export function useBuilt(): void {
  // Nothing is built if no source has changed.
  beforeAll(() => expect(spawnSync(process.execPath, ["scripts/build.mjs"]).status).toBe(0), 180_000);
}
