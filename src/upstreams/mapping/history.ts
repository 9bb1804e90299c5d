import { createHash } from "node:crypto";
import { type InvocationResult, isFinalInstanceStatus } from "#domain";

/** What tells executions on one instance apart. */
type Timed = Pick<InvocationResult, "status" | "startTime" | "finishTime" | "repeats">;

/** The latest execution on each instance, in the order in which these first came: who tells two has told an older one too. */
export function latestOfEach<One extends Timed & { readonly instanceId: string | null }>(
  executions: readonly One[],
): readonly One[] {
  const groups = groupBy(executions, ({ instanceId }) => instanceId);
  return groups.length === executions.length ? executions : groups.flatMap((group) => newestFirst(group).slice(0, 1));
}

/**
 * Names the records of one page, so that pages that shift show each once. An execution that is over may share its time and number with
 * another one, and is also told apart by what came of it; of those that are alike in all there are as many as one page shows.
 */
export function nameResults(page: readonly InvocationResult[]): ReadonlyMap<InvocationResult, string> {
  const counts = new Map<string, number>();
  return new Map(
    page.map((result) => {
      const { instanceId, startTime, finishTime, repeats, status, exitCode, error, output } = result;
      const isOne = isKnownToGoOn(result);
      const own = isOne ? [] : [status, exitCode, error, output && hashOf(output.bytes)];
      const name = JSON.stringify([instanceId, startTime, finishTime, repeats, ...own]);
      const count = isOne ? 0 : (counts.get(name) ?? 0);
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

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
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
  const order = timeOf(b) - timeOf(a) || (b.repeats ?? 0) - (a.repeats ?? 0);
  return order || Number(isKnownToGoOn(a)) - Number(isKnownToGoOn(b)) || endOf(b) - endOf(a);
}

// What has not started yet is newer than everything that has.
function timeOf(result: Timed): number {
  const time = result.startTime ?? result.finishTime;
  return time === null ? Number.MAX_SAFE_INTEGER : Date.parse(time);
}

// Executions of one time are counted from the oldest, whose place does not change when newer ones come.
function withKeys(ordered: readonly InvocationResult[]): readonly InvocationResult[] {
  const counts = new Map<string, number>();
  return withoutBeginnings(ordered)
    .toReversed()
    .map((result) => {
      const key = keyOf(result);
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      return { ...result, execution: count === 0 ? key : `${key}.${count}` };
    })
    .toReversed();
}

// Between two pages an execution may end: it is then told twice, and as it went on behind as it ended.
function withoutBeginnings(ordered: readonly InvocationResult[]): readonly InvocationResult[] {
  const keys = new Set<string>();
  return ordered.filter((result) => {
    const isAgain = isKnownToGoOn(result) && keys.has(keyOf(result));
    keys.add(keyOf(result));
    return !isAgain;
  });
}

function endOf({ finishTime }: Timed): number {
  return finishTime === null ? 0 : Date.parse(finishTime);
}

// The start never changes once it is known, so a running execution keeps its key when it ends.
function keyOf(result: InvocationResult): string {
  if (result.startTime !== null) return `s${Date.parse(result.startTime)}`;
  if (result.finishTime !== null) return `f${Date.parse(result.finishTime)}`;
  return `r${result.repeats ?? 0}`;
}

// What tells neither when it was nor which one it is may be any one. 0 is also the number of what was never carried out.
function isKnownToGoOn({ status, startTime, finishTime, repeats }: Timed): boolean {
  const isNamed = startTime !== null || finishTime !== null || (repeats ?? 0) > 0;
  return isNamed && !isFinalInstanceStatus(status);
}
