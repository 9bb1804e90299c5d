import { type InstanceInvocationRef, invocationKey, type Projection } from "#domain";
import type { KeptProjection, RunAsked } from "./run-store.ts";

/** The same without what was printed, if only the word is wanted that it is known: what a page of wide runs printed takes hundreds of megabytes. */
export function markOutputs({ output, content }: Projection): KeptProjection {
  return { output: output && "KEPT", content };
}

/** The runs of executions by their keys, each with the executions that are meant. */
export function runsOf(refs: readonly InstanceInvocationRef[]): ReadonlyMap<string, RunAsked> {
  const runs = new Map<string, RunAsked & { readonly instanceIds: string[] }>();
  for (const { source, invokeId, instanceId } of refs) {
    const key = invocationKey({ source, invokeId });
    const run = runs.get(key) ?? { source, invokeId, instanceIds: [] };
    run.instanceIds.push(instanceId);
    runs.set(key, run);
  }
  return runs;
}
