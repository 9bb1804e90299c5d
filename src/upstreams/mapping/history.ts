import type { InvocationResult } from "#domain";

/** What tells executions on one instance apart. */
type Timed = Pick<InvocationResult, "startTime" | "finishTime" | "repeats">;

/** The latest execution on each instance, in the order in which these first came: who tells two has told an older one too. */
export function latestOfEach<One extends Timed & { readonly instanceId: string | null }>(
  executions: readonly One[],
): readonly One[] {
  const groups = groupBy(executions, ({ instanceId }) => instanceId);
  return groups.length === executions.length ? executions : groups.flatMap((group) => newestFirst(group).slice(0, 1));
}

/**
 * Groups results by run and instance, in the order in which these first came, and within one newest first. Without
 * history the newest of each is kept; with it every execution once, each with its key.
 */
export function arrangeExecutions(
  results: readonly InvocationResult[],
  includeHistory: boolean,
): readonly InvocationResult[] {
  return groupBy(results, ({ invokeId, instanceId }) => `${invokeId}/${instanceId}`).flatMap((group) => {
    const ordered = newestFirst(group);
    return includeHistory ? withKeys(ordered) : ordered.slice(0, 1);
  });
}

function newestFirst<One extends Timed>(group: readonly One[]): readonly One[] {
  return group.toSorted(isNumbered(group) ? compareNumbered : compareNewestFirst);
}

function groupBy<One>(all: readonly One[], keyOf: (one: One) => string | null): readonly (readonly One[])[] {
  const groups = new Map<string | null, One[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

// An execution that was never started has no time, but where all are numbered its number tells its place.
function isNumbered(group: readonly Timed[]): boolean {
  return group.every(({ repeats }) => repeats !== null);
}

function compareNumbered(a: Timed, b: Timed): number {
  return (b.repeats ?? 0) - (a.repeats ?? 0) || compareNewestFirst(a, b);
}

function compareNewestFirst(a: Timed, b: Timed): number {
  return timeOf(b) - timeOf(a) || (b.repeats ?? 0) - (a.repeats ?? 0) || Number(isOpen(a)) - Number(isOpen(b));
}

// What has not started yet is newer than everything that has.
function timeOf(result: Timed): number {
  const time = result.startTime ?? result.finishTime;
  return time === null ? Number.MAX_SAFE_INTEGER : Date.parse(time);
}

// Pages that shift repeat records: what shares key, end and ordinal came twice; what shares the key alone is another.
function withKeys(ordered: readonly InvocationResult[]): readonly InvocationResult[] {
  const seen = new Map<string, InvocationResult>();
  for (const result of ordered) {
    const key = keyOf(result);
    const twin = seen.get(key);
    if (twin === undefined) seen.set(key, { ...result, execution: key });
    else if (!isSame(twin, result)) {
      const ownKey = `${key}.${result.repeats ?? ""}.${result.finishTime === null ? "" : Date.parse(result.finishTime)}`;
      seen.set(ownKey, { ...result, execution: ownKey });
    }
  }
  return [...seen.values()];
}

// The start never changes once it is known, so a running execution keeps its key when it ends.
function keyOf(result: InvocationResult): string {
  if (result.startTime !== null) return `s${Date.parse(result.startTime)}`;
  if (result.finishTime !== null) return `f${Date.parse(result.finishTime)}`;
  return `r${result.repeats ?? 0}`;
}

// Between two pages an execution may end: it is then told twice, once without its end.
function isSame(a: InvocationResult, b: InvocationResult): boolean {
  return isOpen(a) || isOpen(b) || (a.finishTime === b.finishTime && a.repeats === b.repeats);
}

function isOpen(result: Timed): boolean {
  return result.finishTime === null;
}
