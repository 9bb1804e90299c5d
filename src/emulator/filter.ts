import type { RunState } from "./action.ts";
import type { Run } from "./model.ts";
import type { Parameters } from "./params.ts";
import { isFinal } from "./status.ts";

/** Decides over a run by what is fixed when it is created. */
export type RunTest = (run: Run) => boolean;

/** Decides over a run by its state. */
export type StateTest = (state: RunState) => boolean;

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

/** Runs that will run again by themselves (true), or one-off and ended ones (false). */
export function testTimed(timed: boolean | undefined): StateTest | null {
  if (timed === undefined) return null;
  return ({ run, records }) => {
    const runsAgain = run.settings.repeatMode !== "Once" && !records.every((record) => isFinal(record.status));
    return runsAgain === timed;
  };
}

/** What passes every test; tests that are null are none. */
export function select<T>(items: readonly T[], tests: readonly (((item: T) => boolean) | null)[]): readonly T[] {
  const real = tests.filter((test) => test !== null);
  return real.length === 0 ? items : items.filter((item) => real.every((test) => test(item)));
}
