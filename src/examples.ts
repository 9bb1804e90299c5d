import { readdirSync, readFileSync } from "node:fs";
import type { ExampleOperation } from "#edge";

const FOLDER = new URL("../schema/operations/", import.meta.url);
const FIRST = "recent-runs.graphql";

/** The operations of `schema/operations`, which explorers offer: the recent runs first, then by name. */
export function readExamples(): readonly ExampleOperation[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".graphql"));
  const ordered = [...names.filter((name) => name === FIRST), ...names.filter((name) => name !== FIRST).sort()];
  return ordered.map((name) => ({ document: readFileSync(new URL(name, FOLDER), "utf8") }));
}
