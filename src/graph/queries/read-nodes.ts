import type { InvocationRef } from "#domain";
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
import { needsByRights } from "../rights/index.ts";
import { invocationProjection, runNeeds } from "../runs/index.ts";
import { Instance } from "../sources/index.ts";
import { type Found, isFound, makeRuns, type RefOf, readRows, toError, VALUES_A_NODE } from "./read-rows.ts";

/** To open an id takes as long as to make so many leaf values. */
const VALUES_AN_ID = 10;

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
