import { type InstanceInvocation, type Invocation, isFinalInstanceStatus } from "#domain";

/**
 * The run with the mark that the upstream does not know it any more, on it and on its executions that were not over, or without; the same
 * object if it is so already.
 */
export function markGone(run: Invocation, isGone: boolean): Invocation {
  if ((run.isGoneUpstream === true) === isGone) return run;
  if (isGone) return { ...run, instances: run.instances.map(markLost), isGoneUpstream: true };
  const { isGoneUpstream: _mark, ...rest } = run;
  return { ...rest, instances: run.instances.map(withoutMark) };
}

function markLost(one: InstanceInvocation): InstanceInvocation {
  return isFinalInstanceStatus(one.status) ? one : { ...one, isGoneUpstream: true };
}

function withoutMark(one: InstanceInvocation): InstanceInvocation {
  const { isGoneUpstream: mark, ...rest } = one;
  return mark === undefined ? one : rest;
}
