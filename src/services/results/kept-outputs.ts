import { invocationKey } from "#domain";
import { type RunStore, runsOf } from "#store";
import type { Services } from "../contract/index.ts";

/** Reads outputs that are kept, and no other executions than theirs. */
export function createKeptOutputs(store: Pick<RunStore, "readRuns">): Services["readOutputs"] {
  return async (refs, operation) => {
    const asked = runsOf(refs);
    const runs = await store.readRuns([...asked.values()], { output: true, content: false }, operation);
    const outputs = new Map(
      [...asked.keys()].map((key, position) => {
        const instances = runs[position]?.run.instances ?? [];
        return [key, new Map(instances.map(({ instanceId, output }) => [instanceId, output]))];
      }),
    );
    return refs.map((ref) => {
      const output = outputs.get(invocationKey(ref))?.get(ref.instanceId);
      return output === undefined ? null : { output };
    });
  };
}
