import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { ExampleOperation } from "#edge";

// Subscriptions lie apart: the generated SDK would send them as plain requests.
const FOLDERS = ["../schema/operations/", "../schema/subscriptions/"].map((path) => new URL(path, import.meta.url));
const HOUR_MS = 3_600_000;

const HERE = { provider: "ECS or SWAS", regionId: "a region, such as cn-hangzhou" };
const RUN = "the id of a run, from recentRuns";
const INVOKE = "an invokeId, from recentRuns";
const INSTANCE = "an instanceId, from runById";
const INSTANCE_RUN = "the id of an instanceInvocation, from runById";
const CURSOR = "the endCursor of recentRuns";

/** What stands in the examples for values of a run, and where each is in an answer's `invocations`. */
export const PLACEHOLDERS: Readonly<Record<string, string>> = {
  [HERE.provider]: "nodes.0.provider",
  [HERE.regionId]: "nodes.0.regionId",
  [RUN]: "nodes.0.id",
  [INVOKE]: "nodes.0.invokeId",
  [INSTANCE]: "nodes.0.instanceInvocations.nodes.0.instanceId",
  [INSTANCE_RUN]: "nodes.0.instanceInvocations.nodes.0.id",
  [CURSOR]: "pageInfo.endCursor",
};

/** What each operation is offered with, in the order of the explorers: first those that run as they are. Others follow by name. */
const VARIABLES: Readonly<Record<string, (now: number) => Readonly<Record<string, unknown>>>> = {
  "recent-runs": () => ({ first: 20 }),
  "failed-runs": (now) => ({ since: new Date(now - HOUR_MS).toISOString() }),
  statistics: (now) => ({ since: new Date(now - 24 * HOUR_MS).toISOString() }),
  "slowest-runs": (now) => ({ since: new Date(now - HOUR_MS).toISOString() }),
  "who-printed": () => ({ text: "error" }),
  "find-servers": () => ({ nameContains: "web" }),
  "failures-by-server-name": () => ({ nameContains: "web" }),
  sources: () => ({}),
  "run-by-id": () => ({ id: RUN }),
  "run-servers": () => ({ id: RUN, statusIn: ["FAILED", "ERROR", "TIMEOUT", "ABORTED", "INVALID"] }),
  "run-outputs": () => ({ id: RUN }),
  "identical-outputs": () => ({ id: RUN }),
  "compare-outputs": () => ({ id: RUN }),
  "search-outputs": () => ({ id: RUN, pattern: "error|failed" }),
  "run-status": () => ({ id: RUN }),
  "watch-run": () => ({ id: RUN }),
  "follow-output": () => ({ id: RUN }),
  "similar-outputs": () => ({ id: RUN }),
  lookup: () => ({ by: { invokeId: INVOKE } }),
  "wait-for-run": () => ({ ...HERE, invokeId: INVOKE, seconds: 30 }),
  "instance-output": () => ({ id: INSTANCE_RUN }),
  "refresh-runs": () => ({ ids: [RUN] }),
  "run-with-instances": () => ({ ...HERE, invokeId: INVOKE }),
  "output-of-instance": () => ({ ...HERE, invokeId: INVOKE, instanceId: INSTANCE }),
  "history-of-timed-run": () => ({ ...HERE, invokeId: INVOKE, instanceId: INSTANCE }),
  "runs-on-instance": () => ({ ...HERE, instanceId: INSTANCE }),
  "next-page": () => ({ after: CURSOR }),
  refetch: () => ({ id: RUN }),
};

/**
 * The operations of `schema/operations` and `schema/subscriptions`, which explorers offer, with variables to begin with. `now` in
 * milliseconds since 1970.
 */
export function readExamples(now: number): readonly ExampleOperation[] {
  const files = new Map(FOLDERS.flatMap(filesIn));
  const names = [...files.keys()].sort();
  const known = Object.keys(VARIABLES).filter((name) => names.includes(name));
  const ordered = [...known, ...names.filter((name) => !known.includes(name))];
  return ordered.map((name) => {
    const document = readFileSync(files.get(name) ?? name, "utf8");
    const variables = VARIABLES[name]?.(now) ?? {};
    return Object.keys(variables).length === 0 ? { document } : { document, variables };
  });
}

function filesIn(folder: URL): [name: string, file: URL][] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".graphql"));
  return files.map((name) => [basename(name, ".graphql"), new URL(name, folder)]);
}
