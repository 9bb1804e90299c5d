import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Int, Resolver, Root, Subscription } from "type-graphql";

import { createGoneError, InputError, type InvocationRef, type Invocation as Record } from "#domain";
import type { OutputChunk as Chunk, GivenPosition, ListChange, WatchProjection } from "#services";
import { badInput, checkCount, fromGlobalId } from "../declarations/index.ts";
import { InvocationFilter, rowsOf, toInvocationFilter } from "../lists/index.ts";
import { type GraphContext, type Selection, selectionOf } from "../operation/index.ts";
import { maskSelection, requireOutputs } from "../rights/index.ts";
import { Invocation, invocationProjection, rowProjection } from "../runs/index.ts";
import { InvocationChange, toInvocationChange } from "./invocation-change.ts";
import { OutputChunk } from "./output-chunk.ts";

/** What one event tells, or why nothing more will come. */
type Told<State> = State | Error;

const LAST_EVENT_ID = "Last-Event-ID";

/**
 * Where an event of a subscription stands, for streams whose clients come back with it: it then goes before the arguments `after` and
 * `fromByte`. Null for an event without a place. Read it before the next event is asked for.
 */
export function eventIdOf(told: unknown): string | null {
  const { position } = Object(told) as Partial<ListChange | Chunk>;
  return position ?? null;
}

/** What can be watched. */
@Resolver()
export class Subscriptions {
  @Subscription(() => Invocation, {
    nullable: true,
    subscribe: ({ args, context, info }) => watch(String(args.id), context as GraphContext, info),
    description:
      "The run as it changes, from its present state until it is final; then it completes. A run that is gone is an error " +
      "`NOT_FOUND`. However many watch a run, it is asked for once; what passes between two looks is not told.",
  })
  invocationUpdated(
    @Arg("id", () => ID, { description: "Id of a run that this gateway gave out." }) _id: string,
    @Root() told: Told<Record>,
  ): Invocation {
    if (told instanceof Error) throw told;
    return new Invocation(told);
  }

  @Subscription(() => OutputChunk, {
    nullable: true,
    subscribe: ({ args, context }) => watchOutput(String(args.id), args.fromByte, context as GraphContext),
    description:
      "What is printed, as it comes: each byte once, never a cut character. Of one server, or of all servers of a run. Completes when the " +
      "run is over and its outputs are told to their end. However many watch, outputs are asked for once.",
  })
  outputAppended(
    @Arg("id", () => ID, { description: "Id of a run, or of a run on one instance, that this gateway gave out." })
    _id: string,
    @Arg("fromByte", () => Int, {
      nullable: true,
      description:
        "Begin behind so many bytes: the `nextByte` of the last event that was got. Of a whole run, behind so many bytes of each output. 0 " +
        "if left out.",
    })
    _fromByte: number | null | undefined,
    @Root() told: Told<Chunk>,
    @Ctx() context: GraphContext,
  ): OutputChunk {
    if (told instanceof Error) throw told;
    const chunk = new OutputChunk(told);
    requireOutputs(chunk.guardedPlace, context);
    context.guard.note("outputs", chunk.guardedPlace, chunk);
    return chunk;
  }

