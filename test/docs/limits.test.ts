import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";

import { LIMITS } from "#edge";

const page = readFileSync("docs/limits.md", "utf8");

it("docs/limits.md lists every limit with what it allows and a test that names it", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) .*\| (test\/\S+) \|$/gm)];
  expect(Object.fromEntries(rows.map(([, name, max]) => [name, Number(max)]))).toEqual(LIMITS);
  for (const [, name, , file = ""] of rows) {
    expect([file, existsSync(file) && readFileSync(file, "utf8").includes(String(name))]).toEqual([file, true]);
  }
});
