import {
  type Command,
  type Execution,
  hasOwnWord,
  type InstanceInvocation,
  type Invocation,
  type InvocationResult,
  isConcluded,
  isEndOwed,
  isFinalInstanceStatus,
  isFinalInvocationStatus,
  isFinalRun,
  isRepeated,
  lacksEnd,
  type Output,
  rollUp,
  settledStatus,
  statusAfter,
} from "#domain";
import { areNumberedApart, compareAttempts, compareEnds } from "./attempts.ts";
import { fill, NO_RULES, tellsSame, withRulesOf } from "./fill.ts";
import { executionReadAt, isLate, type ReadTimes } from "./read-times.ts";

/** A run as it is known, and when it was read. */
type KnownRun = ReadTimes & { readonly run: Invocation };

/**
 * What is known of a run after one more reading: the newer state, but no state that is final is replaced by one that is not unless
 * an instance goes on, and what one reading left out stays as another told it. The same object if nothing changed.
 * @param readAt when the upstream was asked: a slow answer may come after a newer one, and takes nothing of that back
 */
export function mergeRun({ run: known, ...times }: KnownRun, read: Invocation, readAt: number): Invocation {
  // A schedule whose end only its last results told may go on all the same.
  const isAgain = isRepeated(read) && isConcluded(known);
  if (isSettled(known) && !isAgain && !tellsMore(known, read)) return known;
  const instances = mergeInstances(known, read, (instanceId) => isLate(readAt, executionReadAt(times, instanceId)));
  const isAlike =
    isFinalInvocationStatus(known.status) === isFinalInvocationStatus(read.status) ||
    (isFinalInvocationStatus(known.status) && instances.some(({ status }) => !isFinalInstanceStatus(status)));
  const isOlder = isAlike ? isLate(readAt, times.readAt) : isFinalInvocationStatus(known.status);
  const [newer, older] = isOlder ? [known, read] : [read, known];
  const groups = new Set([...(known.resourceGroupIds ?? []), ...(read.resourceGroupIds ?? [])]);
  const merged: Invocation = {
    ...withRulesOf(newer.redactedBy === older.redactedBy ? newer : NO_RULES, fill(newer, older)),
    command: mergeCommand(newer.command, older.command),
    tags: newer.tags.length === 0 ? older.tags : newer.tags,
    ...(groups.size === 0 ? {} : { resourceGroupIds: [...groups] }),
    instances,
  };
  const told = withMarks(merged, known, read);
  const settled = withMissing(withState(told, newer, older), Math.max(toldInstances(known), toldInstances(read)));
  return tellsSame(settled, known) ? known : settled;
}

/** The run with its state: the newer word of its own, else the older one, else what its instances come to. */
function withState({ isInstanceWord: _word, ...merged }: Invocation, newer: Invocation, older: Invocation): Invocation {
  const told = [newer, older].find(hasOwnWord);
  if (told !== undefined) {
    // An older word says nothing of ends that only instances tell by now.
    const status = told === newer ? settledStatus(told.status, merged.instances) : statusAfter(older, merged.instances);
    return { ...merged, status, rawStatus: told.rawStatus };
  }
  const status = rollUp(merged.instances.map((instance) => instance.status));
  const [word = null, ...others] = new Set(merged.instances.map(({ rawStatus }) => rawStatus));
  const isShared = word !== null && others.length === 0 && (newer.isInstanceWord ?? older.isInstanceWord) === true;
  return isShared
    ? { ...merged, status, rawStatus: word, isInstanceWord: true }
    : { ...merged, status, rawStatus: null };
}

/** The run with what a result of one of its instances tells, which it may not have had. @param readAt as of {@link mergeRun} */
export function mergeResult({ run, ...times }: KnownRun, result: InvocationResult, readAt: number): Invocation {
  const position = run.instances.findIndex(({ instanceId }) => instanceId === result.instanceId);
  const known = run.instances[position];
  const { execution: _latest, ...execution } = result;
  const isOld = isLate(readAt, executionReadAt(times, result.instanceId));
  const merged =
    known === undefined
      ? toInstance(result)
      : mergeExecution(known, { ...known, ...execution, isComplete: true }, run, isOld);
  if (merged === known) return run;
  const instances = position < 0 ? [...run.instances, merged] : run.instances.with(position, merged);
  return withMissing({ ...run, instances, status: statusAfter(run, instances) }, toldInstances(run));
}

