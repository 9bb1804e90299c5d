import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, Info, Int, Query, Resolver } from "type-graphql";

import type { InvocationOrder, PageArguments } from "#services";
import { always, badInput, declareArgs, InvocationOrderEnum, orNull } from "../declarations/index.ts";
import {
  type Connection,
  connect,
  InvocationFilter,
  InvocationResultFilter,
  PAGE_ARGUMENTS,
  rowsOf,
  toInvocationFilter,
  toResultFilter,
} from "../lists/index.ts";
import { type GraphContext, selectionOf } from "../operation/index.ts";
import { InvocationResult, InvocationResultConnection, wantsOutput } from "../results/index.ts";
import { connectRuns, Invocation, InvocationConnection, pageProjection, readRun } from "../runs/index.ts";
import { requireSource, requireText, SOURCE_WORDS, type SourceWords } from "../sources/index.ts";

const WAIT_SECONDS_MAX = 60;

interface InvocationArgs extends SourceWords {
  readonly invokeId: string | undefined;
  readonly waitSeconds?: number | null;
}

const InvocationArgs = declareArgs<InvocationArgs>({
  ...SOURCE_WORDS,
  invokeId: always(String, "The upstream's id of the run, as `t-…`."),
  waitSeconds: orNull(
    Int,
    "Wait until the run is final, but no longer than so many seconds: 0 to 60, 0 if left out. A run that nobody has seen yet is " +
      "waited for 15 s. The wait does not count towards the operation's deadline, but once its time is up the answer comes within " +
      "SOFT_DEADLINE_MS (1.5 s), with what is known by then. Whatever number of clients waits costs as one.",
  ),
});

interface InvocationsArgs extends PageArguments {
  readonly filter?: InvocationFilter | null;
  readonly orderBy?: InvocationOrder | null;
}

const InvocationsArgs = declareArgs<InvocationsArgs>({
  ...PAGE_ARGUMENTS,
  filter: orNull(InvocationFilter, "Which runs are meant; all if left out."),
  orderBy: orNull(
    InvocationOrderEnum,
    "In which order; CREATION_TIME_DESC if left out. For every other one, all that is meant is read first: at most 10,000 runs.",
  ),
});

interface InvocationResultsArgs extends PageArguments {
  readonly filter: InvocationResultFilter | undefined;
}

const InvocationResultsArgs = declareArgs<InvocationResultsArgs>({
  ...PAGE_ARGUMENTS,
  filter: always(InvocationResultFilter, "Which results are meant."),
});

// The executor refuses it before anything reads it.
const NOTHING_GIVEN: InvocationResultFilter = { provider: undefined, regionId: undefined };

/** Runs and their results, by words alone. */
@Resolver()
export class RunQueries {
  @Query(() => InvocationConnection, { nullable: true, description: "Runs of every source in one list, newest first." })
  async invocations(
    @Args(() => InvocationsArgs) { filter, orderBy, ...args }: InvocationsArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Invocation>> {
    const { services, operation } = context;
    const selection = selectionOf(info);
    const projection = pageProjection(selection);
    const meant = toInvocationFilter(filter);
    const page =
      orderBy == null || orderBy === "CREATION_TIME_DESC"
        ? await services.pageInvocations(args, meant, projection, operation)
        : await services.pageOrdered(args, orderBy, meant, projection, operation);
    return connectRuns(page, rowsOf(selection), context);
  }

  @Query(() => Invocation, {
    nullable: true,
    description: "One run by the upstream's own ids; null where it does not exist.",
  })
  async invocation(
    @Args(() => InvocationArgs) { invokeId = "", waitSeconds, ...words }: InvocationArgs,
    @Ctx() context: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Invocation | null> {
    const source = requireSource(context.services, words);
    const ref = { source, invokeId: requireText("invokeId", invokeId) };
    const waitMs = 1_000 * checkWait(waitSeconds ?? 0);
    if (waitMs > 0) await context.services.waitUntilFinal(ref, waitMs, context.operation);
    return readRun(ref, selectionOf(info), context);
  }

  @Query(() => InvocationResultConnection, {
    nullable: true,
    description:
      "Results across runs: of one instance, one command or one run. Newest runs first, then by instance id; where the list of runs lacks any of them, in the upstream's order.",
  })
  async invocationResults(
    @Args(() => InvocationResultsArgs) { filter = NOTHING_GIVEN, ...args }: InvocationResultsArgs,
    @Ctx() { services, operation }: GraphContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<InvocationResult>> {
    const selection = selectionOf(info);
    const projection = {
      output: wantsOutput(rowsOf(selection)),
      content: false,
      totalCount: selection.hasAny("totalCount"),
    };
    const page = await services.pageResults(args, toResultFilter(filter, services), projection, operation);
    return connect(page, (record) => new InvocationResult(record, record.execution, record.unread));
  }
}

function checkWait(seconds: number): number {
  if (seconds >= 0 && seconds <= WAIT_SECONDS_MAX) return seconds;
  throw badInput("waitSeconds", `0 to ${WAIT_SECONDS_MAX}`, seconds);
}
