import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";

const FOLDERS = ["src", "test", "bench", "docs"];
const LEFT_OUT = /(^|\/)generated\/|docs\/words\.test\.ts$/;

/** Words that say less than another one, which engineers who read English as a second language know. */
const AVOIDED: Readonly<Record<string, RegExp>> = {
  "all who, anybody who": /\bwhoever\b/i,
  costly: /\bdear\b/i,
  "without effect": /\bin vain\b/i,
  "always, without end": /\bfor ever\b/i,
  alone: /\bby (itself|themselves)\b/i,
  upstream: /\bfar[ -]ends?\b|\bfarEnd|FarEnd/i,
  "test/e2e": /\btest\/road\b/,
  "a factory in domain/errors": /\bown-failure\b/,
  "not found": /\borWhenGone\b/,
  "traffic policy": /\b(governor|source-gate)\b/,
  "call budget": /\bforesight\b|\bforesee\b/,
  Projection: /\bWants\b|Wants\b/,
  "retry kind": /\b[cC]ure\b/,
};

it("comments, docs, descriptions and messages use no word that is avoided", () => {
  const inside = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  const files = [...inside, ...readdirSync("."), "schema/schema.graphql"].filter(
    (file) => /\.(tsx?|md|graphql)$/.test(file) && !LEFT_OUT.test(file),
  );
  const found = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, at) =>
        Object.entries(AVOIDED).flatMap(([better, word]) => {
          const [avoided] = word.exec(line) ?? [];
          return avoided === undefined ? [] : [`${file}:${at + 1}: \`${avoided}\`: expected ${better}.`];
        }),
      ),
  );
  expect(found).toEqual([]);
});
