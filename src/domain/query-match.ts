import type { Invocation } from "./invocation.ts";
import { type InvocationFilter, type InvocationQuery, type TagQuery, upstreamQuery } from "./query.ts";
import { instanceKey } from "./ref-key.ts";
import { finishTimeOf } from "./run-times.ts";
import { readSchedule } from "./schedule.ts";
import type { Source } from "./source.ts";
import { hidesFailure, isFinalInstanceStatus, isFinalInvocationStatus, lacksOthers } from "./status.ts";

/** The vendor's words for runs with a schedule (its document DescribeInvocations, RepeatMode). */
const SCHEDULED_MODES: ReadonlySet<string> = new Set(["Period", "NextRebootOnly", "EveryReboot"]);

/** True when the filter names this source; an empty list names none. */
export function namesSource(filter: InvocationFilter, source: Source): boolean {
  return (
    (filter.providerIn?.includes(source.provider) ?? true) &&
    (filter.accountIn?.includes(source.account) ?? true) &&
    (filter.regionIdIn?.includes(source.regionId) ?? true)
  );
}

const EPOCH = "1970-01-01T00:00:00.000Z";

/** True when no run can match, whatever the upstreams hold. */
export function matchesNothing(filter: InvocationFilter): boolean {
  const { createdAfter, createdBefore, finishedAfter, finishedBefore } = filter;
  const { statusIn, tags, instanceStatusIn, errorCodeIn, exitCodeIn, repeatModeIn } = filter;
  return (
    [statusIn, tags, instanceStatusIn, errorCodeIn, exitCodeIn, repeatModeIn].some((all) => all?.length === 0) ||
    filter.instanceKeyIn?.size === 0 ||
    isEmptySpan(createdAfter, createdBefore) ||
    // Nothing is older than the epoch; a run without a time was created at no time.
    isEmptySpan(EPOCH, createdBefore) ||
    isEmptySpan(finishedAfter, finishedBefore)
  );
}

/** True when an upstream can count the runs that are meant: none counts by time, by several statuses, or by what it cannot filter. */
export function isCountable(filter: InvocationFilter): boolean {
  const { createdAfter, createdBefore, statusIn } = filter;
  const query = toQuery(filter);
  const hasOwn = Object.keys(upstreamQuery(query)).length < Object.keys(query).length;
  return createdAfter === undefined && createdBefore === undefined && new Set(statusIn).size <= 1 && !hasOwn;
}

/** The part of a filter that concerns runs and not sources. */
export function toQuery(filter: InvocationFilter): InvocationQuery {
  const {
    providerIn: _provider,
    accountIn: _account,
    regionIdIn: _region,
    instanceNameContains: _name,
    ...query
  } = filter;
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== null));
}

/**
 * What runs are like that the query would mean, perhaps, if more were known of them: those that lack instances, if it chooses by instances, and
 * those whose command is not told, if it chooses by the command's id.
 * @param applied what the upstream itself chose the runs by, which leaves no doubt about that
 */
export function lackingQueries(query: InvocationQuery, applied: InvocationQuery = {}): readonly InvocationQuery[] {
  const { instanceStatusIn, errorCodeIn, exitCodeIn, instanceKeyIn, finishedAfter, finishedBefore, ...rest } = query;
  const { instanceId, ...others } = rest;
  const isOfInstance = applied.instanceId !== undefined;
  const byFields = [errorCodeIn, exitCodeIn, finishedAfter, finishedBefore].some((one) => one !== undefined);
  const byInstances = [instanceStatusIn, instanceKeyIn, isOfInstance ? undefined : instanceId];
  const isByInstances = byFields || byInstances.some((one) => one !== undefined);
  const { commandId, ...unnamed } = query;
  const isByCommand = commandId !== undefined && applied.commandId === undefined;
  return [
    ...(isByInstances
      ? [{ ...(isOfInstance ? rest : others), lacks: byFields ? "FIELDS" : "INSTANCES" } as const]
      : []),
    ...(isByCommand ? [{ ...unnamed, lacks: "COMMAND_ID" } as const] : []),
  ];
}

/**
 * True when a run is meant by the query. Everything that upstreams list is matched again, since they ignore filters silently
 * in combination. What a record leaves out does not match: the reader of a list first adds what the list was asked for.
 */
export function matchesQuery(run: Invocation, query: InvocationQuery): boolean {
  return (
    (query.lacks === undefined || lacks(run, query.lacks)) &&
    isSame(run.invokeId, query.invokeId) &&
    isSame(run.command.commandId, query.commandId) &&
    isSame(run.command.name, query.commandName) &&
    isSame(run.command.type, query.commandType) &&
    isSame(hasSchedule(run), query.timed) &&
    (query.tags === undefined || (query.tags.length > 0 && query.tags.every((tag) => hasTag(run, tag)))) &&
    (query.resourceGroupId === undefined || (run.resourceGroupIds ?? []).includes(query.resourceGroupId)) &&
    (query.instanceId === undefined || run.instances.some((item) => item.instanceId === query.instanceId)) &&
    isAmong(query.statusIn, run.status) &&
    isWithin(run.creationTime, query.createdAfter, query.createdBefore) &&
    matchesOwn(run, query)
  );
}

function lacks(run: Invocation, what: NonNullable<InvocationQuery["lacks"]>): boolean {
  if (what === "COMMAND_ID") return run.command.commandId === null;
  return lacksInstances(run) || (what === "FIELDS" && isInPart(run));
}

