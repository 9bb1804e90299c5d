import type { Execution, Output } from "./invocation.ts";
import type { InstanceInvocationStatus } from "./status.ts";

/** Executions that ended alike and printed the same bytes. */
export interface OutputGroup<Member extends Execution = Execution> {
  readonly status: InstanceInvocationStatus;
  readonly exitCode: number | null;
  /** What each of them printed; null where that is nothing yet. */
  readonly output: Output | null;
  /** At least one, by instance id. */
  readonly executions: readonly Member[];
}

/**
 * Groups executions by status, exit code and what they printed. Largest group first; equal sizes by status, then by the first
 * instance id. Output that was not asked for counts as none.
 * @param formOf what of an output counts, as a short text: the engine tells long keys apart by their length alone
 */
export function groupOutputs<Member extends Execution>(
  executions: readonly Member[],
  formOf: (execution: Member) => string,
): readonly OutputGroup<Member>[] {
  const groups = new Map<string, Member[]>();
  for (const execution of executions) {
    const { status, exitCode } = execution;
    const key = `${status}/${exitCode}/${formOf(execution)}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [execution]);
    else members.push(execution);
  }
  return [...groups.values()].map(toGroup).sort(compareGroups);
}

function toGroup<Member extends Execution>(members: readonly Member[]): OutputGroup<Member> {
  const executions = members.toSorted((a, b) => compareTexts(a.instanceId, b.instanceId));
  const [first] = executions;
  if (first === undefined) throw new TypeError("A group has at least one member");
  return { status: first.status, exitCode: first.exitCode, output: first.output ?? null, executions };
}

function compareGroups(a: OutputGroup, b: OutputGroup): number {
  return (
    b.executions.length - a.executions.length ||
    compareTexts(a.status, b.status) ||
    compareTexts(a.executions[0]?.instanceId ?? "", b.executions[0]?.instanceId ?? "")
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
