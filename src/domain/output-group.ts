import { type Execution, lacksOutput, type Output } from "./invocation.ts";
import { type InstanceInvocationStatus, isFinalInstanceStatus } from "./status.ts";

const NEVER_RAN: ReadonlySet<InstanceInvocationStatus> = new Set(["ERROR", "INVALID", "ABORTED", "CANCELLED"]);

/**
 * False for an execution that is over, or whose run the upstream dropped before it was, if no answer told what it printed: no output then
 * does not say that it printed nothing. What was never carried out has printed nothing.
 */
export function isOutputKnown({
  status,
  startTime,
  isGoneUpstream,
  ...printed
}: Pick<Execution, "status" | "startTime" | "output" | "keptOutput" | "isGoneUpstream">): boolean {
  if (!lacksOutput(printed)) return true;
  return isFinalInstanceStatus(status) ? startTime === null && NEVER_RAN.has(status) : isGoneUpstream !== true;
}

/** Executions that ended alike and printed the same bytes. */
export interface OutputGroup<Member extends Execution = Execution> {
  readonly status: InstanceInvocationStatus;
  readonly exitCode: number | null;
  /** What each of them printed; null where that is nothing yet. */
  readonly output: Output | null;
  /** False if nobody knows what they printed, as {@link isOutputKnown} says. */
  readonly isKnown: boolean;
  /** At least one, by instance id. */
  readonly executions: readonly Member[];
}

/**
 * Groups executions by status, exit code and what they printed. Largest group first; equal sizes by status, then by the first
 * instance id. Outputs that are not known are no silence, and form groups of their own.
 * @param formOf what of an output counts, as a short text: the engine tells long keys apart by their length alone
 */
export function groupOutputs<Member extends Execution>(
  executions: readonly Member[],
  formOf: (execution: Member) => string,
): readonly OutputGroup<Member>[] {
  const groups = new Map<string, Member[]>();
  for (const execution of executions) {
    const { status, exitCode } = execution;
    const form = isOutputKnown(execution) ? formOf(execution) : "unknown";
    const key = `${status}/${exitCode}/${form}`;
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
  return {
    status: first.status,
    exitCode: first.exitCode,
    output: first.output ?? null,
    isKnown: isOutputKnown(first),
    executions,
  };
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
