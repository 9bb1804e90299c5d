import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Resolver, Root, Subscription } from "type-graphql";

import { createGoneError, InputError, type InvocationRef, type Invocation as Record } from "#domain";
import type { WatchWants } from "#services";
import { rowsOf } from "./connection.ts";
import type { GraphContext } from "./context.ts";
import { fromGlobalId } from "./global-id.ts";
import { rowNeeds } from "./instance-invocation.ts";
import { Invocation, invocationWants } from "./invocation.ts";
import { kindsOf, maskSelection } from "./mask-selection.ts";
import { type Selection, selectionOf } from "./selection.ts";

/** What one event tells: the run, or why nothing more will come. */
type Told = Record | Error;

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
    @Root() told: Told,
    @Ctx() context: GraphContext,
  ): Invocation {
    if (told instanceof Error) throw told;
    // Rights may have become less since the watch began.
    if (!kindsOf(told, context).runs) throw createGoneError(told);
    return new Invocation(told);
  }
}

function watch(
  id: string,
  { services, operation, view }: GraphContext,
  info: GraphQLResolveInfo,
): AsyncIterableIterator<Told> {
  const { ref, isOurs } = runOf(id);
  if (!isOurs) operation.meter.addForeignId?.();
  const { provider, regionId, account } = ref.source;
  if (services.findSource(provider, regionId, account) === null) {
    throw createGoneError(ref);
  }
  return endWithError(
    services.watchInvocation(
      ref,
      watchWants(maskSelection(selectionOf(info), view.rightsFor(ref.source).possible)),
      operation,
    ),
  );
}

function runOf(id: string): { readonly ref: InvocationRef; readonly isOurs: boolean } {
  const { ref, isOurs } = fromGlobalId(id);
  if (ref.type === "Invocation") return { ref, isOurs };
  throw new InputError(
    "BAD_USER_INPUT",
    `id: expected the id of a run, got that of another thing (${ref.type}).`,
    "id",
  );
}

function watchWants(run: Selection): WatchWants {
  const { details } = rowNeeds(rowsOf(run.under("instanceInvocations")));
  return { ...invocationWants(run), details: details || run.hasAny("outputGroups") };
}

/** What breaks off is told as a last event, so that it lands at the field, with its path, as in a query. */
function endWithError(states: AsyncIterableIterator<Record>): AsyncIterableIterator<Told> {
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
