import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Query, Resolver } from "type-graphql";

import { type Invocation as InvocationRecord, type InvocationRef, mayBeCut } from "#domain";
import { badInput, fromGlobalId, Node, type NodeRef, type ReadId } from "../declarations/index.ts";
import { type GraphContext, giveInTurns, type Selection, selectionOf, VALUES_AN_ERROR } from "../operation/index.ts";
import { InvocationResult, wantsOutput } from "../results/index.ts";
import { kindsOf, needsByRights } from "../rights/index.ts";
import { invocationOf, invocationProjection, readRun, rowProjection, settleRun } from "../runs/index.ts";
import { Instance } from "../sources/index.ts";

const MAX_IDS = 100;

/** Refetching by global id. */
@Resolver()
export class NodeQueries {
  @Query(() => Node, {
    nullable: true,
    description: "Anything by its id; null where it is gone.",
    complexity: VALUES_AN_ERROR,
  })
  async node(
    @Arg("id", () => ID, { description: "An id that this gateway gave out." }) id: string,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Node | null> {
    return readNode(fromGlobalId(id), selectionOf(info), context);
  }

  @Query(() => [Node], {
    nullable: "items",
    description: "Several things by their ids: at most 100; same order and length as asked, null for what is gone.",
    complexity: VALUES_AN_ERROR,
  })
  async nodes(
    @Arg("ids", () => [ID], { description: "Ids that this gateway gave out; one may occur more than once." })
    ids: readonly string[],
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<readonly (Node | null | Error)[]> {
    if (ids.length > MAX_IDS) throw badInput("ids", `at most ${MAX_IDS} ids`, ids.length);
    // To read as many ids takes as long as to make an error for each.
    await giveInTurns(context.operation, ids.length * VALUES_AN_ERROR, null);
    const selection = selectionOf(info);
    return Promise.all(ids.map((id) => readOrFail(id, selection, context)));
  }
}

// One id that is damaged or cannot be read costs its own place in the list only.
async function readOrFail(id: string, selection: Selection, context: GraphContext): Promise<Node | null | Error> {
  try {
    return await readNode(fromGlobalId(id, "ids"), selection, context);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/**
 * What an id names, with what the selection needs of its type; null where it is gone.
 * @throws InputError `LIMIT_EXCEEDED` if the client had too many ids looked up lately that were not made here
 */
export async function readNode(
  { ref, isOurs }: ReadId,
  selection: Selection,
  context: GraphContext,
): Promise<Node | null> {
  const { provider, regionId, account } = ref.source;
  if (context.services.findSource(provider, regionId, account) === null) return null;
  if (!isOurs) await countForeign(ref.type === "Instance" ? [] : [ref], context);
  const selected = selection.as(ref.type);
  switch (ref.type) {
    case "Invocation":
      return readRun(ref, selected, context);
    case "InstanceInvocation":
      return readInstanceInvocation(ref, selected, context);
    case "InvocationResult":
      return readResult(ref, selected, context);
    case "Instance": {
      const record = await context.loaders.instances.load(ref);
      return record === null ? null : new Instance(record);
    }
  }
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

async function readInstanceInvocation(
  ref: NodeRef & { type: "InstanceInvocation" },
  selected: Selection,
  context: GraphContext,
): Promise<Node | null> {
  // The output of one instance is loaded below: asking the run for it would read that of all its instances.
  const { source, invokeId, instanceId } = ref;
  const { content } = invocationProjection(selected.under("invocation"));
  const found = await context.loaders.invocations.load({ source, invokeId, projection: { output: false, content } });
  if (found === null) return null;
  const needs = needsByRights(selected, rowProjection)(kindsOf(found, context));
  const settle = (one: InvocationRecord) => settleRun(one, () => ({ ...needs, output: false, times: false }), context);
  let run = invocationOf(await settle(found));
  let record = run.recordOf(instanceId);
  if (record === null && mayBeCut(found)) {
    // Its result tells whether the run went there all the same, and is kept as a part of the run.
    const projection = { output: needs.output, content: false };
    if ((await context.loaders.results.load({ ...ref, execution: null, projection })) === null) return null;
    const [whole] = await context.services.readInvocations([ref], { output: false, content }, context.operation);
    if (whole instanceof Error) throw whole;
    run = invocationOf(await settle(whole ?? found));
    record = run.recordOf(instanceId);
  }
  if (record === null) return null;
  const [row] = await run.loadRows([record], needs, context);
  return row ?? null;
}

async function readResult(
  { source, invokeId, instanceId, execution }: NodeRef & { type: "InvocationResult" },
  selected: Selection,
  { loaders }: GraphContext,
): Promise<Node | null> {
  const projection = { output: wantsOutput(selected), content: false };
  const record = await loaders.results.load({ source, invokeId, instanceId, execution, projection });
  return record === null ? null : new InvocationResult(record, execution);
}
