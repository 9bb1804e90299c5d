import {
  type Invocation as InvocationRecord,
  type InvocationRef,
  invocationKey,
  mayBeCut,
  type Projection,
} from "#domain";
import type { Answer } from "#services";
import type { Node, NodeRef, ReadId } from "../declarations/index.ts";
import {
  type GraphContext,
  giveInTurns,
  type Selection,
  unitsOf,
  VALUES_AN_ERROR,
  workInParts,
} from "../operation/index.ts";
import { InvocationResult, wantsOutput } from "../results/index.ts";
import { kindsOf, type NeedsOf, needsByRights } from "../rights/index.ts";
import {
  type Invocation,
  invocationOf,
  invocationProjection,
  type RowProjection,
  type RunNeeds,
  rowProjection,
  runNeeds,
  settleRuns,
} from "../runs/index.ts";
import { Instance } from "../sources/index.ts";

type Found = Answer<Node>;
type RefOf<Type extends NodeRef["type"]> = NodeRef & { readonly type: Type };
type Row = RefOf<"InstanceInvocation">;

/** To open an id takes as long as to make so many leaf values. */
const VALUES_AN_ID = 10;
/** To make what clients see of what was loaded, as long as to make so many. */
const VALUES_A_NODE = 5;

/**
 * What each of many names, in their order; null for what is gone. One that names nothing, or cannot be read, costs its own place alone.
 * @param open what one of them names; throws if it names nothing
 */
export async function readEach<Given>(
  given: readonly Given[],
  open: (each: Given) => ReadId,
  selection: Selection,
  context: GraphContext,
): Promise<readonly Found[]> {
  return readNodes(await workInParts(context.operation, openEach(given, open)), selection, context);
}

function* openEach<Given>(given: readonly Given[], open: (each: Given) => ReadId) {
  const opened: (ReadId | Error)[] = [];
  for (const each of given) {
    yield unitsOf(VALUES_AN_ID);
    const read = orError(() => open(each));
    if (read instanceof Error) yield unitsOf(VALUES_AN_ERROR);
    opened.push(read);
  }
  return opened;
}

function orError<Result>(make: () => Result): Result | Error {
  try {
    return make();
  } catch (error) {
    return toError(error);
  }
}

function toError(error: unknown): Error {
  if (error instanceof Error) return error;
  throw error;
}

/**
 * What an id names, with what the selection needs of its type; null where it is gone.
 * @throws InputError `LIMIT_EXCEEDED` if the client had too many ids looked up lately that were not made here
 */
export async function readNode(read: ReadId, selection: Selection, context: GraphContext): Promise<Node | null> {
  const [found = null] = await readNodes([read], selection, context);
  if (found instanceof Error) throw found;
  return found;
}

/** Each type is read as one: thousands of ids that each went its own way would all go on in the moment in which they are loaded. */
async function readNodes(
  ids: readonly (ReadId | Error)[],
  selection: Selection,
  context: GraphContext,
): Promise<readonly Found[]> {
  const refs = await Promise.all(ids.map((id) => (id instanceof Error ? id : admit(id, context))));
  const found = new Map<NodeRef, Found>();
  const readType = async <Type extends NodeRef["type"]>(
    type: Type,
    read: (refs: readonly RefOf<Type>[], selected: Selection, context: GraphContext) => Promise<readonly Found[]>,
  ) => {
    const own = refs.filter((ref): ref is RefOf<Type> => isOf(type, ref));
    if (own.length === 0) return;
    const answers = await read(own, selection.as(type), context);
    for (const [position, ref] of own.entries()) found.set(ref, answers[position] ?? null);
  };
  await Promise.all([
    readType("Invocation", readRuns),
    readType("InstanceInvocation", readRows),
    readType("InvocationResult", readResults),
    readType("Instance", readInstances),
  ]);
  return refs.map((ref) => (ref === null || ref instanceof Error ? ref : (found.get(ref) ?? null)));
}

function isOf(type: NodeRef["type"], ref: NodeRef | Error | null): boolean {
  return ref !== null && !(ref instanceof Error) && ref.type === type;
}

/** What may be read of what the id names: null for what no source here has, the error where a limit is met. */
async function admit({ ref, isOurs }: ReadId, context: GraphContext): Promise<NodeRef | null | Error> {
  const { provider, regionId, account } = ref.source;
  if (context.services.findSource(provider, regionId, account) === null) return null;
  if (isOurs) return ref;
  return countForeign(ref.type === "Instance" ? [] : [ref], context).then(() => ref, toError);
}

/**
 * Counts a look-up by an id that was not made here, unless one of the runs that it may name is known: then it asks an upstream nothing
 * that others may not ask. @throws InputError `LIMIT_EXCEEDED`
 */
export async function countForeign(
  runs: readonly InvocationRef[],
  { loaders, operation }: Pick<GraphContext, "loaders" | "operation">,
): Promise<void> {
  const known = await Promise.all(runs.map((ref) => loaders.known.load(ref)));
  if (!known.includes(true)) operation.meter.addForeignId?.();
}

async function readRuns(
  refs: readonly RefOf<"Invocation">[],
  selected: Selection,
  context: GraphContext,
): Promise<readonly Found[]> {
  const projection = invocationProjection(selected);
  const answers = await context.loaders.invocations.loadMany(
    refs.map(({ source, invokeId }) => ({ source, invokeId, projection })),
  );
  await giveInTurns(context.operation, refs.length * VALUES_A_NODE, null);
  return makeRuns(answers, needsByRights(selected, runNeeds), context);
}

async function makeRuns(
  answers: readonly Answer<InvocationRecord>[],
  needsOf: NeedsOf<RunNeeds>,
  context: GraphContext,
): Promise<readonly Answer<Invocation>[]> {
  const settled = (await settleRuns(answers.filter(isFound), needsOf, context)).values();
  return answers.map((answer) => (isFound(answer) ? invocationOf(settled.next().value ?? answer) : answer));
}

async function readResults(
  refs: readonly RefOf<"InvocationResult">[],
  selected: Selection,
  { loaders, operation }: GraphContext,
): Promise<readonly Found[]> {
  const projection = { output: wantsOutput(selected), content: false };
  const answers = await loaders.results.loadMany(
    refs.map(({ source, invokeId, instanceId, execution }) => ({
      source,
      invokeId,
      instanceId,
      execution,
      projection,
    })),
  );
  await giveInTurns(operation, refs.length * VALUES_A_NODE, null);
  return answers.map((answer, position) =>
    answer === null || answer instanceof Error
      ? answer
      : new InvocationResult(answer, refs[position]?.execution ?? null),
  );
}

async function readInstances(
  refs: readonly RefOf<"Instance">[],
  _selected: Selection,
  { loaders, operation }: GraphContext,
): Promise<readonly Found[]> {
  const answers = await loaders.instances.loadMany(refs.map(({ source, instanceId }) => ({ source, instanceId })));
  await giveInTurns(operation, refs.length * VALUES_A_NODE, null);
  return answers.map((answer) => (isFound(answer) ? new Instance(answer) : answer));
}

function isFound<Value>(answer: Answer<Value>): answer is Value & {} {
  return answer !== null && !(answer instanceof Error);
}

/** A run some of whose rows are read. */
interface OpenRun {
  readonly run: Invocation;
  /** What is needed of its rows beyond its own record. */
  readonly needs: RowProjection;
  /** True if it may have gone to instances that its record does not show. */
  readonly mayHaveOthers: boolean;
}

async function readRows(refs: readonly Row[], selected: Selection, context: GraphContext): Promise<readonly Found[]> {
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
