import type { Invocation } from "#domain";

/** The run with the mark that the upstream does not know it any more, or without it; the same object if it is so already. */
export function markGone(run: Invocation, isGone: boolean): Invocation {
  if ((run.isGoneUpstream === true) === isGone) return run;
  if (isGone) return { ...run, isGoneUpstream: true };
  const { isGoneUpstream: _mark, ...rest } = run;
  return rest;
}