function toldInstances({ instances, missingInstances = 0 }: Invocation): number {
  return instances.length + missingInstances;
}

/** The run with how many of so many instances it lacks. */
function withMissing(run: Invocation, told: number): Invocation {
  const missing = told - run.instances.length;
  if (missing > 0) return { ...run, missingInstances: missing };
  if (run.missingInstances === undefined) return run;
  const { missingInstances: _none, ...whole } = run;
  return whole;
}

/** The run with the marks that it may have other instances, or without them: one reading of all of them ends the doubt. */
function withMarks(
  { isNarrowed: _narrowed, isEarly: _early, ...run }: Invocation,
  known: Invocation,
  read: Invocation,
) {
  return {
    ...run,
    ...(known.isNarrowed === true && read.isNarrowed === true && { isNarrowed: true as const }),
    ...(isStillEarly(known, read) && { isEarly: true as const }),
  };
}

/** True if all that was read of the run was read early, or of one instance alone. */
function isStillEarly(known: Invocation, read: Invocation): boolean {
  return known.isEarly === true && (read.isEarly === true || read.isNarrowed === true);
}

function toInstance({ execution: _latest, ...execution }: InvocationResult): InstanceInvocation {
  return { ...execution, creationTime: null, updateTime: null, isComplete: true };
}

/** True if nothing of the run will change any more and nothing of it was read by guessing. */
function isSettled(run: Invocation): boolean {
  return (
    isFinalRun(run) &&
    run.command.isGuess !== true &&
    run.instances.every((one) => one.output?.isGuess !== true && !lacksEnd(one))
  );
}

function tellsMore(known: Invocation, read: Invocation): boolean {
  const own = new Map(known.instances.map((one) => [one.instanceId, one]));
  const groups = known.resourceGroupIds ?? [];
  return (
    fillsIn(known, read) ||
    fillsIn(known.command, read.command) ||
    (known.isNarrowed === true && read.isNarrowed !== true) ||
    (known.isEarly === true && !isStillEarly(known, read)) ||
    tellsOtherEnd(known, read) ||
    (known.tags.length === 0 && read.tags.length > 0) ||
    (read.resourceGroupIds ?? []).some((id) => !groups.includes(id)) ||
    read.instances.some((one) => {
      const other = own.get(one.instanceId);
      if (other === undefined || other.isComplete !== one.isComplete) return other === undefined || one.isComplete;
      if (areNumberedApart(one, other)) return compareAttempts(one, other) > 0;
      return fillsIn(other, one) || isOtherOutput(other.output, one.output);
    })
  );
}

/**
 * True if a reading tells with all of its instances another end of the run: the word that an end was concluded from before, or what the
 * known instances come to. Of two words that both contradict the instances the first one stays.
 */
function tellsOtherEnd(known: Invocation, read: Invocation): boolean {
  if (read.status === known.status || !hasOwnWord(read) || !isFinalRun(read)) return false;
  return read.rawStatus === known.rawStatus || read.status === rollUp(known.instances.map(({ status }) => status));
}

/** True if a reading has a member that was not read before (undefined), or was not there (null). */
function fillsIn<Record extends object>(known: Record, read: Record): boolean {
  return (Object.keys(read) as (keyof Record)[]).some((name) => {
    const [own, other] = [known[name], read[name]];
    return own === undefined ? other !== undefined : own === null && other !== null && other !== undefined;
  });
}

// The ids of outputs stand for their bytes in a database.
function isOtherOutput(known: InstanceInvocation["output"], read: InstanceInvocation["output"]): boolean {
  if (!known || !read) return false;
  return known.droppedBytes !== read.droppedBytes || Buffer.compare(known.bytes, read.bytes) !== 0;
}

