import type { InvocationResult } from "#domain";

/**
 * Groups results by run and instance, in the order in which these first came, and within one newest first. Without
 * history the newest of each is kept; with it every execution once, each with its key.
 */
export function arrangeExecutions(
  results: readonly InvocationResult[],
  includeHistory: boolean,
): readonly InvocationResult[] {
  return groupByPlace(results).flatMap((group) => {
    const ordered = [...group].sort(isNumbered(group) ? compareNumbered : compareNewestFirst);
    return includeHistory ? withKeys(ordered) : ordered.slice(0, 1);
  });
}

function groupByPlace(results: readonly InvocationResult[]): readonly InvocationResult[][] {
  const groups = new Map<string, InvocationResult[]>();
  for (const result of results) {
    const group = groups.get(placeOf(result));
    if (group === undefined) groups.set(placeOf(result), [result]);
    else group.push(result);
  }
  return [...groups.values()];
}

function placeOf(result: InvocationResult): string {
  return `${result.invokeId}/${result.instanceId}`;
}

// An execution that was never started has no time, but where all are numbered its number tells its place.
function isNumbered(group: readonly InvocationResult[]): boolean {
  return group.every(({ repeats }) => repeats !== null);
}

function compareNumbered(a: InvocationResult, b: InvocationResult): number {
  return (b.repeats ?? 0) - (a.repeats ?? 0) || compareNewestFirst(a, b);
}

function compareNewestFirst(a: InvocationResult, b: InvocationResult): number {
  return timeOf(b) - timeOf(a) || (b.repeats ?? 0) - (a.repeats ?? 0) || Number(isOpen(a)) - Number(isOpen(b));
}

// What has not started yet is newer than everything that has.
function timeOf(result: InvocationResult): number {
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

function isOpen(result: InvocationResult): boolean {
  return result.finishTime === null;
}