  @Subscription(() => InvocationChange, {
    nullable: true,
    subscribe: ({ args, context, info }) => watchList(args as ListArguments, context as GraphContext, info),
    description:
      "A list as it changes: first its newest 50 runs, or what changed behind `after`, then what comes into it, changes in it and leaves " +
      "it; with `sources` selected also when a source begins to fail, or answers again. However many watch, a source is asked for once an interval. Apply rows by their id: one may be told twice.",
  })
  async invocationsChanged(
    @Arg("filter", () => InvocationFilter, { nullable: true, description: "Which runs are meant; all if left out." })
    _filter: InvocationFilter | null | undefined,
    @Arg("after", () => String, {
      nullable: true,
      description:
        "The `position` of the last event that was got: goes on behind it. `CURSOR_EXPIRED` if that is too long ago or another process " +
        "answers: begin anew without it.",
    })
    _after: string | null | undefined,
    @Root() told: Told<ListChange>,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InvocationChange> {
    if (told instanceof Error) throw told;
    return toInvocationChange(told, selectionOf(info), context);
  }
}

interface ListArguments {
  readonly filter?: InvocationFilter | null;
  readonly after?: string | null;
}

function watchList(
  { filter, after }: ListArguments,
  context: GraphContext,
  info: GraphQLResolveInfo,
): AsyncIterableIterator<Told<ListChange>> {
  const given = after == null ? null : { text: after, name: "after", mayBeginAnew: false };
  const { services, operation } = context;
  const begin = { after: lastPosition(context) ?? given, tellsSources: selectionOf(info).hasAny("sources") };
  return endWithError(services.watchList(toInvocationFilter(filter), begin, operation));
}

// Who comes back repeats the arguments of the beginning.
function lastPosition({ lastEventId }: GraphContext): GivenPosition | null {
  return lastEventId === null ? null : { text: lastEventId, name: LAST_EVENT_ID, mayBeginAnew: true };
}

function watchOutput(
  id: string,
  fromByte: number | null | undefined,
  context: GraphContext,
): AsyncIterableIterator<Told<Chunk>> {
  const { ref, isOurs } = fromGlobalId(id);
  if (ref.type !== "Invocation" && ref.type !== "InstanceInvocation")
    throw refuseType("a run or a run on one instance", ref.type);
  checkCount("fromByte", fromByte);
  admit(ref, isOurs, context);
  const instanceId = ref.type === "Invocation" ? null : ref.instanceId;
  if (!context.view.rightsFor(ref.source).possible.outputs) {
    context.guard.refuse("outputs", { ...ref, instanceId, commandName: undefined });
  }
  const { source, invokeId } = ref;
  const begin = { fromByte: fromByte ?? 0, after: lastPosition(context) };
  return endWithError(context.services.watchOutput({ source, invokeId, instanceId }, begin, context.operation));
}

function watch(id: string, context: GraphContext, info: GraphQLResolveInfo): AsyncIterableIterator<Told<Record>> {
  const { ref, isOurs } = fromGlobalId(id);
  if (ref.type !== "Invocation") throw refuseType("a run", ref.type);
  admit(ref, isOurs, context);
  if (context.lastEventId !== null) {
    const message = `\`${LAST_EVENT_ID}\`: expected none, since events of a run have no id. Begin without it.`;
    throw new InputError("INVALID_CURSOR", message, LAST_EVENT_ID);
  }
  const projection = watchProjection(maskSelection(selectionOf(info), context.view.rightsFor(ref.source).possible));
  return endWithError(context.services.watchInvocation(ref, projection, context.operation));
}

/** @throws InputError `NOT_FOUND` for a source that is not configured, or that the caller may not see */
function admit(ref: InvocationRef, isOurs: boolean, { services, operation }: GraphContext): void {
  if (!isOurs) operation.meter.addForeignId?.();
  const { provider, regionId, account } = ref.source;
  if (services.findSource(provider, regionId, account) === null) throw createGoneError(ref);
}

function refuseType(expected: string, got: string): InputError {
  return badInput("id", `the id of ${expected}`, `that of another thing (${got})`);
}

function watchProjection(run: Selection): WatchProjection {
  const { details } = rowProjection(rowsOf(run.under("instanceInvocations")));
  return { ...invocationProjection(run), details: details || run.hasAny("outputGroups") };
}

/** What breaks off is told as a last event, so that it lands at the field, with its path, as in a query. */
function endWithError<State>(states: AsyncIterableIterator<State>): AsyncIterableIterator<Told<State>> {
  return {
    next: () => states.next().catch((error: unknown) => ({ done: false, value: toError(error) })),
    async return() {
      await states.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error("A run cannot be watched.", { cause: error });
}
