import type { IdenticalOutputsQuery, InstanceInvocationStatus, RunOutputsQuery } from "../client/index.ts";
import { type Context, salvage, tellCut, tellIncomplete, tellMissing } from "./context.ts";
import { requireListed, requireRun, type Target, tellGone } from "./find.ts";
import { isInstanceId } from "./instances.ts";
import { readStray, type StrayRef } from "./stray-run.ts";
import { CommandError, FAILED_STATES, toLine } from "./terminal/index.ts";

type Run = Extract<RunOutputsQuery["node"], { readonly __typename: "Invocation" }>;

/** How a run went on one instance, and what it printed there. */
export type InstanceRun = NonNullable<NonNullable<Run["instanceInvocations"]>["nodes"][number]>;

/** An output as it is printed. */
export type Printed = NonNullable<NonNullable<InstanceRun["result"]>["output"]>;

/** Outputs that are the same. */
export type Group = NonNullable<
  Extract<IdenticalOutputsQuery["node"], { readonly __typename: "Invocation" }>["outputGroups"]
>[number];

/** Whose outputs are wanted. */
export interface Selection {
  /** Only of this instance: its id, or the name of its server. */
  readonly instance: string | undefined;
  readonly isFailedOnly: boolean;
}

/** How many instances are in which state. */
export type Counts = readonly { readonly status: InstanceInvocationStatus; readonly count: number }[];

/** Identical outputs of a run. */
export interface RunGroups extends Omit<RunOutputs, "instances" | "isElsewhere"> {
  /** Those that are selected. */
  readonly groups: readonly Group[];
}

/** What a run printed so far. */
export interface RunOutputs
  extends Pick<
    Run,
    "provider" | "account" | "regionId" | "invokeId" | "status" | "isFinal" | "isGoneUpstream" | "statusCounts"
  > {
  /** Those that are selected. */
  readonly instances: readonly InstanceRun[];
  /** How the run stands on all instances that are meant, whether or not they failed. */
  readonly meant: Counts;
  /** True if it is certain that the run did not go to the selected instance: it went to others, and all of these are known. */
  readonly isElsewhere: boolean;
}

const MAX_PAGES = 500;
const MAX_GROUPS = 100;

/** What a run printed on the selected instances, every page; null if the run is not known. @param isSecond true once its results were read */
export async function readOutputs(
  context: Context,
  target: Target,
  selection: Selection,
  signal?: AbortSignal,
  isSecond = false,
): Promise<RunOutputs | null> {
  if ("stray" in target) return readStrayOutputs(context, target.stray, selection, signal);
  const { id } = target;
  const rows: (InstanceRun | null)[] = [];
  let after: string | null = null;
  let areNamesUnread = false;
  for (let page = 1; ; page += 1) {
    const unread = new Set<string>();
    const question = context.client.runOutputs({ id, after, ...toVariables(selection) }, {}, signal);
    const { node } = await salvage(context, question, (path) => unread.add(path));
    areNamesUnread ||= [...unread].some((path) => path.endsWith(".instance"));
    if (node === null) return null;
    const run: Run = requireRun(node);
    const isRead = (index: number): boolean => !unread.has(`node.instanceInvocations.nodes.${index}.result.output`);
    const nodes = run.instanceInvocations?.nodes ?? [null];
    // An output that could not be read is not one that there is not.
    rows.push(...nodes.map((row, index) => (row === null || isRead(index) ? row : { ...row, result: null })));
    const { hasNextPage = false, endCursor = null } = run.instanceInvocations?.pageInfo ?? {};
    const isEnd = !hasNextPage || endCursor === null;
    if (isEnd || page >= MAX_PAGES) {
      const meant = rows.filter((one) => one !== null).filter((one) => isSelected(one, selection.instance));
      const known = areNamesUnread ? [...rows, null] : rows;
      const isDenied = isElsewhere(known, meant, { ...selection, isFinal: run.isFinal });
      const failed = known.filter((one) => one === null || hasFailed(one));
      const isContradicted = selection.isFailedOnly && isFailedElsewhere(run, failed);
      // Results may tell of instances that the run's record does not, and are a part of the run once they were read.
      if ((isDenied || isContradicted) && !isSecond && (await isAmongResults(context, run, selection, signal)))
        return readOutputs(context, target, selection, signal, true);
      if (isContradicted) tellHiddenFailure(context, run);
      // Right after it was started, a run may not show all of its instances yet.
      else if (run.isFinal || !isEnd) tellMissing(context, run.instanceInvocations, { shown: rows.length, isEnd });
      return {
        ...run,
        ...select(meant, selection),
        // Of all instances only those that failed were read.
        ...(selection.isFailedOnly && selection.instance === undefined && { meant: run.statusCounts }),
        isElsewhere: isDenied && isAllKnown(context, rows),
      };
    }
    after = endCursor;
  }
}

function select(meant: readonly InstanceRun[], { isFailedOnly }: Selection): Pick<RunOutputs, "instances" | "meant"> {
  return {
    instances: isFailedOnly ? meant.filter(hasFailed) : meant,
    meant: meant.map(({ status }) => ({ status, count: 1 })),
  };
}

function hasFailed({ status }: Pick<InstanceRun, "status">): boolean {
  return FAILED_STATES.includes(status);
}

