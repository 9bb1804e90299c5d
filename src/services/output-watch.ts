import {
  type AppendedOutput,
  type InstanceInvocation,
  type Invocation,
  isFinalInstanceStatus,
  isFinalInvocationStatus,
  type Operation,
  type Output,
  readAppended,
} from "#domain";
import type { OutputChunk, Sealer, Services } from "./contract.ts";
import { openOutputPosition, sealOutputPosition, type ToldBytes, type WatchedOutput } from "./output-position.ts";

interface Told extends ToldBytes {
  readonly output: Output | null;
}

/** Tells of a run's outputs only what is new, by the run's one watch. */
export function createOutputWatch(watch: Services["watchInvocation"], sealer: Sealer): Services["watchOutput"] {
  return async function* (ref: WatchedOutput, { fromByte, after }, operation: Operation) {
    const toldBefore = after === null ? () => null : openOutputPosition(sealer, ref, after);
    const fromHere: ToldBytes = { nextByte: fromByte, isFinal: false };
    const told = new Map<string, Told>();
    for await (const run of watch(ref, { output: true, content: false, details: false }, operation)) {
      const executions = meant(run, ref.instanceId);
      for (const { instanceId } of executions) {
        // All of them before the first event, whose position says of each how far it was told.
        if (!told.has(instanceId)) told.set(instanceId, { output: null, ...(toldBefore(instanceId) ?? fromHere) });
      }
      for (const execution of executions) {
        const before = told.get(execution.instanceId) ?? { output: null, ...fromHere };
        const { chunk, now } = tell(run, execution, before);
        told.set(execution.instanceId, now);
        if (chunk !== null) yield withPosition(chunk, () => sealOutputPosition(sealer, ref, told));
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

function withPosition(chunk: Omit<OutputChunk, "position">, read: () => string | null): OutputChunk {
  return {
    ...chunk,
    get position() {
      return read();
    },
  };
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
  const chunk = { run, execution, isFinal, ...(appended ?? nothing) };
  return { chunk, now };
}