function mergeInstances(
  known: Invocation,
  read: Invocation,
  isOld: (instanceId: string) => boolean,
): readonly InstanceInvocation[] {
  const run = isRepeated(known) ? known : read;
  const older = new Map(known.instances.map((one) => [one.instanceId, one]));
  const merged = read.instances.map((one) => {
    const own = older.get(one.instanceId);
    older.delete(one.instanceId);
    return own === undefined ? one : mergeExecution(own, one, run, isOld(one.instanceId));
  });
  return older.size === 0
    ? merged
    : [...merged, ...older.values()].sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
}

/** @param isOld true if `read` was read before `known` */
function mergeExecution(
  known: InstanceInvocation,
  read: InstanceInvocation,
  run: Invocation,
  isOld: boolean,
): InstanceInvocation {
  // The latest execution of a run that is carried out again may go from an end to a beginning.
  const canMove = isRepeated(run) || areNumberedApart(read, known);
  const attempt = canMove ? compareAttempts(read, known) : 0;
  // What an earlier attempt came to says nothing of a later one.
  if (attempt < 0) return known;
  const isOne = !canMove || (attempt === 0 && known.startTime !== null && read.startTime !== null);
  const order = attempt || (isOne ? compareEnds(read, known) : 0);
  const isAlike = canMove || isFinalInstanceStatus(known.status) === isFinalInstanceStatus(read.status);
  const isOlder = isAlike ? order < 0 || (order === 0 && isOld) : isFinalInstanceStatus(known.status);
  const isOneRicher = known.isComplete !== read.isComplete && known.status === read.status && !canMove;
  const isPoorer = isOneRicher && known.isComplete;
  const [newer, older] = (isOneRicher ? isPoorer : isOlder) ? [known, read] : [read, known];
  const isOver = !canMove && isFinalInstanceStatus(newer.status) && isFinalInstanceStatus(older.status);
  const isSame = isOver && newer.status === older.status;
  const { pastOutput: _past, ...filled } = fill(newer, older, isSame);
  const isKept = (isPoorer && !isOld) || (isOver && !isOutputOld(filled, older, run, read.readFrom));
  const told = isBetter(newer.output) || !isKept ? newer.output : (older.output ?? newer.output);
  const isOther = attempt !== 0 || (canMove && (newer.startTime === null || newer.startTime !== older.startTime));
  // What was printed stays printed: an end is sometimes told before its output is there.
  const output = isOther || told !== null ? told : (older.output ?? older.pastOutput ?? told);
  const past = output !== undefined || isOther ? undefined : pastOutputOf(newer, older);
  const merged = {
    ...withRulesOf(newer.redactedBy === older.redactedBy ? newer : NO_RULES, filled),
    output,
    ...(past && { pastOutput: past }),
    isComplete: newer.isComplete || (isSame && older.isComplete),
  };
  return tellsSame(merged, known) ? known : merged;
}

/** True if the output may have been read before the execution's end, which the upstream had not told by then. */
function isOutputOld(
  now: InstanceInvocation,
  older: InstanceInvocation,
  run: Invocation,
  readFrom: Execution["readFrom"],
): boolean {
  const isEndNews = (lacksEnd(older) && !lacksEnd(now)) || (older.exitCode === null && now.exitCode !== null);
  return isEndNews || isEndOwed(now, run, Date.parse(readFrom?.asOf ?? ""));
}

// What was read once of an execution that goes on stays known, as what it was.
function pastOutputOf(newer: InstanceInvocation, older: InstanceInvocation): Output | undefined {
  return newer.output ?? older.output ?? newer.pastOutput ?? older.pastOutput;
}

function isBetter(output: InstanceInvocation["output"]): boolean {
  return output !== undefined && output?.isGuess !== true && output?.isDamaged !== true;
}

function mergeCommand(newer: Command, older: Command): Command {
  const isWorse =
    newer.content === undefined || (newer.isGuess === true && older.isGuess !== true && older.content !== undefined);
  const { content: _content, isGuess: _isGuess, ...rest } = fill(newer, older);
  const { content, isGuess } = isWorse ? older : newer;
  const merged = withRulesOf(newer.redactedBy === older.redactedBy ? newer : NO_RULES, { ...rest, content });
  return isGuess === undefined ? merged : { ...merged, isGuess };
}
