import {
  type AppendedOutput,
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  isFinalInstanceStatus,
  isFinalInvocationStatus,
  type Operation,
  type Output,
  readAppended,
} from "#domain";
import type { OutputChunk, Services } from "./contract.ts";

interface Told {
  readonly output: Output | null;
  readonly nextByte: number;
  readonly isFinal: boolean;
}

/** Tells of a run's outputs only what is new, by the run's one watch. */
export function createOutputWatch(watch: Services["watchInvocation"]): Services["watchOutput"] {
  return async function* (ref: InvocationRef & { readonly instanceId: string | null }, fromByte, operation: Operation) {
    const told = new Map<string, Told>();
    for await (const run of watch(ref, { output: true, content: false, details: false }, operation)) {
      for (const execution of meant(run, ref.instanceId)) {
        const before = told.get(execution.instanceId) ?? { output: null, nextByte: fromByte, isFinal: false };
        const { chunk, now } = tell(run, execution, before);
        told.set(execution.instanceId, now);
        if (chunk !== null) yield chunk;
      }
      // Others of its servers may go on for long.
      if (ref.instanceId !== null && told.get(ref.instanceId)?.isFinal === true) return;
    }
  };
}

function meant({ instances }: Invocation, instanceId: string | null): readonly InstanceInvocation[] {
  const some = instances.filter((one) => instanceId === null || one.instanceId === instanceId);
  return some.toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
}

/** Nothing, or what is new; the end is told once, also without anything new. */
function tell(run: Invocation, execution: InstanceInvocation, before: Told) {
  const isFinal = isFinalInstanceStatus(execution.status) || isFinalInvocationStatus(run.status);
  const output = execution.output ?? null;
  const appended: AppendedOutput | null = output === null ? null : readAppended(output, before, isFinal);
  const isEnd = isFinal && !before.isFinal;
  const nextByte = appended?.nextByte ?? before.nextByte;
  const now: Told = { output: output ?? before.output, nextByte, isFinal };
  if (appended === null && !isEnd) return { chunk: null, now };
  const nothing: AppendedOutput = { fromByte: nextByte, nextByte, text: "", isReset: false };
  const chunk: OutputChunk = { run, execution, isFinal, ...(appended ?? nothing) };
  return { chunk, now };
}
