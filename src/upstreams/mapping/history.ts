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
 * Names the records of one page, so that pages that shift show each once. Those that tell nothing which tells them apart are as
 * many as one page shows of them.
 */
export function nameResults(page: readonly InvocationResult[]): ReadonlyMap<InvocationResult, string> {
  const counts = new Map<string, number>();
  return new Map(
    page.map((result) => {
      const { instanceId, startTime, finishTime, repeats, status, exitCode, error, output } = result;
      const own = isUnnamed(result)
        ? [status, exitCode, error, output && Buffer.from(output.bytes).toString("base64")]
        : [];
      const name = JSON.stringify([instanceId, startTime, finishTime, repeats, ...own]);
      const count = isUnnamed(result) ? (counts.get(name) ?? 0) : 0;
      counts.set(name, count + 1);
      return [result, count === 0 ? name : `${name} ${count}`];
    }),
  );
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
  // Counted from the oldest, whose place does not change when newer ones come.
  let unnamed = ordered.filter(isUnnamed).length;
  for (const result of ordered) {
    if (isUnnamed(result)) unnamed -= 1;
    const key = isUnnamed(result) && unnamed > 0 ? `u${unnamed}` : keyOf(result);
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

/** True for a record that tells neither when it was nor which one it is. */
function isUnnamed({ startTime, finishTime, repeats }: Timed): boolean {
  return startTime === null && finishTime === null && repeats === null;
}

// Between two pages an execution may end: it is then told twice, once without its end.
function isSame(a: InvocationResult, b: InvocationResult): boolean {
  return isOpen(a) || isOpen(b) || (a.finishTime === b.finishTime && a.repeats === b.repeats);
}

function isOpen(result: Timed): boolean {
  return result.finishTime === null;
}
