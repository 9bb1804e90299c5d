import {
  type Invocation as InvocationRecord,
  type InvocationRef,
  invocationKey,
  mayBeCut,
  type Projection,
} from "#domain";
import type { Answer } from "#services";
import type { Node, NodeRef } from "../declarations/index.ts";
import { type GraphContext, giveInTurns, type Selection } from "../operation/index.ts";
import { kindsOf, type NeedsOf, needsByRights } from "../rights/index.ts";
import {
  type Invocation,
  invocationOf,
  invocationProjection,
  type RowProjection,
  type RunNeeds,
  rowProjection,
  settleRuns,
} from "../runs/index.ts";

/** What an id names, null for what is gone, or why it cannot be read. */
export type Found = Answer<Node>;
/** What ids of one type name. */
export type RefOf<Type extends NodeRef["type"]> = NodeRef & { readonly type: Type };
type Row = RefOf<"InstanceInvocation">;

/** To make what clients see of what was loaded, as long as to make so many. */
export const VALUES_A_NODE = 5;

/** A run some of whose rows are read. */
interface OpenRun {
  readonly run: Invocation;
  /** What is needed of its rows beyond its own record. */
  readonly needs: RowProjection;
  /** True if it may have gone to instances that its record does not show. */
  readonly mayHaveOthers: boolean;
}

/** Rows of runs in the order of their ids; those of one run are made together. */
export async function readRows(
  refs: readonly Row[],
  selected: Selection,
  context: GraphContext,
): Promise<readonly Found[]> {
  const { loaders, operation } = context;
  const projection = projectionOfRows(selected);
  const runs = distinctRuns(refs);
  const records = await loaders.invocations.loadMany(runs.map((run) => ({ ...run, projection })));
  await giveInTurns(operation, refs.length * VALUES_A_NODE, null);
  const openRuns = byRun(runs, await open(records, selected, context));
  const lacking = refs.filter((ref) => lacksRow(openRuns.get(invocationKey(ref)), ref));
  const found = lacking.length === 0 ? null : await findLacking(lacking, openRuns, selected, context);
  return makeRows(
    refs,
    refs.map((ref) => found?.get(ref) ?? openRuns.get(invocationKey(ref)) ?? null),
    context,
  );
}

// Outputs are loaded row by row: asking a run for them would read those of all its instances.
function projectionOfRows(selected: Selection): Projection {
  return { output: false, content: invocationProjection(selected.under("invocation")).content };
}

function distinctRuns(refs: readonly Row[]): readonly InvocationRef[] {
  return [...new Map(refs.map((ref) => [invocationKey(ref), ref])).values()].map(({ source, invokeId }) => ({
    source,
    invokeId,
  }));
}

function byRun<Value>(runs: readonly InvocationRef[], values: readonly Value[]): ReadonlyMap<string, Value> {
  return new Map(runs.flatMap((run, position) => [[invocationKey(run), values[position] as Value]]));
}

async function open(
  records: readonly Answer<InvocationRecord>[],
  selected: Selection,
  context: GraphContext,
): Promise<readonly Answer<OpenRun>[]> {
  const needsOf = needsByRights(selected, rowProjection);
  const runs = await makeRuns(records, (kinds) => ({ ...needsOf(kinds), output: false, times: false }), context);
  return runs.map((run, position) => {
    const record = records[position] ?? null;
    if (!isFound(record) || !isFound(run)) return run instanceof Error ? run : null;
    return { run, needs: needsOf(kindsOf(record, context)), mayHaveOthers: mayBeCut(record) };
  });
}

function lacksRow(opened: Answer<OpenRun> | undefined, { instanceId }: Row): boolean {
  return opened != null && isFound(opened) && opened.mayHaveOthers && opened.run.recordOf(instanceId) === null;
}

/** By their results, which tell whether a run went to an instance all the same, and are kept as parts of it. */
async function findLacking(
  lacking: readonly Row[],
  openRuns: ReadonlyMap<string, Answer<OpenRun>>,
  selected: Selection,
  context: GraphContext,
): Promise<ReadonlyMap<Row, Answer<OpenRun>>> {
  const { loaders } = context;
  const results = await loaders.results.loadMany(
    lacking.map((ref) => {
      const opened = openRuns.get(invocationKey(ref)) ?? null;
      return {
        ...ref,
        execution: null,
        projection: { output: isFound(opened) && opened.needs.output, content: false },
      };
    }),
  );
  const runs = distinctRuns(lacking.filter((_ref, position) => isFound(results[position] ?? null)));
  const records = await readAgain(runs, selected, context);
  const whole = byRun(runs, await open(records, selected, context));
  return new Map(
    lacking.flatMap((ref, position) => {
      const result = results[position];
      if (result instanceof Error) return [[ref, result]];
      const opened = whole.get(invocationKey(ref)) ?? null;
      return opened === null ? [] : [[ref, opened]];
    }),
  );
}

/** As they are kept by now, past the loader, which asks for nothing twice. */
async function readAgain(
  runs: readonly InvocationRef[],
  selected: Selection,
  { operation, services }: GraphContext,
): Promise<readonly Answer<InvocationRecord>[]> {
  if (runs.length === 0) return [];
  try {
    return await services.readInvocations(runs, projectionOfRows(selected), operation);
  } catch (error) {
    const failure = toError(error);
    return runs.map(() => failure);
  }
}

async function makeRows(
  refs: readonly Row[],
  opened: readonly Answer<OpenRun>[],
  context: GraphContext,
): Promise<readonly Found[]> {
  const rowsOf = new Map<OpenRun, number[]>();
  for (const [position, one] of opened.entries()) {
    if (!isFound(one)) continue;
    const positions = rowsOf.get(one) ?? [];
    rowsOf.set(one, positions);
    positions.push(position);
  }
  const made: Found[] = opened.map((one) => (one instanceof Error ? one : null));
  await Promise.all(
    [...rowsOf].map(async ([{ run, needs }, positions]) => {
      const shown = positions.flatMap((position) => {
        const record = run.recordOf(refs[position]?.instanceId ?? "");
        return record === null ? [] : [{ position, record }];
      });
      const rows = await run.loadRows(
        shown.map(({ record }) => record),
        needs,
        context,
      );
      for (const [index, { position }] of shown.entries()) made[position] = rows[index] ?? null;
    }),
  );
  return made;
}

/** Runs with what their selection needs, in the order of the answers. */
export async function makeRuns(
  answers: readonly Answer<InvocationRecord>[],
  needsOf: NeedsOf<RunNeeds>,
  context: GraphContext,
): Promise<readonly Answer<Invocation>[]> {
  const settled = (await settleRuns(answers.filter(isFound), needsOf, context)).values();
  return answers.map((answer) => (isFound(answer) ? invocationOf(settled.next().value ?? answer) : answer));
}

/** True for what was read and is there. */
export function isFound<Value>(answer: Answer<Value>): answer is Value & {} {
  return answer !== null && !(answer instanceof Error);
}

/** What was thrown, if it is an error. @throws anything else */
export function toError(error: unknown): Error {
  if (error instanceof Error) return error;
  throw error;
}
