import type { InstanceInvocation, Invocation, Output } from "#domain";

/** Bytes that a run takes in memory, by estimate. */
export function runBytes(run: Invocation): number {
  return run.instances.reduce((sum, one) => sum + executionBytes(one), 1_500 + (run.command.content?.byteLength ?? 0));
}

/** Bytes that an execution takes in memory, by estimate. */
export function executionBytes({ output, pastOutput }: Pick<InstanceInvocation, "output" | "pastOutput">): number {
  return 600 + outputBytes(output) + outputBytes(pastOutput);
}

// A reader of an output leaves its text beside the record.
function outputBytes(output: Output | null | undefined): number {
  return 2 * (output?.bytes.byteLength ?? 0);
}