/** True for a run that has, or must have, instances that it does not show. */
export function lacksInstances(run: Invocation): boolean {
  // A run that has ended has run on some instance.
  const showsNone = run.instances.length === 0 && isFinalInvocationStatus(run.status);
  return showsNone || run.missingInstances !== undefined || hidesFailure(run);
}

/** True for a run that has other instances than it shows, or may have: nobody can say how many, or what all of them printed. */
export function isShownInPart(run: Invocation): boolean {
  return run.mayBeElsewhere === true || run.isEarly === true || lacksOthers(run) || lacksInstances(run);
}

/** True if a list told less of an instance that is over than its results would tell. */
export function isInPart({ instances }: Pick<Invocation, "instances">): boolean {
  return instances.some(({ status, isComplete }) => !isComplete && isFinalInstanceStatus(status));
}

/** What no upstream filters by. */
function matchesOwn(run: Invocation, query: InvocationQuery): boolean {
  const { instanceStatusIn, errorCodeIn, exitCodeIn, repeatModeIn, instanceKeyIn, finishedAfter, finishedBefore } =
    query;
  return (
    (query.commandNameContains === undefined || contains(run.command.name, query.commandNameContains)) &&
    isAmong(repeatModeIn, run.repeatMode) &&
    (instanceStatusIn === undefined || run.instances.some(({ status }) => isAmong(instanceStatusIn, status))) &&
    (errorCodeIn === undefined || run.instances.some(({ error }) => isAmong(errorCodeIn, error?.code))) &&
    (exitCodeIn === undefined || run.instances.some(({ exitCode }) => isAmong(exitCodeIn, exitCode))) &&
    (instanceKeyIn === undefined || run.instances.some((one) => instanceKeyIn.has(instanceKey(one)))) &&
    ((finishedAfter === undefined && finishedBefore === undefined) ||
      isWithin(finishTimeOf(run), finishedAfter, finishedBefore))
  );
}

const MOST_COMPARED = 8;
const sets = new WeakMap<readonly unknown[], ReadonlySet<unknown>>();

/** True if the value is in the list, or there is none. Takes no longer for a list of thousands, with which all runs may be compared. */
function isAmong(list: readonly unknown[] | undefined, value: unknown): boolean {
  if (list === undefined) return true;
  if (list.length <= MOST_COMPARED) return list.includes(value);
  const set = sets.get(list) ?? new Set(list);
  sets.set(list, set);
  return set.has(value);
}

/** True if the text holds the part, in any case. */
export function contains(text: string | null, part: string): boolean {
  // No text gets more than twice as long in lower case, and none shorter.
  if (text === null || part.length > 2 * text.length) return false;
  return text.toLowerCase().includes(part.toLowerCase());
}

/**
 * What a list was asked for, as far as its records leave it out: the upstream applied it, so it holds. Instances are left alone:
 * nothing is known of them but that they are there.
 */
export function completeRun(run: Invocation, applied: InvocationQuery): Invocation {
  const { commandId, commandName, commandType, resourceGroupId, tags } = applied;
  const missingTags = (tags ?? []).filter((tag) => tag.value !== undefined && !hasTag(run, tag));
  const isWhole =
    (commandId === undefined || run.command.commandId !== null) &&
    (commandName === undefined || run.command.name !== null) &&
    (commandType === undefined || run.command.type !== null) &&
    resourceGroupId === undefined &&
    missingTags.length === 0;
  if (isWhole) return run;
  return {
    ...run,
    command: {
      ...run.command,
      commandId: run.command.commandId ?? commandId ?? null,
      name: run.command.name ?? commandName ?? null,
      type: run.command.type ?? commandType ?? null,
    },
    tags: [...run.tags, ...missingTags.map(({ key, value }) => ({ key, value: value ?? "" }))],
    ...(resourceGroupId === undefined ? {} : { resourceGroupIds: [resourceGroupId] }),
  };
}

/** Runs of a list of one instance's runs, with a mark unless the list shows another instance: it may leave the others out. */
export function narrowRuns(runs: readonly Invocation[], instanceId: string | undefined): readonly Invocation[] {
  const isOther = (run: Invocation): boolean => run.instances.some((one) => one.instanceId !== instanceId);
  if (instanceId === undefined || runs.some(isOther)) return runs;
  // Of a run that only its instances tell of, its list says itself whether the lists of all of them are read.
  return runs.map((run) => (run.isInstanceWord === true ? run : { ...run, isNarrowed: true }));
}

/** True for a run that has a schedule, also when the schedule is over. Generations before `RepeatMode` tell it by the frequency alone. */
export function hasSchedule(run: Invocation): boolean {
  if (run.timed === true) return true;
  return run.repeatMode === null ? readSchedule(run.frequency) !== null : SCHEDULED_MODES.has(run.repeatMode);
}

/** One text for all filters that mean the same, for binding cursors and keying caches. */
export function canonicalText(value: object): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .map(([name, member]): [string, unknown] => [name, Array.isArray(member) ? [...new Set(member)].sort() : member]);
  return JSON.stringify(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isSame<Value>(value: Value | null, wanted: Value | undefined): boolean {
  return wanted === undefined || value === wanted;
}

function hasTag(run: Invocation, { key, value }: TagQuery): boolean {
  return run.tags.some((tag) => tag.key === key && (value === undefined || tag.value === value));
}

function isWithin(time: string | null, from: string | undefined, before: string | undefined): boolean {
  if (from === undefined && before === undefined) return true;
  if (time === null) return false;
  return (from === undefined || time >= from) && (before === undefined || time < before);
}

function isEmptySpan(from: string | undefined, before: string | undefined): boolean {
  return from !== undefined && before !== undefined && from >= before;
}
