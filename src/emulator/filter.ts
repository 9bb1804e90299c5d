import type { Run } from "./model.ts";
import type { Parameters } from "./params.ts";
import { isFinal, legacyRunStatus, rollUp } from "./status.ts";

/** Decides over a run. */
export type RunTest = (run: Run) => boolean;

/** Runs that carry every tag that is asked for; an empty value matches any. */
export function testTags(parameters: Parameters): RunTest | null {
  const tags = parameters.tags();
  if (tags.length === 0) return null;
  return (run) =>
    tags.every((asked) =>
      run.settings.tags.some((tag) => tag.key === asked.key && (asked.value === "" || tag.value === asked.value)),
    );
}

/** Runs whose member equals a parameter; null where the parameter is absent. */
export function testEqual(wanted: string | undefined, memberOf: (run: Run) => string): RunTest | null {
  return wanted === undefined ? null : (run) => memberOf(run) === wanted;
}

/** Runs that touch an instance. */
export function testInstance(instanceId: string | undefined): RunTest | null {
  return instanceId === undefined ? null : (run) => run.instanceIds.includes(instanceId);
}

/** What filters by state go by. */
interface StateWords {
  readonly status: string;
  readonly legacyStatus: string;
  readonly isFinal: boolean;
}

/** What is final stays so; over thousands of runs it must not be worked out on every call. */
const finalWords = new WeakMap<Run, StateWords>();

function wordsOf(run: Run, now: number): StateWords {
  const known = finalWords.get(run);
  if (known !== undefined) return known;
  const statuses = run.records(now).map((record) => record.status);
  const words = {
    status: run.status ?? rollUp(statuses),
    legacyStatus: legacyRunStatus(statuses),
    isFinal: statuses.every(isFinal),
  };
  if (words.isFinal) finalWords.set(run, words);
  return words;
}

/** Runs that will run again (true), or one-off and ended ones (false). */
export function testTimed(timed: boolean | undefined, now: number): RunTest | null {
  if (timed === undefined) return null;
  return (run) => (run.settings.repeatMode !== "Once" && !wordsOf(run, now).isFinal) === timed;
}

/** Runs in a state, by today's word. */
export function testStatus(status: string | undefined, now: number): RunTest | null {
  return status === undefined ? null : (run) => wordsOf(run, now).status === status;
}

/** Runs in a state, by today's word or by the older one. */
export function testAnyStatus(status: string | undefined, now: number): RunTest | null {
  if (status === undefined) return null;
  return (run) => wordsOf(run, now).status === status || wordsOf(run, now).legacyStatus === status;
}

/** What passes every test; tests that are null are none. */
export function select<T>(items: readonly T[], tests: readonly (((item: T) => boolean) | null)[]): readonly T[] {
  const real = tests.filter((test) => test !== null);
  return real.length === 0 ? items : items.filter((item) => real.every((test) => test(item)));
}
