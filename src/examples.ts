import { readdirSync, readFileSync } from "node:fs";
import type { ExampleOperation } from "#edge";

const QUERIES = new URL("../schema/operations/", import.meta.url);
const SUBSCRIPTIONS = new URL("../schema/subscriptions/", import.meta.url);
const FIRST = "recent-runs.graphql";

/** The operations below `schema`, which explorers offer: the recent runs first, then queries by name, then subscriptions. */
export function readExamples(): readonly ExampleOperation[] {
  const queries = namesIn(QUERIES);
  const ordered = [...queries.filter((name) => name === FIRST), ...queries.filter((name) => name !== FIRST)];
  return [...ordered.map((name) => read(name, QUERIES)), ...namesIn(SUBSCRIPTIONS).map((n) => read(n, SUBSCRIPTIONS))];
}

function namesIn(folder: URL): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".graphql"))
    .sort();
}

function read(name: string, folder: URL): ExampleOperation {
  return { document: readFileSync(new URL(name, folder), "utf8") };
}
