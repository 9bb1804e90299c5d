import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Execution, type Run } from "./world.ts";

const at = Date.UTC(2026, 0, 2, 12);
/** A run with these executions. */
export const runOf = (executions: readonly Execution[], wire = {}): Run => ({ invokeId: "t-1", at, executions, wire });
/** Executions that ended well, each on a server of its own. */
export const onServers = (count: number): readonly Execution[] =>
  Array.from({ length: count }, (_, index) => ({ instanceId: `i-${String(index).padStart(3, "0")}` }));

/** The list of runs, with what it says of their instances and of what it lacks. */
export const LIST = `query ($filter: InvocationFilter) { invocations(filter: $filter) { totalCount
  nodes { invokeId status statusCounts { status count } instanceInvocations(first: 100) { totalCount nodes { instanceId status } } }
  sources { ok isComplete error { code } } } }`;
const HERE = `provider: ECS, regionId: "cn-hangzhou"`;
/** The results of ECS in Hangzhou that a filter means. */
export const resultsOf = (
  filter: string,
) => `{ invocationResults(first: 100, filter: { ${HERE}, ${filter} }) { totalCount
  nodes { instanceId exitCode output { text } } pageInfo { hasNextPage endCursor } sources { ok isComplete } } }`;

/** Starts with one run, whose instances on a server of this name have no id. */
export async function startNameless(run: Run, product: "ECS" | "SWAS" = "ECS"): Promise<Rig> {
  const rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([run]) }, { FRESHNESS_MS: "1" });
  rig.far.mangle = (body) => JSON.parse(JSON.stringify(body).replaceAll('"InstanceId":"i-nameless",', ""));
  return rig;
}
