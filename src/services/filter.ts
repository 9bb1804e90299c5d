import type { Invocation, InvocationFilter, InvocationQuery, Source, TagQuery } from "#domain";

/** True where the filter names this source; an empty list names none. */
export function namesSource(filter: InvocationFilter, source: Source): boolean {
  return (
    (filter.providerIn?.includes(source.provider) ?? true) &&
    (filter.accountIn?.includes(source.account) ?? true) &&
    (filter.regionIdIn?.includes(source.regionId) ?? true)
  );
}

/** True where no run can match, whatever the upstreams hold. */
export function matchesNothing(filter: InvocationFilter): boolean {
  const { createdAfter, createdBefore } = filter;
  const isEmptyTime = createdAfter !== undefined && createdBefore !== undefined && createdAfter >= createdBefore;
  return filter.statusIn?.length === 0 || isEmptyTime;
}

/** True where the runs that are meant can be counted: no upstream counts by time, or by more than one status. */
export function isCountable({ createdAfter, createdBefore, statusIn }: InvocationFilter): boolean {
  return createdAfter === undefined && createdBefore === undefined && new Set(statusIn).size <= 1;
}

/** The part of a filter that concerns runs and not sources. */
export function toQuery(filter: InvocationFilter): InvocationQuery {
  const { providerIn: _provider, accountIn: _account, regionIdIn: _region, ...query } = filter;
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== null));
}

/**
 * True where a run is meant by the query. Applied to everything that upstreams list, since they ignore filters silently
 * in combination. `isTrusted` says that the upstream applies the whole query itself: what its records leave out (a command
 * id, `timed`) then counts as matching.
 */
export function matchesQuery(run: Invocation, query: InvocationQuery, isTrusted: boolean): boolean {
  return (
    isSame(run.invokeId, query.invokeId, false) &&
    isSame(run.command.commandId, query.commandId, isTrusted) &&
    isSame(run.command.name, query.commandName, isTrusted) &&
    isSame(run.command.type, query.commandType, isTrusted) &&
    isSame(run.timed, query.timed, isTrusted) &&
    (query.tags ?? []).every((tag) => hasTag(run, tag)) &&
    touchesInstance(run, query.instanceId, isTrusted) &&
    (query.statusIn?.includes(run.status) ?? true) &&
    isWithin(run.creationTime, query)
  );
}

/** One text for all filters that mean the same, for binding cursors and keying caches. */
export function canonicalText(value: object): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .map(([name, member]): [string, unknown] => [name, Array.isArray(member) ? [...new Set(member)].sort() : member]);
  return JSON.stringify(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isSame<Value>(value: Value | null, wanted: Value | undefined, isTrusted: boolean): boolean {
  return wanted === undefined || value === wanted || (value === null && isTrusted);
}

function hasTag(run: Invocation, { key, value }: TagQuery): boolean {
  return run.tags.some((tag) => tag.key === key && (value === undefined || tag.value === value));
}

function touchesInstance(run: Invocation, instanceId: string | undefined, isTrusted: boolean): boolean {
  if (instanceId === undefined) return true;
  return run.instances.some((item) => item.instanceId === instanceId) || (isTrusted && run.instances.length === 0);
}

function isWithin(time: string | null, { createdAfter, createdBefore }: InvocationQuery): boolean {
  if (createdAfter === undefined && createdBefore === undefined) return true;
  if (time === null) return false;
  return (createdAfter === undefined || time >= createdAfter) && (createdBefore === undefined || time < createdBefore);
}