/** True for a run that failed although none of these instances did. @param failed those that failed; null for one that could not be read */
function isFailedElsewhere({ status }: Pick<Run, "status">, failed: readonly unknown[]): boolean {
  return failed.length === 0 && (status === "FAILED" || status === "PARTIAL_FAILED");
}

function tellHiddenFailure(context: Context, { status }: Pick<Run, "status">): void {
  tellIncomplete(context, `The run is ${status}, but it shows no instance that failed.`);
}

async function isAmongResults(
  context: Context,
  { provider, account, regionId, invokeId }: StrayRef,
  { instance }: Selection,
  signal?: AbortSignal,
): Promise<boolean> {
  const withNames = instance !== undefined && !isInstanceId(instance);
  const ref = { provider, account, regionId, invokeId };
  const run = await readStray(context, ref, { withOutput: false, withNames }, signal);
  return run?.rows.some((row) => isSelected(row, instance)) ?? false;
}

async function readStrayOutputs(
  context: Context,
  ref: StrayRef,
  selection: Selection,
  signal?: AbortSignal,
): Promise<RunOutputs | null> {
  const { instance } = selection;
  const withNames = instance !== undefined && !isInstanceId(instance);
  const run = await readStray(context, ref, { withOutput: true, withNames }, signal);
  if (run === null) return null;
  const meant = run.rows
    .map(({ id, instanceId, instance: server, status, isFinal, exitCode, error, output = null, isOutputKnown }) => {
      const result = { id, output, isOutputKnown: isOutputKnown ?? null };
      return { id, instanceId, instance: server, status, isFinal, exitCode, error, result };
    })
    .filter((one) => isSelected(one, instance));
  const { rows, ...state } = run;
  const isDenied = isElsewhere([], meant, { ...selection, isFinal: run.isFinal });
  return { ...state, ...select(meant, selection), isElsewhere: isDenied && isAllKnown(context, rows) };
}

/** False if nothing is known of where the run went, or not everything: it may have gone to any server. */
function isAllKnown({ report }: Context, rows: readonly unknown[]): boolean {
  return rows.length > 0 && !report.isIncomplete;
}

/** Outputs of a run, identical ones together, the most frequent first. */
export async function readGroups(context: Context, target: Target, selection: Selection): Promise<RunGroups> {
  const id = requireListed(target);
  if (selection.instance !== undefined) throw new CommandError("`--instance`: expected without `--group`, got both.");
  const { node } = await salvage(context, context.client.identicalOutputs({ id, first: MAX_GROUPS }));
  const run = requireRun(node);
  tellGone(context, run);
  const groups = run.outputGroups ?? [];
  const [shown, total] = [groups, run.statusCounts].map((some) => some.reduce((sum, { count }) => sum + count, 0));
  const isCut = groups.length === MAX_GROUPS && shown !== total;
  if (isCut) tellCut(context, shown ?? 0, total ?? null);
  const isUnnamed = ({ instanceIds }: Group): boolean => instanceIds.length === 0;
  // Those that cannot be shown may have failed.
  const mayHaveFailed = (group: Group): boolean => hasFailed(group) || isUnnamed(group);
  const selected = selection.isFailedOnly ? groups.filter(mayHaveFailed) : groups;
  if (selection.isFailedOnly && isFailedElsewhere(run, selected)) tellHiddenFailure(context, run);
  // A group of their own says it of those that are counted.
  else if (run.isFinal && !isCut && !groups.some(isUnnamed))
    tellMissing(context, run.instanceInvocations, { shown: shown ?? 0, isEnd: true });
  const named = groups.filter((group) => !isUnnamed(group));
  return { ...run, groups: selected, meant: isCut ? run.statusCounts : named };
}

/**
 * A run that was handed in just now may show its instances later, and a row that could not be read, or whose server's name could not, may
 * be any of them.
 */
function isElsewhere(
  rows: readonly (InstanceRun | null)[],
  selected: readonly InstanceRun[],
  { instance, isFinal }: Selection & { readonly isFinal: boolean },
): boolean {
  if (instance === undefined || selected.length > 0 || rows.includes(null)) return false;
  return isFinal || rows.length > 0;
}

/** Ends the command if the run did not go to the selected instance. */
export function requireInstance({ isElsewhere }: RunOutputs, { instance = "" }: Selection): void {
  if (isElsewhere) throw new CommandError(`The run did not go to instance ${toLine(instance)}.`);
}

/** An instance as people read it: with the name of its server if that is known. */
export function formatInstance({ instanceId, instance }: Pick<InstanceRun, "instanceId" | "instance">): string {
  return toLine(instance?.name == null ? instanceId : `${instance.name} ${instanceId}`);
}

function toVariables({ instance, isFailedOnly }: Selection) {
  return {
    // Of one instance, how the run stands there is asked for too.
    ...(isFailedOnly && instance === undefined && { statusIn: FAILED_STATES }),
    ...(instance !== undefined && !isInstanceId(instance) && { withNames: true }),
  };
}

function isSelected(
  { instanceId, instance }: Pick<InstanceRun, "instanceId" | "instance">,
  wanted: string | undefined,
): boolean {
  return wanted === undefined || instanceId === wanted || instance?.name === wanted;
}
